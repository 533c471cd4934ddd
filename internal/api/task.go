package api

import (
	"context"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Task is a piece of work to watch.
type Task struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind" enum:"import,invite,resend,sync,delete"`
	State      string            `json:"state" enum:"queued,running,done,failed,canceled" doc:"failed is finished, with failures."`
	Finished   bool              `json:"finished" doc:"Nothing more will happen."`
	LocationID string            `json:"location_id,omitempty"`
	Title      string            `json:"title"`
	CreatedBy  string            `json:"created_by"`
	CreatedAt  time.Time         `json:"created_at"`
	HoldUntil  *time.Time        `json:"hold_until,omitempty" doc:"Nothing is sent to Apple before."`
	ReleasedAt *time.Time        `json:"released_at,omitempty" doc:"The time to undo was over: from then on requests went to Apple."`
	Undoable   bool              `json:"undoable,omitempty" doc:"Nothing was sent to Apple yet: it can be undone."`
	ExpandedAt *time.Time        `json:"expanded_at,omitempty" doc:"Everybody meant is known: total is final."`
	FinishedAt *time.Time        `json:"finished_at,omitempty"`
	CanceledAt *time.Time        `json:"canceled_at,omitempty"`
	Total      int               `json:"total" doc:"People meant."`
	Done       int               `json:"done"`
	Failed     int               `json:"failed"`
	Skipped    int               `json:"skipped"`
	Note       string            `json:"note,omitempty"`
	Result     map[string]int    `json:"result,omitempty" doc:"Counts of this kind of task."`
	Params     map[string]string `json:"params,omitempty" doc:"What was asked for."`
}

func taskOf(t vpp.Task) Task {
	state := t.State()
	return Task{
		ID: string(t.ID), Kind: string(t.Kind), State: string(state), Finished: state != vpp.TaskQueued && state != vpp.TaskRunning,
		LocationID: string(t.LocationID), Title: t.Title, CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt.UTC(),
		HoldUntil: at(t.HoldUntil), ReleasedAt: at(t.ReleasedAt), Undoable: t.Held(),
		ExpandedAt: at(t.ExpandedAt), FinishedAt: at(t.FinishedAt), CanceledAt: at(t.CanceledAt),
		Total: t.Total, Done: t.Done, Failed: t.Failed, Skipped: t.Skipped, Note: t.Note, Result: t.Result, Params: t.Params,
	}
}

type listTasksInput struct {
	Open     bool   `query:"open" doc:"Only what is not finished."`
	Kind     string `query:"kind" enum:"import,invite,resend,sync,delete"`
	Location string `query:"location" maxLength:"64" doc:"All locations if missing."`
	Paging
}

