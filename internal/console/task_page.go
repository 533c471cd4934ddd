package console

import (
	"io"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func taskID(r *http.Request) vpp.TaskID { return vpp.TaskID(r.PathValue("id")) }

func taskPath(id vpp.TaskID) string { return "/tasks/" + string(id) }

func (d *Door) taskPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.taskWhole(r, taskID(r), taskPath(taskID(r)))
	if err != nil {
		return err
	}
	return d.render(w, r, view.TaskPage(m))
}

// taskWhole is a task with a stretch of its people, filtered as the request's
// address asks for. path is the address of the page that shows it.
func (d *Door) taskWhole(r *http.Request, id vpp.TaskID, path string) (view.Task, error) {
	ctx := r.Context()
	t, err := d.Tasks.Get(ctx, id)
	if err != nil {
		return view.Task{}, err
	}
	state := vpp.ItemState(r.URL.Query().Get("state"))
	items, err := d.Tasks.Items(ctx, id, state, stretch(r))
	if err != nil {
		return view.Task{}, err
	}
	location := ""
	if l, err := d.Locations.Get(ctx, t.LocationID); err == nil && t.LocationID != "" {
		location = l.Name
	}
	m := view.Task{Page: d.page(r), Line: d.taskLine(t, location), Filters: itemFilters(t, state, path), Pager: pager(r, items.Prev, items.Next, "")}
	m.Page.Title = t.Title
	m.Page.Crumbs = []view.Link{{Text: "Tasks", Href: "/tasks"}}
	m.Steer = mayTouch(caller(r).Scopes, t.Kind)
	if t.Held() {
		m.Held, m.HeldAt = d.when(t.HoldUntil), t.HoldUntil.UTC().Format("15:04:05 MST")
	}
	for _, i := range items.Items {
		m.Items = append(m.Items, d.taskItem(t.Kind, i))
	}
	return m, nil
}

// itemFilters are the chips above a task's people, with the counts there are.
func itemFilters(t vpp.Task, state vpp.ItemState, path string) []view.Choice {
	chip := func(s vpp.ItemState, text string, count int) view.Choice {
		hint := ""
		if count >= 0 {
			hint = thousands(count)
		}
		return view.Choice{Text: text, Hint: hint, Value: address(path, "state", string(s)), Current: s == state}
	}
	return []view.Choice{
		chip("", "All", t.Total), chip(vpp.ItemQueued, "Queued", -1), chip(vpp.ItemWaiting, "Under way", -1),
		chip(vpp.ItemDone, "Done", t.Done), chip(vpp.ItemFailed, "Failed", t.Failed), chip(vpp.ItemSkipped, skippedWord(t.Kind), t.Skipped),
	}
}

func (d *Door) taskItem(kind vpp.TaskKind, i vpp.TaskItem) view.TaskItem {
	tone, word := itemWords(kind, i.State)
	name := i.FullName
	if i.UserID == "" {
		name = "Somebody who was removed"
	} else if name == "" {
		name = i.Email
	}
	failed := ""
	if i.AppleError != 0 {
		failed = vpp.ExplainApple(i.AppleError).Name()
	}
	return view.TaskItem{Error: failed, UserID: string(i.UserID), Name: name, Email: i.Email, Tone: tone, State: word, Answer: i.Detail, At: d.when(i.UpdatedAt)}
}

func itemWords(kind vpp.TaskKind, s vpp.ItemState) (view.Tone, string) {
	switch s {
	case vpp.ItemQueued:
		return view.Neutral, "Queued"
	case vpp.ItemWaiting:
		return view.Info, "Under way"
	case vpp.ItemDone:
		return view.Good, "Done"
	case vpp.ItemFailed:
		return view.Bad, "Failed"
	}
	return view.Neutral, skippedWord(kind)
}

// skippedWord is what a task did not do, for now: who waits in line for a
// license is not left out.
func skippedWord(kind vpp.TaskKind) string {
	switch kind {
	case vpp.TaskAssign:
		return "Not assigned now"
	case vpp.TaskTakeBack:
		return "Not taken back"
	}
	return "Left out"
}

