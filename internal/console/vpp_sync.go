package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What a sync is about.
const (
	syncSelection = "selection"
	syncLocation  = "location"
	syncAll       = "all"
)

// askSync asks what to hold against Apple (S1-11). Without people chosen it is
// about the location.
func (d *Door) askSync(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	here, err := d.here(r)
	if err != nil {
		return err
	}
	chosen, err := selectionOf(values, here.ID)
	some := err == nil
	if !some {
		chosen = everybody(here.ID)
	}
	m := view.Sync{Page: d.programPage(r, "Sync VPP")}
	if m.Selection, err = d.confirming(r.Context(), chosen); err != nil {
		return err
	}
	location, err := d.Locations.Get(r.Context(), chosen.Filter.Location)
	if err != nil {
		return err
	}
	locations, err := d.Locations.List(r.Context())
	if err != nil {
		return err
	}
	m.Last = d.when(location.ReadAt)
	m.Scopes = syncScopes(some, m.Selection.Summary, location, len(d.synced(locations)))
	m.Reads = []view.Choice{
		{Value: "changes", Text: "What changed", Hint: "Since the last read. Takes seconds.", Current: true},
		{Value: "full", Text: "Everything anew", Hint: "Every record of the location, page by page."},
	}
	return d.render(w, r, view.SyncPage(m))
}

func everybody(location vpp.LocationID) vpp.Selection {
	return vpp.Selection{All: true, Filter: vpp.Filter{Location: location}}
}

func syncScopes(some bool, summary string, l vpp.Location, locations int) []view.Choice {
	var list []view.Choice
	if some {
		list = append(list, view.Choice{Value: syncSelection, Text: "The selection", Hint: summary, Current: true})
	}
	list = append(list, view.Choice{Value: syncLocation, Text: "This location", Hint: "Everybody at " + l.Name, Current: !some})
	if locations > 1 {
		list = append(list, view.Choice{Value: syncAll, Text: "All locations", Hint: thousands(locations) + " locations, one task each"})
	}
	return list
}

// synced are the locations whose token can be used.
func (d *Door) synced(locations []vpp.Location) []vpp.Location {
	var usable []vpp.Location
	for _, l := range locations {
		if l.Usable(d.now()) {
			usable = append(usable, l)
		}
	}
	return usable
}

// syncVPP begins the sync, one task for each location. The key of the form
// makes sending it twice one and the same.
func (d *Door) syncVPP(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	here, err := d.here(r)
	if err != nil {
		return err
	}
	full := values.Get("read") == "full"
	switch values.Get("scope") {
	case syncAll:
		return d.syncEverything(w, r, full)
	case syncLocation:
		at := vpp.LocationID(values.Get("location"))
		if at == "" {
			at = here.ID
		}
		return d.syncOne(w, r, everybody(at), full)
	}
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	return d.syncOne(w, r, selection, full)
}

func (d *Door) syncOne(w http.ResponseWriter, r *http.Request, s vpp.Selection, full bool) error {
	task, err := d.Program.StartSync(r.Context(), actor(r), s, full, formKey(r))
	if err != nil {
		return err
	}
	return d.seeOther(w, r, "/vpp/sync/"+url.PathEscape(string(task.ID)))
}

func (d *Door) syncEverything(w http.ResponseWriter, r *http.Request, full bool) error {
	locations, err := d.Locations.List(r.Context())
	if err != nil {
		return err
	}
	key := formKey(r)
	usable := d.synced(locations)
	var failed []error
	var names []string
	for _, l := range usable {
		own := ""
		if key != "" {
			own = key + ":" + string(l.ID)
		}
		if _, err := d.Program.StartSync(r.Context(), actor(r), everybody(l.ID), full, own); err != nil {
			d.config.Logger.WarnContext(r.Context(), "a sync was not begun", "location", l.ID, "err", err)
			failed, names = append(failed, err), append(names, l.Name+": "+vpp.MessageOf(err))
		}
	}
	if len(usable) == 0 {
		return vpp.Errorf(vpp.Conflict, "No location has a content token that can be used: add or renew one under Locations.")
	}
	if len(failed) == len(usable) {
		return failed[0]
	}
	if len(failed) > 0 {
		return d.done(w, r, "/tasks", view.Notice{Tone: view.Warn, Text: notSynced(names)})
	}
	return d.done(w, r, "/tasks", view.Notice{Tone: view.Info, Text: "A sync of each location runs: see below what each brings."})
}

// notSynced names the locations whose sync did not begin, each with why.
func notSynced(failed []string) string {
	const most = 10 // what is said goes into a cookie
	text := "A sync of each other location runs. Not of these: " + strings.Join(failed[:min(len(failed), most)], " ")
	if more := len(failed) - most; more > 0 {
		text += " And " + strconv.Itoa(more) + " more."
	}
	return text
}

// syncResult says what a sync changed, in which direction.
func (d *Door) syncResult(w http.ResponseWriter, r *http.Request) error {
	task, err := d.Tasks.Get(r.Context(), vpp.TaskID(r.PathValue("task")))
	if err != nil {
		return err
	}
	path := "/tasks/" + url.PathEscape(string(task.ID))
	if task.Kind != vpp.TaskSync {
		return d.seeOther(w, r, path)
	}
	location, err := d.Locations.Get(r.Context(), task.LocationID)
	if err != nil {
		return err
	}
	m := view.SyncResult{Page: d.programPage(r, "Sync of "+location.Name), Line: d.taskLine(task, location.Name)}
	m.Out, m.In, m.Odd = directions(task)
	return d.render(w, r, view.SyncResultPage(m))
}

// directions sorts the counts of a sync by who was told of a change.
func directions(t vpp.Task) (out, in, odd []view.Reason) {
	add := func(list *[]view.Reason, n int, text string) {
		if n > 0 {
			*list = append(*list, view.Reason{Text: text, Count: n})
		}
	}
	add(&out, t.Result["pushed"], "changes were sent to Apple")
	add(&out, t.Failed, "refused by Apple")
	add(&in, t.Result["pulled_registered"], "became Registered")
	add(&in, t.Result["pulled_created"], "have their record at Apple now")
	add(&in, t.Result["pulled_removed"], "became Removed")
	add(&in, t.Result["pulled_other"], "changed in another way, such as the address")
	add(&in, t.Result["licenses_added"], "licenses were given to somebody")
	add(&in, t.Result["licenses_removed"], "licenses came back")
	add(&in, t.Result["assets_changed"], "apps or books are counted otherwise")
	add(&odd, t.Result["strangers"], "records at Apple belong to nobody here: look under the location, Found at Apple")
	add(&odd, t.Result["unknown"], "records have a status that nobody knows")
	add(&odd, t.Skipped, "left out")
	return out, in, odd
}
