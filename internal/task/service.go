package task

import (
	"context"
	"maps"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps tasks. Tasks that do not exist are vpp.NotFound.
type Store interface {
	Task(ctx context.Context, id vpp.TaskID) (vpp.Task, error)
	// ListTasks returns the newest first.
	ListTasks(ctx context.Context, f vpp.TaskFilter, page vpp.Page) (vpp.List[vpp.Task], error)
	// TaskItems returns the people of a task, of one state or all of them.
	TaskItems(ctx context.Context, id vpp.TaskID, state vpp.ItemState, page vpp.Page) (vpp.List[vpp.TaskItem], error)
	// CancelTask skips whoever is open in the task, drops their writes that no
	// call carries yet, and withdraws their letters, all in one transaction.
	CancelTask(ctx context.Context, by vpp.Actor, id vpp.TaskID) error
	// UndoTask does the same, if nothing of the task was sent to Apple yet;
	// vpp.Conflict otherwise.
	UndoTask(ctx context.Context, by vpp.Actor, id vpp.TaskID) error
	// FailedUsers returns the people with whom the task failed.
	FailedUsers(ctx context.Context, id vpp.TaskID) ([]vpp.UserID, error)
	// ForgetTasks forgets who was in tasks that ended before a time.
	ForgetTasks(ctx context.Context, before time.Time) error
}

// Starter begins a new task of one kind about a selection of people, with the
// parameters of the task that it repeats. The key makes two of them one.
type Starter func(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error)

// Keep is how long it is remembered who was in a task.
const Keep = 90 * 24 * time.Hour

// Service is the room.
type Service struct {
	store    Store
	now      vpp.Clock
	starters map[vpp.TaskKind]Starter
}

// New makes the service. Kinds without a starter cannot be tried again.
func New(store Store, now vpp.Clock, starters map[vpp.TaskKind]Starter) *Service {
	return &Service{store, now, maps.Clone(starters)}
}

// List returns a page of tasks, the newest first.
func (s *Service) List(ctx context.Context, f vpp.TaskFilter, page vpp.Page) (vpp.List[vpp.Task], error) {
	return s.store.ListTasks(ctx, f, page)
}

// Get returns one task.
func (s *Service) Get(ctx context.Context, id vpp.TaskID) (vpp.Task, error) {
	return s.store.Task(ctx, id)
}

// Items returns a page of the task's people, of one state or, with "", of all.
func (s *Service) Items(ctx context.Context, id vpp.TaskID, state vpp.ItemState, page vpp.Page) (vpp.List[vpp.TaskItem], error) {
	switch state {
	case "", vpp.ItemQueued, vpp.ItemWaiting, vpp.ItemDone, vpp.ItemFailed, vpp.ItemSkipped:
		return s.store.TaskItems(ctx, id, state, page)
	}
	return vpp.List[vpp.TaskItem]{}, vpp.Errorf(vpp.Invalid, "There is no state %q: choose queued, waiting, done, failed or skipped.", state)
}

// EachItem calls fn with all of the task's people of a state, stretch by
// stretch, until it returns an error.
func (s *Service) EachItem(ctx context.Context, id vpp.TaskID, state vpp.ItemState, fn func([]vpp.TaskItem) error) error {
	for page := (vpp.Page{Limit: vpp.MaxPage}); ; {
		list, err := s.Items(ctx, id, state, page)
		if err != nil {
			return err
		}
		if err := fn(list.Items); err != nil {
			return err
		}
		if page.After = list.Next; page.After == "" {
			return nil
		}
	}
}

// Cancel ends a task. What Apple or the mail server already has is not undone.
func (s *Service) Cancel(ctx context.Context, by vpp.Actor, id vpp.TaskID) (vpp.Task, error) {
	if err := s.store.CancelTask(ctx, by, id); err != nil {
		return vpp.Task{}, err
	}
	return s.store.Task(ctx, id)
}

// Undo ends a task of which nothing was sent yet: it is as if it had never
// been. Conflict when the time to undo is over.
func (s *Service) Undo(ctx context.Context, by vpp.Actor, id vpp.TaskID) (vpp.Task, error) {
	if err := s.store.UndoTask(ctx, by, id); err != nil {
		return vpp.Task{}, err
	}
	return s.store.Task(ctx, id)
}

// Retry begins a new task of the same kind about the people with whom a task
// failed. Asked twice, it is still one.
func (s *Service) Retry(ctx context.Context, by vpp.Actor, id vpp.TaskID) (vpp.Task, error) {
	t, err := s.store.Task(ctx, id)
	if err != nil {
		return t, err
	}
	if t.Kind == vpp.TaskImport {
		return t, vpp.Errorf(vpp.Conflict, "An import is repeated with a file: download the rows that failed, correct them, and import that file.")
	}
	start := s.starters[t.Kind]
	if start == nil {
		return t, vpp.Errorf(vpp.Conflict, "Tasks of this kind cannot be tried again: start a new one.")
	}
	if t.FinishedAt.IsZero() && t.CanceledAt.IsZero() { // more may fail yet
		return t, vpp.Errorf(vpp.Conflict, "This task is still under way: wait for its end, or cancel it, then try again what failed.")
	}
	failed, err := s.store.FailedUsers(ctx, id)
	if err != nil {
		return t, err
	}
	if len(failed) == 0 {
		return t, vpp.Errorf(vpp.Conflict, "Nobody failed in this task, or it is forgotten who did: there is nothing to try again.")
	}
	params := maps.Clone(t.Params)
	if params == nil {
		params = map[string]string{}
	}
	params["retry_of"] = string(id)
	return start(ctx, by, vpp.Selection{Filter: vpp.Filter{Location: t.LocationID}, IDs: failed}, params, vpp.OurKey("retry:"+string(id)))
}

// Forget forgets who was in tasks that ended long ago; the counts stay.
func (s *Service) Forget(ctx context.Context) error {
	return s.store.ForgetTasks(ctx, s.now().Add(-Keep))
}
