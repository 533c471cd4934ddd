package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// showPerson says who somebody is, where they stand, why, and what to do next.
func (d *Door) showPerson(w http.ResponseWriter, r *http.Request) error {
	here, err := d.here(r)
	if err != nil {
		return err
	}
	m, err := d.person(r, here)
	if err != nil {
		return err
	}
	return d.render(w, r, view.UserPage(m))
}

// showLink shows a person's link in this one answer. Taking it is on record
// and counts as handed over, so it is an act, never part of looking (F-20).
func (d *Door) showLink(w http.ResponseWriter, r *http.Request) error {
	at, err := d.actsAt(r)
	if err != nil {
		return err
	}
	link, err := d.Inviter.CopyLink(r.Context(), actor(r), personOf(r), at.ID)
	if err != nil {
		return err
	}
	m, err := d.person(r, at)
	if err != nil {
		return err
	}
	m.Page.Path, m.Link = personPath(personOf(r)), link.URL
	w.Header().Set("Cache-Control", "no-store")
	return d.render(w, r, view.UserPage(m))
}

// actsAt is the location that a form was made for, even if the operator has
// another one on view in the meantime.
func (d *Door) actsAt(r *http.Request) (vpp.Location, error) {
	if id := typed(r, "location"); id != "" {
		return d.Locations.Get(r.Context(), vpp.LocationID(id))
	}
	return d.here(r)
}

func (d *Door) person(r *http.Request, here vpp.Location) (view.User, error) {
	ctx, id := r.Context(), personOf(r)
	profile, err := d.People.Profile(ctx, id)
	if err != nil {
		return view.User{}, err
	}
	locations, err := d.Locations.List(ctx)
	if err != nil {
		return view.User{}, err
	}
	m := view.User{Page: d.page(r), ID: string(id), Location: string(here.ID), Name: profile.User.FullName, Facts: factsOf(profile.User)}
	m.Page.Title, m.Page.Crumbs = profile.User.FullName, []view.Link{{Text: "Users", Href: "/users"}}
	m.Standings = standingsOf(profile, locations, here.ID, d.now())
	m.Notes = notesOf(profile, locations)
	if m.Licenses, err = d.licenses(ctx, id, locations); err != nil {
		return m, err
	}
	if m.Wishes, err = d.wishes(ctx, id, locations, caller(r).Scopes); err != nil {
		return m, err
	}
	story, err := d.Inviter.Story(ctx, id, here.ID)
	if vpp.KindOf(err) == vpp.NotFound {
		m.Next = notHere(here)
		return m, d.addDevices(r, &m)
	}
	if err != nil {
		return m, err
	}
	d.tell(&m, story, caller(r).Scopes)
	return m, d.addDevices(r, &m)
}

// notHere is for people who have a place in other locations only.
func notHere(here vpp.Location) view.NextAction {
	return view.NextAction{
		Title: "Not a user of " + here.Name, Why: "This person belongs to other locations. Look from one of those to see what happened there.", Tone: view.Neutral,
	}
}

// tell adds what is known from the location that the page is seen from.
func (d *Door) tell(m *view.User, s invite.Story, scopes operator.Scopes) {
	now := d.now()
	m.Next = nextOf(s, scopes)
	for _, e := range toldOnce(s.Events) {
		m.Timeline = append(m.Timeline, eventOf(e, now))
	}
	m.Invitations = invitationsOf(s, now)
	m.Can = canOf(s, scopes)
	for _, h := range s.Before.Licenses {
		m.Before = append(m.Before, holdingOf(h))
	}
}

func canOf(s invite.Story, scopes operator.Scopes) view.UserCan {
	can := strings.Join(mayDo(s.Place, s.User.Paused(), scopes), " ")
	inviting := scopes.Allow(operator.ScopeInvite)
	registered := s.Place.AppleStatus == vpp.AppleRegistered && s.Place.Pending != vpp.WriteRetire && s.Place.Pending != vpp.WriteCreate
	return view.UserCan{
		Invite: strings.Contains(can, "invite"), Resend: strings.Contains(can, "resend"),
		Register: strings.Contains(can, "register"), Sync: strings.Contains(can, "sync"), Delete: strings.Contains(can, "delete"),
		Withdraw: inviting && (s.State == vpp.InvitationWaiting || s.State == vpp.InvitationSent || s.State == vpp.InvitationFailed),
		Link:     inviting && registered && !s.User.Paused(),
		Pause:    strings.Contains(can, "pause"), Resume: strings.Contains(can, "resume"),
		Assign: scopes.Allow(operator.ScopeProgram),
	}
}

func standingsOf(p roster.Profile, locations []vpp.Location, here vpp.LocationID, now time.Time) []view.LocationStanding {
	var out []view.LocationStanding
	for _, l := range locations {
		for _, place := range p.Places {
			if place.LocationID == l.ID {
				s := view.LocationStanding{Location: l.Name, Standing: standingOf(p.User, place, now), Current: l.ID == here}
				if err := place.Assignable(); err != nil {
					s.NotAssignable = vpp.MessageOf(err)
				}
				out = append(out, s)
			}
		}
	}
	return out
}

func factsOf(u vpp.User) []view.Fact {
	facts := []view.Fact{
		{Term: "E-mail", Text: u.Email, Copy: true},
		{Term: "User name", Text: u.UserName, Copy: true},
		{Term: "Managed Apple Account", Text: u.ManagedAppleID, Copy: true},
		{Term: "Groups", Text: strings.Join(u.Groups, ", ")},
		{Term: "External id", Text: u.ExternalID, Copy: true},
		{Term: "Language", Text: u.Locale},
		{Term: "Came from", Text: sourceWord(u.Source) + ", " + day(u.CreatedAt)},
	}
	if u.Notes != "" {
		facts = append(facts, view.Fact{Term: "Notes", Text: u.Notes})
	}
	return facts
}

func sourceWord(source string) string {
	switch source {
	case "csv":
		return "CSV import"
	case "api":
		return "the API"
	}
	return "the console"
}
