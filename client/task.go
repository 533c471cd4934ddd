package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Task is a piece of work to watch.
type Task struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`     // import, invite, resend, sync, delete
	State      string            `json:"state"`    // queued, running, done, failed, canceled
	Finished   bool              `json:"finished"` // nothing more will happen
	LocationID string            `json:"location_id,omitempty"`
	Title      string            `json:"title"`
	CreatedBy  string            `json:"created_by"`
	CreatedAt  time.Time         `json:"created_at"`
	HoldUntil  time.Time         `json:"hold_until,omitzero"`  // nothing is sent to Apple before
	ReleasedAt time.Time         `json:"released_at,omitzero"` // from then on requests went to Apple
	Undoable   bool              `json:"undoable,omitempty"`   // nothing was sent yet
	ExpandedAt time.Time         `json:"expanded_at,omitzero"` // Total is final
	FinishedAt time.Time         `json:"finished_at,omitzero"`
	CanceledAt time.Time         `json:"canceled_at,omitzero"`
	Total      int               `json:"total"`
	Done       int               `json:"done"`
	Failed     int               `json:"failed"`
	Skipped    int               `json:"skipped"`
	Note       string            `json:"note,omitempty"`
	Result     map[string]int    `json:"result,omitempty"`
	Params     map[string]string `json:"params,omitempty"`
}

// TaskFilter narrows the list of tasks. The zero value is all of them.
type TaskFilter struct {
	Open     bool // only what is not finished
	Kind     string
	Location string
}

// ListTasks reads a page of tasks, the newest first.
func (c *Client) ListTasks(ctx context.Context, f TaskFilter, p Page) (List[Task], error) {
	q := at(f.Location)
	if f.Open {
		q.Set("open", "true")
	}
	set(q, "kind", f.Kind)
	return getPage[Task](ctx, c, "/tasks", q, p)
}

// Tasks walks through tasks, the newest first.
func (c *Client) Tasks(ctx context.Context, f TaskFilter) iter.Seq2[Task, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Task], error) { return c.ListTasks(ctx, f, p) })
}

// Task reads one task.
func (c *Client) Task(ctx context.Context, task string) (Task, error) {
	return get[Task](ctx, c, "/tasks/"+id(task), nil)
}

// CancelTask ends a task.
func (c *Client) CancelTask(ctx context.Context, task string) (Task, error) {
	return send[Task](ctx, c, http.MethodPost, "/tasks/"+id(task)+"/cancel", nil)
}

// UndoTask ends a task of which nothing was sent yet; a conflict otherwise.
func (c *Client) UndoTask(ctx context.Context, task string) (Task, error) {
	return send[Task](ctx, c, http.MethodPost, "/tasks/"+id(task)+"/undo", nil)
}

// RetryTask begins a new task for those with whom this one failed. Asked
// twice, the server makes it once.
func (c *Client) RetryTask(ctx context.Context, task string) (Task, error) {
	return start(ctx, c, "/tasks/"+id(task)+"/retry", "", nil)
}

// TaskItem is one person's part of a task.
type TaskItem struct {
	UserID    string    `json:"user_id"`
	VPPUserID string    `json:"vpp_user_id"`
	FullName  string    `json:"full_name"`
	Email     string    `json:"email,omitempty"`
	State     string    `json:"state"` // queued, waiting, done, failed, skipped
	Detail    string    `json:"detail,omitempty"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Error     int       `json:"apple_error,omitempty"` // Apple's error number, when Apple refused
	Cause     string    `json:"cause,omitempty"`       // why Apple says that
}

// ListTaskItems reads a page of a task's people, of one state or with "" of all.
func (c *Client) ListTaskItems(ctx context.Context, task, state string, p Page) (List[TaskItem], error) {
	q := url.Values{}
	set(q, "state", state)
	return getPage[TaskItem](ctx, c, "/tasks/"+id(task)+"/items", q, p)
}

// TaskItems walks through a task's people.
func (c *Client) TaskItems(ctx context.Context, task, state string) iter.Seq2[TaskItem, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[TaskItem], error) { return c.ListTaskItems(ctx, task, state, p) })
}

// ExportTaskItems writes a task's people as CSV.
func (c *Client) ExportTaskItems(ctx context.Context, task, state string, w io.Writer) error {
	q := url.Values{}
	set(q, "state", state)
	return c.download(ctx, "/tasks/"+id(task)+"/items/export", q, w)
}
