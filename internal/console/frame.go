package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What operators choose, by the names under which it is kept.
const (
	preferTheme    = "theme"
	preferLocation = "location"
	preferWay      = "invite-way"

	preferShortcuts = "shortcuts"
	shortcutsOff    = "off"
)

// page returns the frame of a page: who is signed in, the locations, the entry
// of the navigation that is current, what has just happened. The title is the
// handler's. A frame that cannot be read whole is logged and drawn in part:
// the page within it matters more.
func (d *Door) page(r *http.Request) view.Page {
	p := d.bare(r)
	caller, known := gate.Caller(r.Context())
	if !known {
		return p
	}
	ctx := r.Context()
	p.Bare = false
	p.Section = sectionOf(r.URL.Path)
	if strings.HasPrefix(r.URL.Path, "/settings/") {
		p.Crumbs = []view.Link{{Text: "Settings", Href: "/settings"}}
	}
	p.Operator = view.Operator{Name: caller.Operator.Name}
	p.Theme = d.preference(ctx, preferTheme)
	p.KeysOff = d.preference(ctx, preferShortcuts) == shortcutsOff
	locations, err := d.Locations.List(ctx)
	d.note(ctx, err, "locations")
	here := d.chosen(ctx, locations)
	p.Locations = d.choices(locations, here)
	p.Notices = append(append(d.lost(locations), d.banner(here)...), p.Notices...)
	p.Running = d.running(ctx)
	conflicts, err := d.Program.ConflictCounts(ctx, here.ID)
	d.note(ctx, err, "conflicts")
	p.Conflicts = conflicts.Total()
	return p
}

// bare returns the frame of a page for people who are not signed in.
func (d *Door) bare(r *http.Request) view.Page {
	p := view.Page{Static: "/static/" + d.version, Path: r.URL.RequestURI(), Bare: true, Notices: d.flashed(r)}
	if r.Method != http.MethodGet {
		p.Path = "/" // nobody can return to where a form was sent
	}
	return p
}

// note logs what only makes a page poorer.
func (d *Door) note(ctx context.Context, err error, what string) {
	if err != nil && ctx.Err() == nil {
		d.config.Logger.WarnContext(ctx, "a page is shown in part", "missing", what, "request", gate.RequestID(ctx), "err", err)
	}
}

// preference returns what the operator chose, "" for nothing.
func (d *Door) preference(ctx context.Context, name string) string {
	o, known := gate.Operator(ctx)
	if !known {
		return ""
	}
	value, err := d.Operators.Preference(ctx, o.ID, name)
	d.note(ctx, err, name)
	return value
}

func (d *Door) prefer(ctx context.Context, name, value string) error {
	o, _ := gate.Operator(ctx) // routes with a scope always have one
	return d.Operators.SetPreference(ctx, o.ID, name, value)
}

// here returns the location that lists are seen from: the operator's choice,
// else the default one.
func (d *Door) here(r *http.Request) (vpp.Location, error) {
	locations, err := d.Locations.List(r.Context())
	if err != nil {
		return vpp.Location{}, err
	}
	return d.chosen(r.Context(), locations), nil
}

// chosen finds the operator's location; the zero Location if there are none.
func (d *Door) chosen(ctx context.Context, locations []vpp.Location) vpp.Location {
	var found vpp.Location
	want := vpp.LocationID(d.preference(ctx, preferLocation))
	for _, l := range locations {
		if l.ID == want || l.Default && found.ID == "" {
			found = l
		}
	}
	return found
}

func (d *Door) choices(locations []vpp.Location, here vpp.Location) []view.Choice {
	list := make([]view.Choice, len(locations))
	for i, l := range locations {
		list[i] = view.Choice{Value: string(l.ID), Text: l.Name, Hint: d.tokenWords(l), Current: l.ID == here.ID}
	}
	return list
}

// banner says on every page what keeps the location from working, or soon will.
func (d *Door) banner(l vpp.Location) []view.Notice {
	if l.TokenState(d.now()) == vpp.TokenElsewhere && l.ClaimState() != vpp.ClaimMovedOut { // lost says it, of every location
		return nil
	}
	if s := l.TokenState(d.now()); d.tokenStops(l) || s == vpp.TokenExpiring || s == vpp.TokenNoConsent {
		return []view.Notice{d.tokenNotice(l)}
	}
	return nil
}

func (d *Door) running(ctx context.Context) int {
	list, err := d.Tasks.List(ctx, vpp.TaskFilter{Open: true}, vpp.Page{Limit: 100})
	d.note(ctx, err, "tasks")
	return len(list.Items)
}

// sectionOf finds the entry of the navigation to which a path belongs.
func sectionOf(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "":
		return "start"
	case "users", "devices", "locations", "tasks", "history", "conflicts", "settings":
		return first
	case "licenses":
		return "locations"
	case "import", "invite", "vpp":
		return "users"
	}
	return ""
}
