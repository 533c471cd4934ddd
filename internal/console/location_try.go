package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// testLocation tries everything between this server and Apple, and shows each
// step (F-59).
func (d *Door) testLocation(w http.ResponseWriter, r *http.Request) error {
	l, checks, err := d.Program.TestConnection(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	m, err := d.location(r, l)
	if err != nil {
		return err
	}
	for _, c := range checks {
		m.Report = append(m.Report, view.Check{Tone: checkTone(c.State), Title: checkTitle(c.Name), Detail: join(c.Sentence, c.Next), Took: shown(c.Took > 0, took(c.Took))})
	}
	return d.render(w, r, view.LocationPage(m)) // 200: the report is the answer, also a bad one
}

// testNotifications has Apple try this server's address.
func (d *Door) testNotifications(w http.ResponseWriter, r *http.Request) error {
	t, err := d.Program.TestNotify(r.Context(), locationID(r))
	if err != nil {
		return err
	}
	n := view.Notice{Tone: view.Good, Text: t.Sentence}
	if t.ReachedAt.IsZero() {
		n = view.Notice{Tone: view.Warn, Text: join(t.Sentence, t.Next)}
	}
	return d.done(w, r, "/locations/"+string(locationID(r)), n)
}

func checkTone(s vpp.CheckState) view.Tone {
	switch s {
	case vpp.CheckOK:
		return view.Good
	case vpp.CheckNote:
		return view.Warn
	}
	return view.Bad
}

func checkTitle(name string) string {
	title, known := map[string]string{
		"apple": "The way to Apple", "token": "Content token", "clock": "Clocks", "ownership": "Who manages the location", "notifications": "Notifications from Apple",
	}[name]
	if !known {
		return name
	}
	return title
}

func shown(show bool, text string) string {
	if !show {
		return ""
	}
	return text
}
