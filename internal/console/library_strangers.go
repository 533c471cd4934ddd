package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// strangersPage lists records at Apple that are nobody's here (F-07).
func (d *Door) strangersPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := d.Locations.Get(ctx, locationID(r))
	if err != nil {
		return err
	}
	list, err := d.Program.Strangers(ctx, l.ID, vpp.Page{After: r.URL.Query().Get("after")})
	if err != nil {
		return err
	}
	finds, err := d.Program.PreviewAdopt(ctx, l.ID)
	if err != nil {
		return err
	}
	scopes := caller(r).Scopes
	m := view.Strangers{
		Page: d.page(r), ID: string(l.ID), Total: finds.Total, Clear: finds.Adopt, Unknown: finds.Unknown, Counts: findsOf(finds),
		CanAdopt: scopes.Allow(operator.ScopeProgram), CanAdd: scopes.Allow(operator.ScopeRoster),
	}
	m.Page.Title, m.Page.Crumbs = "Found at Apple, "+l.Name, []view.Link{{Text: "Locations", Href: "/locations"}}
	if m.Tabs, err = d.locationTabs(ctx, l.ID, tabStrangers); err != nil {
		return err
	}
	for _, f := range list.Items {
		m.Lines = append(m.Lines, d.strangerLine(f))
	}
	if list.Next != "" {
		m.Next = withQuery("/locations/"+url.PathEscape(string(l.ID))+"/strangers", url.Values{"after": {list.Next}})
	}
	return d.render(w, r, view.StrangersPage(m))
}

func findsOf(n program.Finds) []view.Reason {
	var list []view.Reason
	for _, r := range []view.Reason{
		{Text: "fit one person each", Count: n.Adopt},
		{Text: "fit several people, or several of them one: somebody has to choose", Count: n.Choose},
		{Text: "fit somebody who has a living record already: keep one of the two", Count: n.Conflict},
		{Text: "fit nobody here", Count: n.Unknown},
	} {
		if r.Count > 0 {
			list = append(list, r)
		}
	}
	return list
}

func (d *Door) strangerLine(f program.Found) view.StrangerLine {
	line := view.StrangerLine{Name: string(f.ClientUserID), Email: f.Email, Apple: string(f.Status), Seen: d.when(f.SeenAt)}
	switch f.Proposal {
	case vpp.ProposeAdopt:
		line.Proposal, line.Tone = "Adopt", view.Good
	case vpp.ProposeChoose:
		line.Proposal, line.Tone = "Choose who it is", view.Warn
	case vpp.ProposeConflict:
		line.Proposal, line.Tone = "Has a living record already", view.Bad
	case vpp.ProposeCreate:
		line.Proposal, line.Tone, line.CanAdd = "Nobody fits", view.Neutral, f.Email != ""
	}
	for _, c := range f.Candidates {
		line.People = append(line.People, view.Choice{Value: string(c.UserID), Text: c.FullName, Hint: matchWord(c)})
	}
	return line
}

func matchWord(c vpp.Candidate) string {
	word := "same address"
	switch c.By {
	case vpp.MatchClientUserID:
		word = "same id"
	case vpp.MatchManagedAppleID:
		word = "Managed Apple Account"
	case vpp.MatchEmail:
	}
	if c.Taken() {
		word += ", has a record already"
	}
	return word
}

// adoptStrangers adopts what is clear, or one record as chosen.
func (d *Door) adoptStrangers(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	id, create := locationID(r), values.Get("create") == "1"
	if create && !caller(r).Scopes.Allow(operator.ScopeRoster) {
		return vpp.Errorf(vpp.Denied, "Adding people needs the scope roster.")
	}
	var done program.Adopted
	if values.Get("clear") == "1" {
		done, err = d.Program.AdoptClear(r.Context(), actor(r), id, create)
	} else {
		choice := program.Choice{ClientUserID: vpp.ClientUserID(values.Get("record")), Create: create}
		if choice.UserID, err = d.adopter(r, values); err != nil {
			return err
		}
		done, err = d.Program.Adopt(r.Context(), actor(r), id, []program.Choice{choice})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/locations/"+url.PathEscape(string(id))+"/strangers", adoptedNotice(done))
}

// adopter is the person chosen from the list, or typed.
func (d *Door) adopter(r *http.Request, values url.Values) (vpp.UserID, error) {
	if values.Get("create") == "1" {
		return "", nil
	}
	if id := values.Get("user"); id != "" {
		return vpp.UserID(id), nil
	}
	text := strings.TrimSpace(values.Get("person"))
	if text == "" {
		return "", fault(vpp.Invalid, "person", "Say to whom the record belongs: by e-mail address, user name or external id.")
	}
	u, err := d.People.Find(r.Context(), text)
	return u.ID, err
}

func adoptedNotice(a program.Adopted) view.Notice {
	n := view.Notice{Tone: view.Good, Text: "Adopted: " + thousands(a.Adopted) + "."}
	if a.Created > 0 {
		n.Text += " People added for it: " + thousands(a.Created) + "."
	}
	if len(a.Left) > 0 {
		n.Tone = view.Warn
		n.Text += " Left as they are: " + thousands(len(a.Left)) + ". " + a.Left[0].Why
	}
	return n
}
