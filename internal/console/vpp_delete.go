package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// askDelete says what Delete from VPP would do to the chosen people (S1-18).
// It writes nothing.
func (d *Door) askDelete(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	found, err := d.Program.PreviewDelete(r.Context(), selection)
	if err != nil {
		return err
	}
	m := d.removal(found)
	m.Page = d.programPage(r, "Delete from VPP")
	if m.Selection, err = d.confirming(r.Context(), selection); err != nil {
		return err
	}
	m.Selection.Fields = append(m.Selection.Fields, view.Hidden{Name: "return", Value: backTo(r, "/users")})
	return d.render(w, r, view.DeletePage(m))
}

// removal says in words what a removal would do.
func (d *Door) removal(found program.Removal) view.Delete {
	m := view.Delete{
		Retire: found.Retired, Begun: found.Busy + found.Taken, Linked: found.Registered, Undo: undoWords(found.Undo),
		ReadAt: d.when(found.LicensesReadAt), ComeBack: found.ComeBack(), Stay: found.Stay(), Serves: found.Serves(), Losing: found.Losing, Keeping: found.Keeping,
	}
	for _, h := range found.Each {
		m.Assets = append(m.Assets, holdingOf(h))
	}
	for _, k := range found.Keepers {
		m.Keepers = append(m.Keepers, view.Keeper{ID: string(k.UserID), Name: k.FullName, Books: k.Books})
	}
	for _, reason := range [...]view.Reason{
		{Text: "have no living record at Apple that could be removed", Count: found.Nothing},
		{Text: "have to wait until Apple has answered an earlier request about them", Count: found.Busy},
		{Text: "are taken out before Apple is asked for a record", Count: found.Taken},
	} {
		if reason.Count > 0 {
			m.Skipped = append(m.Skipped, reason)
		}
	}
	return m
}

func holdingOf(h vpp.Holding) view.Holding {
	out := view.Holding{AdamID: h.AdamID, Kind: h.ProductType, Licenses: h.Licenses, People: h.People, Serves: h.Serves, Stays: !h.Revocable}
	if out.Kind == "" {
		out.Kind = "App or book"
	}
	return out
}

// undoWords says a time span: "5 minutes", "30 seconds"; "" for none.
func undoWords(d time.Duration) string {
	count := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return thousands(n) + " " + unit + "s"
	}
	switch {
	case d <= 0:
		return ""
	case d%time.Hour == 0:
		return count(int(d/time.Hour), "hour")
	case d%time.Minute == 0:
		return count(int(d/time.Minute), "minute")
	}
	return count(int(d.Round(time.Second)/time.Second), "second")
}

// deleteFromVPP begins the removal (S1-10, S1-17). While it can be undone the
// list says so; what is sent at once is watched.
func (d *Door) deleteFromVPP(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	task, err := d.Program.StartDelete(r.Context(), actor(r), selection, false, formKey(r))
	if err != nil {
		return err
	}
	return d.begun(w, r, task)
}

// begun leads on after a removal began.
func (d *Door) begun(w http.ResponseWriter, r *http.Request, task vpp.Task) error {
	if !task.Held() {
		return d.seeOther(w, r, taskPath(task.ID))
	}
	return d.done(w, r, backTo(r, "/users"), view.Notice{
		Tone: view.Info, Text: users(task.Total) + " will be deleted from VPP at " + task.HoldUntil.UTC().Format("15:04:05 MST") + ". Nothing is sent to Apple before.",
		Undo: taskPath(task.ID) + "/undo", Until: task.HoldUntil.UTC().Format(time.RFC3339), Action: view.Link{Text: "Show the task", Href: taskPath(task.ID)},
	})
}

// meant reads the people that a form of the list, or its confirmation, is about.
func (d *Door) meant(w http.ResponseWriter, r *http.Request) (s vpp.Selection, gone bool, err error) {
	values, err := form(r)
	if err != nil {
		return s, true, err
	}
	here, err := d.here(r)
	if err != nil {
		return s, true, err
	}
	s, err = selectionOf(values, here.ID)
	if err != nil && vpp.KindOf(err) == vpp.Invalid {
		return s, true, d.done(w, r, backTo(r, "/users"), view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	return s, err != nil, err
}

// confirming shows a selection and carries it on, with a key by which the act
// happens once however often the form is sent.
func (d *Door) confirming(ctx context.Context, s vpp.Selection) (view.Selection, error) {
	location, err := d.Locations.Get(ctx, s.Filter.Location)
	if err != nil {
		return view.Selection{}, err
	}
	people, err := d.size(ctx, s)
	if err != nil {
		return view.Selection{}, err
	}
	names, err := d.someOf(ctx, s)
	return view.Selection{
		Summary: summaryOf(s, people, location.Name), Sample: names, More: people - len(names),
		Fields: append(fieldsOf(s), view.Hidden{Name: "key", Value: d.config.IDs()}),
	}, err
}

// someOf names a few people of a selection, to be recognized by.
func (d *Door) someOf(ctx context.Context, s vpp.Selection) ([]string, error) {
	var names []string
	if s.All {
		people, err := d.People.List(ctx, s.Filter, vpp.SortName, vpp.Page{Limit: min(sampledNames+len(s.IDs), vpp.MaxPage)})
		for _, p := range people.Items {
			if len(names) < sampledNames && !slices.Contains(s.IDs, p.ID) {
				names = append(names, p.FullName)
			}
		}
		return names, err
	}
	for _, id := range s.IDs[:min(len(s.IDs), sampledNames)] {
		p, err := d.People.Profile(ctx, id)
		if err != nil {
			return nil, err
		}
		names = append(names, p.User.FullName)
	}
	return names, nil
}

// size counts the people of a selection.
func (d *Door) size(ctx context.Context, s vpp.Selection) (int, error) {
	if !s.All {
		return len(s.IDs), nil
	}
	if len(s.IDs) > 0 {
		found, err := d.Inviter.Examine(ctx, invite.Request{Selection: s})
		return found.People, err
	}
	counts, err := d.People.Counts(ctx, s.Filter.Location)
	if err != nil {
		return 0, err
	}
	q := peopleQuery{Search: s.Filter.Search, Status: s.Filter.Status, Attention: s.Filter.Attention, Group: s.Filter.Group}
	matching, _, err := d.matching(ctx, q, s.Filter.Location, counts, nil)
	return matching, err
}

// formKey is the idempotency key that a confirmation carries.
func formKey(r *http.Request) string {
	key := typed(r, "key")
	if key == "" {
		return ""
	}
	return "console:" + key[:min(len(key), 64)]
}

func (d *Door) programPage(r *http.Request, title string) view.Page {
	p := d.page(r)
	p.Title, p.Crumbs = title, []view.Link{{Text: "Users", Href: "/users"}}
	if r.Method != http.MethodGet {
		p.Path = "/users" // a confirmation cannot be returned to
	}
	return p
}
