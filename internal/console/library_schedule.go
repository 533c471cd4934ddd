package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// schedulesPage says how often each location is read by itself (S1-20, S2-10).
func (d *Door) schedulesPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.schedules(r)
	if err != nil {
		return err
	}
	return d.render(w, r, view.SchedulesPage(m))
}

func (d *Door) schedules(r *http.Request) (view.Schedules, error) {
	usual := d.Program.Usual()
	m := view.Schedules{Page: d.page(r), Usual: "every " + spanWord(usual.Every) + ", and everything every " + spanWord(usual.FullEvery)}
	m.Page.Title, m.Page.Lead, m.Page.Path = "VPP server", "How often each location is held against Apple by itself.", "/settings/vpp"
	locations, err := d.Locations.List(r.Context())
	for _, l := range locations {
		if l.UID != "" {
			m.Cards = append(m.Cards, d.scheduleCard(l))
		}
	}
	return m, err
}

func (d *Door) scheduleCard(l vpp.Location) view.ScheduleCard {
	usual := d.Program.Usual()
	return view.ScheduleCard{
		ID: string(l.ID), Name: l.Name, Paused: l.Schedule.Paused,
		Facts: []view.Fact{
			{Term: "Last read of what changed", Text: d.when(l.ReadAt).Text, Title: d.when(l.ReadAt).Full},
			{Term: "Next", Text: d.nextRead(l, l.NextReadAt), Title: d.when(l.NextReadAt).Full},
			{Term: "Last read of everything", Text: d.when(l.FullReadAt).Text, Title: d.when(l.FullReadAt).Full},
			{Term: "Next", Text: d.nextRead(l, l.NextFullAt), Title: d.when(l.NextFullAt).Full},
		},
		Every: view.Field{
			Name: "every", Label: "Read what changed every", Value: shortSpan(l.Schedule.Every), Placeholder: shortSpan(usual.Every),
			Hint: "Such as 15m or 2h. Empty: every " + spanWord(usual.Every) + ", a little earlier or later for each location.",
		},
		Full: view.Field{
			Name: "full_every", Label: "Read everything every", Value: shortSpan(l.Schedule.FullEvery), Placeholder: shortSpan(usual.FullEvery),
			Hint: "Such as 24h. Empty: every " + spanWord(usual.FullEvery) + ".",
		},
	}
}

// nextRead says when the schedule reads next.
func (d *Door) nextRead(l vpp.Location, next time.Time) string {
	switch {
	case l.Schedule.Paused:
		return "paused: only when asked, and when Apple notifies"
	case !l.Usable(d.now()):
		return "when there is a usable content token"
	case !next.After(d.now()):
		return "now"
	}
	return d.when(next).Text
}

func (d *Door) saveSchedule(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	id := locationID(r)
	wrong := map[string]string{}
	schedule := vpp.Schedule{Every: spanOf(values, "every", wrong), FullEvery: spanOf(values, "full_every", wrong), Paused: values.Get("paused") == "1"}
	if len(wrong) == 0 {
		l, err := d.Program.SetSchedule(r.Context(), actor(r), id, schedule)
		if err == nil {
			return d.done(w, r, "/settings/vpp", view.Notice{Tone: view.Good, Text: "The schedule of " + l.Name + " is saved."})
		}
		if wrong = faults(err); wrong == nil {
			return err
		}
	}
	m, err := d.schedules(r)
	if err != nil {
		return err
	}
	for i, c := range m.Cards {
		if c.ID == string(id) {
			m.Cards[i].Every.Value, m.Cards[i].Every.Error = values.Get("every"), join(wrong["every"], wrong[""])
			m.Cards[i].Full.Value, m.Cards[i].Full.Error = values.Get("full_every"), wrong["full_every"]
			m.Cards[i].Paused = schedule.Paused
		}
	}
	return d.refuse(w, r, view.SchedulesPage(m))
}

// spanOf reads a span of time that was typed; empty is the server's own.
func spanOf(values url.Values, name string, wrong map[string]string) time.Duration {
	text := strings.TrimSpace(values.Get(name))
	if text == "" {
		return 0
	}
	span, err := time.ParseDuration(strings.ReplaceAll(text, " ", ""))
	if err != nil || span <= 0 {
		wrong[name] = "This is not a span of time: type it such as 15m, 2h or 24h."
	}
	return span
}

// shortSpan writes a span as it is typed: 15m, 24h; "" for none.
func shortSpan(d time.Duration) string {
	text := d.String()
	if d == 0 {
		return ""
	}
	for _, tail := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, tail) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// spanWord writes a span for readers.
func spanWord(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return counted(int(d/time.Hour), "hour")
	case d >= time.Minute && d%time.Minute == 0:
		return counted(int(d/time.Minute), "minute")
	}
	return shortSpan(d)
}

func counted(n int, word string) string {
	if n == 1 {
		return word
	}
	return thousands(n) + " " + word + "s"
}
