package console

import (
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) taskRoutes() []gate.Route {
	result := d.route("GET /tasks/{id}/result.csv", operator.ScopeRead, d.taskResult)
	result.Timeout = gate.NoTimeout // as long as the file is
	return []gate.Route{
		d.route("GET /tasks", operator.ScopeRead, d.tasksPage),
		d.route("GET /tasks/devices", operator.ScopeRead, d.commandsPage),
		d.route("POST /tasks/devices/{id}/cancel", operator.ScopeInvite, d.cancelCommand),
		d.route("POST /tasks/devices/{id}/retry", operator.ScopeInvite, d.retryCommand),
		d.route("GET /tasks/{id}", operator.ScopeRead, d.taskPage),
		result,
		d.route("POST /tasks/{id}/cancel", operator.ScopeRead, d.cancelTask),
		d.route("POST /tasks/{id}/undo", operator.ScopeRead, d.undoTask),
		d.route("POST /tasks/{id}/retry", operator.ScopeRead, d.retryTask),
	}
}

func (d *Door) tasksPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	filter := vpp.TaskFilter{Open: q.Get("open") != "", Kind: vpp.TaskKind(q.Get("kind"))}
	list, err := d.Tasks.List(r.Context(), filter, stretch(r))
	if err != nil {
		return err
	}
	locations, err := d.Locations.List(r.Context())
	if err != nil {
		return err
	}
	m := view.Tasks{Page: d.page(r), Tabs: taskTabs(false), Filters: taskFilters(filter), Lines: d.taskLines(list.Items, locations), Pager: pager(r, list.Prev, list.Next, "")}
	m.Page.Title = "Active Tasks"
	if !filter.Open {
		m.Page.Title = "Tasks"
	}
	return d.render(w, r, view.TasksPage(m))
}

// taskFilters are the chips above the list.
func taskFilters(f vpp.TaskFilter) []view.Choice {
	list := []view.Choice{
		{Text: "All", Value: "/tasks", Current: !f.Open && f.Kind == ""},
		{Text: "Active", Value: "/tasks?open=1", Current: f.Open},
	}
	for _, k := range []struct {
		kind vpp.TaskKind
		text string
	}{{vpp.TaskInvite, "Invitations"}, {vpp.TaskResend, "Resends"}, {vpp.TaskImport, "Imports"}, {vpp.TaskSync, "Syncs"}, {vpp.TaskDelete, "Deletions"}, {vpp.TaskAssign, "Assignments"}, {vpp.TaskTakeBack, "Take-backs"}} {
		list = append(list, view.Choice{Text: k.text, Value: address("/tasks", "kind", string(k.kind)), Current: !f.Open && f.Kind == k.kind})
	}
	return list
}

func (d *Door) taskLines(tasks []vpp.Task, locations []vpp.Location) []view.TaskLine {
	names := map[vpp.LocationID]string{}
	for _, l := range locations {
		names[l.ID] = l.Name
	}
	lines := make([]view.TaskLine, len(tasks))
	for i, t := range tasks {
		lines[i] = d.taskLine(t, names[t.LocationID])
	}
	return lines
}

// taskLine is a task in brief; location is the name of its location, "" for none.
func (d *Door) taskLine(t vpp.Task, location string) view.TaskLine {
	ended := t.FinishedAt
	if !t.CanceledAt.IsZero() {
		ended = t.CanceledAt
	}
	return view.TaskLine{
		ID: string(t.ID), Title: t.Title, By: byWords(t.CreatedBy), Location: location, State: taskState(t),
		Started: d.when(t.CreatedAt), Ended: d.when(ended), Done: t.Done + t.Failed + t.Skipped, Failed: t.Failed, Total: t.Total, Note: taskNote(t),
	}
}

// taskNote says how a task stands where its counts alone would puzzle.
func taskNote(t vpp.Task) string {
	if t.Note == "" && t.Kind == vpp.TaskSync && t.State() == vpp.TaskRunning && t.Total > 0 && t.Done+t.Failed+t.Skipped >= t.Total {
		return "Everything of ours is at Apple. What Apple says is being read."
	}
	return t.Note
}

func taskState(t vpp.Task) view.TaskState {
	switch t.State() {
	case vpp.TaskQueued:
		return view.TaskWaiting
	case vpp.TaskRunning:
		return view.TaskRunning
	case vpp.TaskCanceled:
		return view.TaskCancelled
	case vpp.TaskFailed:
		if t.Done == 0 {
			return view.TaskFailed
		}
		return view.TaskPartly
	}
	return view.TaskDone
}

// byWords says who stands behind an actor's name in the history.
func byWords(actor string) string {
	if key, is := strings.CutPrefix(actor, "key:"); is {
		return "API key “" + key + "”"
	}
	switch actor {
	case vpp.Server.Name:
		return "rsvpp itself"
	case "invited person":
		return "the invited person"
	}
	return actor
}
