package console

import (
	"errors"
	"net/http"
	"slices"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func locationID(r *http.Request) vpp.LocationID { return vpp.LocationID(r.PathValue("id")) }

func (d *Door) locationPage(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	m, err := d.location(r, l)
	if err != nil {
		return err
	}
	return d.render(w, r, view.LocationPage(m))
}

func (d *Door) location(r *http.Request, l vpp.Location) (view.Location, error) {
	p := d.page(r)
	p.Title, p.Path = l.Name, "/locations/"+string(l.ID)
	p.Crumbs = []view.Link{{Text: "Locations", Href: "/locations"}}
	card, err := d.locationCard(r.Context(), l)
	m := view.Location{Page: p, Card: card, Token: d.tokenFacts(l), Sync: d.syncFacts(l), Hook: d.hookFacts(l), Wait: d.waiting(l), Empty: l.UID == "", Claim: d.claim(l), Consent: d.consent(l)}
	if err == nil && l.UID != "" {
		m.Tabs, err = d.locationTabs(r.Context(), l.ID, tabLocation)
	}
	said := func(n view.Notice) bool { return n == d.tokenNotice(l) }
	if n := d.tokenNotice(l); n.Text != "" && !m.Empty && (!l.Elsewhere() || l.ClaimState() == vpp.ClaimMovedOut) && !slices.ContainsFunc(p.Notices, said) {
		n.Action = view.Link{}
		m.Trouble = n
	}
	if m.Wait != "" {
		m.Wait += ". Work for other locations goes on."
	}
	return m, err
}

func (d *Door) tokenFacts(l vpp.Location) []view.Fact {
	facts := []view.Fact{{Term: "State", Text: d.tokenWords(l), Tone: d.tokenTone(l)}}
	if l.UID == "" {
		return facts
	}
	return append(facts,
		view.Fact{Term: "Expires", Text: day(l.Token.ExpiresAt) + ", " + d.when(l.Token.ExpiresAt).Text},
		view.Fact{Term: "Added", Text: d.when(l.Token.AddedAt).Text, Title: d.when(l.Token.AddedAt).Full},
		view.Fact{Term: "Apple accepted it", Text: d.when(l.VerifiedAt).Text, Title: d.when(l.VerifiedAt).Full},
		view.Fact{Term: "Storefront", Text: country(l.Country)},
		view.Fact{Term: "Platform", Text: platform(l.Platform)},
		view.Fact{Term: "Organization", Text: l.Token.Organization},
		view.Fact{Term: "Location id", Text: l.UID, Copy: true},
	)
}

func (d *Door) syncFacts(l vpp.Location) []view.Fact {
	facts := []view.Fact{
		{Term: "Last read", Text: d.when(l.ReadAt).Text, Title: d.when(l.ReadAt).Full},
		{Term: "Last read of everything", Text: d.when(l.FullReadAt).Text, Title: d.when(l.FullReadAt).Full},
		{Term: "Records found then", Text: thousands(l.AtApple)},
		{Term: "Last read of apps and books", Text: d.when(l.AssetsReadAt).Text, Title: d.when(l.AssetsReadAt).Full},
		{Term: "Next read", Text: d.nextRead(l, l.NextReadAt), Title: d.when(l.NextReadAt).Full},
		{Term: "Next read of everything", Text: d.nextRead(l, l.NextFullAt), Title: d.when(l.NextFullAt).Full},
	}
	if !l.ReadStarted.IsZero() && l.ReadStarted.After(l.ReadAt) {
		facts = append(facts, view.Fact{Term: "Now", Tone: view.Info, Text: "reading, " + thousands(l.ReadProgress.Done) + " of " + thousands(max(l.ReadProgress.Total, l.ReadProgress.Done))})
	}
	if l.ReadProblem != "" {
		facts = append(facts, view.Fact{Term: "Problem", Tone: view.Bad, Text: l.ReadProblem})
	}
	return facts
}

// hookFacts say whether Apple tells us of changes, or why we ask instead.
func (d *Door) hookFacts(l vpp.Location) []view.Fact {
	facts := []view.Fact{{Term: "Address", Text: l.NotifyURL, Copy: true}, {Term: "State", Text: "Apple knows it", Tone: view.Good}}
	if l.NotifyURL == "" {
		facts = []view.Fact{{Term: "State", Text: join("Apple does not notify this server: rsvpp asks Apple instead, and changes show later.", l.NotifyProblem)}}
	}
	if !l.NotifyTestAt.IsZero() {
		facts = append(facts, view.Fact{Term: "Apple’s test reached us", Text: d.when(l.NotifyTestAt).Text, Title: d.when(l.NotifyTestAt).Full})
	}
	if !l.NotifiedAt.IsZero() || l.NotifyURL != "" {
		facts = append(facts, view.Fact{Term: "Last heard", Text: d.when(l.NotifiedAt).Text, Title: d.when(l.NotifiedAt).Full})
	}
	return facts
}

func (d *Door) renewToken(w http.ResponseWriter, r *http.Request) error {
	file, sooner, err := d.renewalFile(r)
	if err != nil {
		return d.refuseRenewal(w, r, err, nil)
	}
	was, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	l, err := d.Locations.Renew(r.Context(), actor(r), was.ID, file, sooner)
	if err != nil {
		return d.refuseRenewal(w, r, err, file)
	}
	return d.done(w, r, "/locations/"+string(l.ID), view.Notice{Tone: view.Good, Text: renewed(was, l)})
}

// renewed says the new date beside the old one, so that nobody wonders whether
// anything happened (pain 12).
func renewed(was, l vpp.Location) string {
	return "The token of " + l.Name + " is renewed. It expires on " + day(l.Token.ExpiresAt) + "; the one before was good until " + day(was.Token.ExpiresAt) + ". Everything is being read anew."
}

// renewalFile is the file that was uploaded now, or that the browser carried
// while somebody was asked whether an earlier end is meant.
func (d *Door) renewalFile(r *http.Request) (file []byte, sooner bool, err error) {
	carried := r.URL.Query().Get("sooner") != ""
	if !carried {
		file, err = uploaded(r, "token")
		return file, false, err
	}
	if file, err = d.Sealer.Open(r.PostFormValue("carried"), carriedToken(r)); err != nil {
		return nil, false, vpp.Wrap(vpp.Invalid, err, "The file of the step before is not readable any more: choose it again.")
	}
	return file, true, nil
}

// refuseRenewal shows the location with why the new token is no use.
func (d *Door) refuseRenewal(w http.ResponseWriter, r *http.Request, why error, file []byte) error {
	if faults(why) == nil {
		return why
	}
	l, err := d.Locations.Get(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	m, err := d.location(r, l)
	if err != nil {
		return err
	}
	m.Error = vpp.MessageOf(why)
	if said, ok := errors.AsType[*vpp.Error](why); ok && said.Field == location.SoonerField {
		if m.Sooner, err = d.Sealer.Seal(file, carriedToken(r)); err != nil {
			return err
		}
	}
	return d.refuse(w, r, view.LocationPage(m))
}

// checkLocation asks Apple again. That Apple refuses is an answer, too.
func (d *Door) checkLocation(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Check(r.Context(), actor(r), locationID(r))
	n := view.Notice{Tone: view.Good, Text: "Apple accepts the token of " + l.Name + "."}
	if err != nil {
		if faults(err) == nil || l.ID == "" {
			return err
		}
		n = view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)}
	}
	return d.done(w, r, "/locations/"+string(l.ID), n)
}

func (d *Door) defaultLocation(w http.ResponseWriter, r *http.Request) error {
	id := locationID(r)
	if err := d.Locations.SetDefault(r.Context(), actor(r), id); err != nil {
		return err
	}
	return d.done(w, r, "/locations/"+string(id), view.Notice{Tone: view.Good, Text: "New people go here from now on. Those who are here already stay where they are."})
}
