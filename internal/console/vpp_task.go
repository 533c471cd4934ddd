package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// taskLine is a task in brief.
func (d *Door) taskLine(t vpp.Task, location string) view.TaskLine {
	return view.TaskLine{
		ID: string(t.ID), Title: t.Title, By: t.CreatedBy, Location: location, State: taskState(t), Note: t.Note,
		Started: d.when(t.CreatedAt), Ended: d.when(t.FinishedAt), Done: t.Done + t.Skipped, Failed: t.Failed, Total: t.Total,
	}
}

func taskState(t vpp.Task) view.TaskState {
	switch t.State() {
	case vpp.TaskRunning:
		return view.TaskRunning
	case vpp.TaskDone:
		return view.TaskDone
	case vpp.TaskCanceled:
		return view.TaskCancelled
	case vpp.TaskFailed:
		if t.Done > 0 {
			return view.TaskPartly
		}
		return view.TaskFailed
	case vpp.TaskQueued:
	}
	return view.TaskWaiting
}

// taskWhole is a task with its people, at an address.
func (d *Door) taskWhole(r *http.Request, id vpp.TaskID, path string) (view.Task, error) {
	task, err := d.Tasks.Get(r.Context(), id)
	if err != nil {
		return view.Task{}, err
	}
	location, err := d.Locations.Get(r.Context(), task.LocationID)
	if err != nil {
		return view.Task{}, err
	}
	state := vpp.ItemState(r.URL.Query().Get("state"))
	items, err := d.Tasks.Items(r.Context(), id, state, stretch(r))
	if err != nil {
		return view.Task{}, err
	}
	m := view.Task{Page: d.page(r), Line: d.taskLine(task, location.Name), Filters: itemChips(path, task, state)}
	m.Page.Title = task.Title
	m.Pager = pager(r, items.Prev, items.Next, thousands(len(items.Items))+" of "+thousands(task.Total))
	for _, i := range items.Items {
		m.Items = append(m.Items, d.itemLine(i))
	}
	return m, nil
}

func itemChips(path string, t vpp.Task, state vpp.ItemState) []view.Choice {
	chips := []view.Choice{{Text: "All", Hint: thousands(t.Total), Value: path, Current: state == ""}}
	for _, c := range [...]struct {
		state vpp.ItemState
		n     int
	}{{vpp.ItemDone, t.Done}, {vpp.ItemFailed, t.Failed}, {vpp.ItemSkipped, t.Skipped}, {vpp.ItemWaiting, -1}, {vpp.ItemQueued, -1}} {
		chip := view.Choice{Text: itemWord(c.state), Value: address(path, "state", string(c.state)), Current: state == c.state}
		if c.n >= 0 {
			chip.Hint = thousands(c.n)
		}
		chips = append(chips, chip)
	}
	return chips
}

func (d *Door) itemLine(i vpp.TaskItem) view.TaskItem {
	return view.TaskItem{
		UserID: string(i.UserID), Name: i.FullName, Email: i.Email, Tone: itemTone(i.State), State: itemWord(i.State), Answer: i.Detail, At: d.when(i.UpdatedAt),
	}
}

func itemWord(s vpp.ItemState) string {
	switch s {
	case vpp.ItemQueued:
		return "Queued"
	case vpp.ItemWaiting:
		return "Waiting"
	case vpp.ItemDone:
		return "Done"
	case vpp.ItemFailed:
		return "Failed"
	case vpp.ItemSkipped:
		return "Left out"
	}
	return string(s)
}

func itemTone(s vpp.ItemState) view.Tone {
	switch s {
	case vpp.ItemDone:
		return view.Good
	case vpp.ItemFailed:
		return view.Bad
	case vpp.ItemWaiting, vpp.ItemQueued:
		return view.Info
	case vpp.ItemSkipped:
	}
	return view.Neutral
}