// mayTouch says whether somebody may cancel and repeat tasks of a kind: whoever
// may begin one.
func mayTouch(scopes operator.Scopes, kind vpp.TaskKind) bool {
	switch kind {
	case vpp.TaskImport:
		return scopes.Allow(operator.ScopeRoster)
	case vpp.TaskInvite, vpp.TaskResend:
		return scopes.Allow(operator.ScopeInvite)
	}
	return scopes.Allow(operator.ScopeProgram)
}

// steered returns the task that a form is about, if the caller may steer it.
func (d *Door) steered(r *http.Request) (vpp.Task, error) {
	t, err := d.Tasks.Get(r.Context(), taskID(r))
	if err == nil && !mayTouch(caller(r).Scopes, t.Kind) {
		err = vpp.Errorf(vpp.Denied, "You may not begin tasks of this kind, so you may neither cancel nor repeat one: ask an owner.")
	}
	return t, err
}

func (d *Door) cancelTask(w http.ResponseWriter, r *http.Request) error {
	t, err := d.steered(r)
	if err != nil {
		return err
	}
	if sure, err := d.sure(w, r, view.Question{
		Title: "Cancel “" + t.Title + "”?", Verb: "Cancel the task", Back: taskPath(t.ID),
		Text: "Whoever was not reached yet is left out. What Apple or the mail server has already is not undone.",
	}); !sure {
		return err
	}
	if t, err = d.Tasks.Cancel(r.Context(), actor(r), t.ID); err != nil {
		return err
	}
	return d.done(w, r, taskPath(t.ID), view.Notice{Tone: view.Info, Text: "The task is cancelled. What Apple or the mail server has already is not undone."})
}

// undoTask takes a removal back of which nothing was sent yet.
func (d *Door) undoTask(w http.ResponseWriter, r *http.Request) error {
	t, err := d.steered(r)
	if err != nil {
		return err
	}
	n := t.Total
	t, err = d.Tasks.Undo(r.Context(), actor(r), t.ID)
	if vpp.KindOf(err) == vpp.Conflict {
		return d.done(w, r, taskPath(taskID(r)), view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, taskPath(t.ID), view.Notice{Tone: view.Good, Text: "Undone: nothing was sent to Apple, and " + users(n) + " stay as they are."})
}

func (d *Door) retryTask(w http.ResponseWriter, r *http.Request) error {
	t, err := d.steered(r)
	if err != nil {
		return err
	}
	if t, err = d.Tasks.Retry(r.Context(), actor(r), t.ID); err != nil {
		return err
	}
	return d.done(w, r, taskPath(t.ID), view.Notice{Tone: view.Good, Text: "Those who failed are tried again in this new task."})
}

// taskResult is a file that an import reads back, with what happened in
// columns beside.
func (d *Door) taskResult(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := d.Tasks.Get(ctx, taskID(r))
	if err != nil {
		return err
	}
	state := vpp.ItemState(r.URL.Query().Get("state"))
	return sendFile(w, r, "task-"+t.CreatedAt.Format("2006-01-02")+".csv", func(out io.Writer) error {
		people, err := sheet.NewPeopleWriter(out, sheet.Comma, "state", "detail", "apple_error", "cause")
		if err != nil {
			return err
		}
		err = d.Tasks.EachItem(ctx, t.ID, state, func(items []vpp.TaskItem) error {
			for _, i := range items {
				refusal := refusalOf(i)
				if err := people.Write(sheet.Person{FullName: i.FullName, Email: i.Email}, string(i.State), i.Detail, refusal[0], refusal[1]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return people.Close()
	})
}

// refusalOf is Apple's number and why Apple says that, where Apple refused.
func refusalOf(i vpp.TaskItem) [2]string {
	if i.AppleError == 0 {
		return [2]string{}
	}
	p := vpp.ExplainApple(i.AppleError)
	return [2]string{p.Name(), p.Cause}
}