func (d *Door) listTasks(ctx context.Context, in *listTasksInput) (*answer[List[Task]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	tasks, err := d.Tasks.List(ctx, vpp.TaskFilter{Open: in.Open, Kind: vpp.TaskKind(in.Kind), Location: vpp.LocationID(in.Location)}, page)
	return listOf(tasks, err, taskOf)
}

// TaskPath names a task.
type TaskPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (in TaskPath) id() vpp.TaskID { return vpp.TaskID(in.ID) }

func (d *Door) getTask(ctx context.Context, in *TaskPath) (*answer[Task], error) {
	t, err := d.Tasks.Get(ctx, in.id())
	return answered(taskOf(t), err)
}

// scopeOf is what it takes to start a task of a kind, and so to end or repeat one.
func scopeOf(kind vpp.TaskKind) operator.Scope {
	switch kind {
	case vpp.TaskImport:
		return operator.ScopeRoster
	case vpp.TaskInvite, vpp.TaskResend:
		return operator.ScopeInvite
	case vpp.TaskSync, vpp.TaskDelete, vpp.TaskAssign, vpp.TaskTakeBack:
		return operator.ScopeProgram
	}
	return operator.ScopeOwner
}

// steer says whether the caller may end or repeat a task.
func (d *Door) steer(ctx context.Context, id vpp.TaskID) error {
	t, err := d.Tasks.Get(ctx, id)
	if err != nil {
		return err
	}
	if scope := scopeOf(t.Kind); !caller(ctx).Scopes.Allow(scope) {
		return vpp.Errorf(vpp.Denied, "This needs the scope %q: ask an owner for it.", string(scope))
	}
	return nil
}

func (d *Door) cancelTask(ctx context.Context, in *TaskPath) (*answer[Task], error) {
	if err := d.steer(ctx, in.id()); err != nil {
		return nil, err
	}
	t, err := d.Tasks.Cancel(ctx, actor(ctx), in.id())
	return answered(taskOf(t), err)
}

func (d *Door) undoTask(ctx context.Context, in *TaskPath) (*answer[Task], error) {
	if err := d.steer(ctx, in.id()); err != nil {
		return nil, err
	}
	t, err := d.Tasks.Undo(ctx, actor(ctx), in.id())
	return answered(taskOf(t), err)
}

// retryTaskInput takes a key like all that start work. What is tried again
// makes a repeat one with the first, with or without it.
type retryTaskInput struct {
	TaskPath
	Repeatable
}

func (d *Door) retryTask(ctx context.Context, in *retryTaskInput) (*answer[Task], error) {
	if err := d.steer(ctx, in.id()); err != nil {
		return nil, err
	}
	t, err := d.Tasks.Retry(ctx, actor(ctx), in.id())
	return answered(taskOf(t), err)
}

// TaskItem is one person's part of a task.
type TaskItem struct {
	UserID    string     `json:"user_id"`
	VPPUserID string     `json:"vpp_user_id"`
	FullName  string     `json:"full_name"`
	Email     string     `json:"email,omitempty"`
	State     string     `json:"state" enum:"queued,waiting,done,failed,skipped"`
	Detail    string     `json:"detail,omitempty" doc:"What happened, or why it was skipped."`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	Error     int        `json:"apple_error,omitempty" doc:"Apple's error number, when Apple refused."`
	Cause     string     `json:"cause,omitempty" doc:"Why Apple says that."`
}

func taskItemOf(i vpp.TaskItem) TaskItem {
	out := TaskItem{
		UserID: string(i.UserID), VPPUserID: string(i.ProgramUserID), FullName: i.FullName, Email: i.Email,
		State: string(i.State), Detail: i.Detail, UpdatedAt: at(i.UpdatedAt), Error: i.AppleError,
	}
	if i.AppleError != 0 {
		out.Cause = vpp.ExplainApple(i.AppleError).Cause
	}
	return out
}

// ItemState narrows the people of a task.
type ItemState struct {
	State string `query:"state" enum:"queued,waiting,done,failed,skipped" doc:"All if missing."`
}

type listItemsInput struct {
	TaskPath
	ItemState
	Paging
}

func (d *Door) listItems(ctx context.Context, in *listItemsInput) (*answer[List[TaskItem]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	items, err := d.Tasks.Items(ctx, in.id(), vpp.ItemState(in.State), page)
	return listOf(items, err, taskItemOf)
}

type exportItemsInput struct {
	TaskPath
	ItemState
}

// exportItems writes a file that an import reads back, with what happened in
// columns beside.
func (d *Door) exportItems(ctx context.Context, in *exportItemsInput) (*huma.StreamResponse, error) {
	return file(ctx, "task.csv", func(w io.Writer) error {
		if _, err := d.Tasks.Get(ctx, in.id()); err != nil {
			return err
		}
		out, err := sheet.NewPeopleWriter(w, sheet.Comma, "state", "detail", "apple_error", "cause")
		if err != nil {
			return err
		}
		err = d.Tasks.EachItem(ctx, in.id(), vpp.ItemState(in.State), func(items []vpp.TaskItem) error {
			for _, i := range items {
				number, cause := "", ""
				if i.AppleError != 0 {
					p := vpp.ExplainApple(i.AppleError)
					number, cause = p.Name(), p.Cause
				}
				if err := out.Write(sheet.Person{FullName: i.FullName, Email: i.Email}, string(i.State), i.Detail, number, cause); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return out.Close()
	}), nil
}
