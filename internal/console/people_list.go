package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// listPeople shows the people of the location that lists are seen from (S0-05).
func (d *Door) listPeople(w http.ResponseWriter, r *http.Request) error {
	here, err := d.here(r)
	if err != nil {
		return err
	}
	q := peopleQueryOf(r.URL.Query())
	people, err := d.People.List(r.Context(), q.filter(here.ID), q.Sort, q.Page)
	if err != nil {
		return err
	}
	counts, err := d.People.Counts(r.Context(), here.ID)
	if err != nil {
		return err
	}
	matching, able, err := d.matching(r.Context(), q, here.ID, counts, caller(r).Scopes)
	if err != nil {
		return err
	}
	m := view.Users{
		Page: d.page(r), Query: q.Search, Keep: q.kept(here.ID), Filters: statusChips(q, counts), More: attentionChips(q, counts),
		Matching: matching, Able: able, Nobody: counts.Total == 0,
		Export: withQuery("/users/export.csv", q.values()),
		Pager:  view.Pager{Range: rangeWords(len(people.Items), matching)},
	}
	m.Page.Title = "Users"
	m.Assigns = caller(r).Scopes.Allow(operator.ScopeProgram)
	m.Places = len(m.Page.Locations) > 1 && caller(r).Scopes.Allow(operator.ScopeRoster)
	if q.Group != "" {
		m.Group = view.Link{Text: q.Group, Href: q.inGroup("").list()}
	}
	if m.Devices, err = d.anyDevices(r.Context()); err != nil {
		return err
	}
	m.Columns, m.Chooser = columnsOf(columnKeys(strings.Split(d.preference(r.Context(), preferColumns), ",")), q)
	m.Lines = d.lines(q, people.Items, caller(r).Scopes)
	if people.Prev != "" {
		m.Pager.Prev = q.at("before", people.Prev)
	}
	if people.Next != "" {
		m.Pager.Next = q.at("after", people.Next)
	}
	return d.render(w, r, view.UsersPage(m))
}

func (d *Door) lines(q peopleQuery, people []vpp.Person, scopes operator.Scopes) []view.UserLine {
	lines := make([]view.UserLine, len(people))
	for i, p := range people {
		lines[i] = lineOf(p, scopes, d.now())
		for _, g := range p.Groups {
			lines[i].Groups = append(lines[i].Groups, view.Link{Text: g, Href: q.inGroup(g).list()})
		}
	}
	return lines
}

// fewEnough people are counted case by case whenever their list is shown.
const fewEnough = 5000

// matching is how many people a query means, and how many of them are eligible
// for each act (S1-08). Where one chip alone filters, its count says the first;
// the doctor counts every other selection, and every small one, in one question.
func (d *Door) matching(ctx context.Context, q peopleQuery, at vpp.LocationID, c vpp.Counts, scopes operator.Scopes) (int, map[string]int, error) {
	n, narrowed := c.Total, q.Search != "" || q.Group != "" || q.Status != "" && q.Attention != ""
	switch {
	case q.Status != "":
		n = c.Status[q.Status]
	case q.Attention != "":
		n = c.Attention[q.Attention]
	}
	if c.Total == 0 || !narrowed && n > fewEnough {
		return n, ableByStatus(q, c, scopes), nil
	}
	found, err := d.Inviter.Examine(ctx, invite.Request{Selection: vpp.Selection{All: true, Filter: q.filter(at)}})
	able := map[string]int{}
	for _, one := range found.Cases {
		for _, act := range mayDo(programOf(one.Case), one.Case.Paused, scopes) {
			able[act] += one.N
		}
	}
	return found.People, able, err
}

// programOf is a VPP user who is in a case.
func programOf(c vpp.Case) vpp.ProgramUser {
	p := vpp.ProgramUser{AppleStatus: c.AppleStatus, Pending: c.Pending}
	if c.HandedOver {
		p.HandedOverAt = time.Unix(1, 0)
	}
	return p
}

// ableByStatus says of many people how many at most are eligible for each act:
// their status tells, but for those who are not invited, whom Apple may know or not.
func ableByStatus(q peopleQuery, c vpp.Counts, scopes operator.Scopes) map[string]int {
	able := map[string]int{}
	for _, likely := range []vpp.ProgramUser{
		{}, {AppleStatus: vpp.AppleRegistered}, {AppleStatus: vpp.AppleRegistered, HandedOverAt: time.Unix(1, 0)}, {AppleStatus: vpp.AppleAssociated}, {AppleStatus: vpp.AppleRetired},
	} {
		status := likely.VPPStatus()
		if q.Status != "" && q.Status != status {
			continue
		}
		for _, act := range mayDo(likely, false, scopes) {
			able[act] += c.Status[status]
		}
	}
	if scopes.Allow(operator.ScopeRoster) {
		able["resume"] = c.Attention[vpp.AttentionPaused]
	}
	return able
}

// kept is what a new search and an act on the list take along: everything but
// the words searched for. The location is the one that the list shows, even
// if the operator has another one on view in the meantime.
func (q peopleQuery) kept(at vpp.LocationID) []view.Hidden {
	fields := []view.Hidden{{Name: "location", Value: string(at)}}
	for _, f := range [...]view.Hidden{
		{Name: "status", Value: string(q.Status)},
		{Name: "attention", Value: string(q.Attention)},
		{Name: "group", Value: q.Group},
		{Name: "sort", Value: string(q.Sort)},
	} {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

func statusChips(q peopleQuery, c vpp.Counts) []view.Choice {
	chips := []view.Choice{{
		Text: "All", Hint: thousands(c.Total), Value: q.withStatus("").list(), Current: q.Status == "" && q.Attention == "",
	}}
	for _, s := range vpp.VPPStatuses {
		chips = append(chips, view.Choice{Text: statusWord(s), Hint: thousands(c.Status[s]), Value: q.withStatus(s).list(), Current: q.Status == s})
	}
	return chips
}

// attentionChips are left out where nobody needs anything.
func attentionChips(q peopleQuery, c vpp.Counts) []view.Choice {
	var chips []view.Choice
	for _, a := range attentions() {
		if c.Attention[a] > 0 || q.Attention == a {
			chips = append(chips, view.Choice{Text: attentionWord(a), Hint: thousands(c.Attention[a]), Value: q.withAttention(a).list(), Current: q.Attention == a})
		}
	}
	return chips
}

func rangeWords(shown, matching int) string {
	if shown == matching {
		return users(matching)
	}
	return thousands(shown) + " of " + users(matching)
}

// form reads what a page of ours posted.
func form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, vpp.Wrap(vpp.Invalid, err, "The form could not be read: go back and send it again.")
	}
	return r.PostForm, nil
}
