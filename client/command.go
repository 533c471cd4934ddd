package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Command is an invitation on one device.
type Command struct {
	ID         string    `json:"id"`
	UserID     string    `json:"user_id,omitempty"` // "" when the person was removed since
	FullName   string    `json:"full_name"`
	LocationID string    `json:"location_id,omitempty"`
	DeviceID   string    `json:"device_id"`
	DeviceName string    `json:"device_name,omitempty"`
	MDM        string    `json:"mdm"` // builtin, or a connector's id
	TaskID     string    `json:"task_id,omitempty"`
	Command    string    `json:"command"` // InviteToProgram
	State      string    `json:"state"`   // queued, pushed, not_now, unknown, acknowledged, failed, canceled
	Open       bool      `json:"open"`    // the device may still answer
	QueuedAt   time.Time `json:"queued_at"`
	OutcomeAt  time.Time `json:"outcome_at,omitzero"`
	Attempts   int       `json:"attempts"` // at handing it to the MDM server
	Wakes      int       `json:"wakes"`    // times that the device was woken for it
	PutOffs    int       `json:"put_offs"` // times that the device said NotNow
	Answer     string    `json:"answer,omitempty"`
	Sentence   string    `json:"sentence,omitempty"`
}

// CommandFilter narrows the list of invitations on devices. The zero value is
// all of them.
type CommandFilter struct {
	Open  bool // only those that a device may still answer
	State string
}

// ListCommands reads a page of invitations on devices, the newest first.
func (c *Client) ListCommands(ctx context.Context, f CommandFilter, p Page) (List[Command], error) {
	q := url.Values{}
	if f.Open {
		q.Set("open", "true")
	}
	set(q, "state", f.State)
	return getPage[Command](ctx, c, "/commands", q, p)
}

// Commands walks through invitations on devices, the newest first.
func (c *Client) Commands(ctx context.Context, f CommandFilter) iter.Seq2[Command, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Command], error) { return c.ListCommands(ctx, f, p) })
}

// CancelCommand takes an invitation on a device back.
func (c *Client) CancelCommand(ctx context.Context, command string) (Command, error) {
	return send[Command](ctx, c, http.MethodPost, "/commands/"+id(command)+"/cancel", nil)
}

// RetryCommand sends an invitation to the same device again, as a new task.
// Asked twice, the server makes it once.
func (c *Client) RetryCommand(ctx context.Context, command string) (Task, error) {
	return start(ctx, c, "/commands/"+id(command)+"/retry", "", nil)
}

// EnrollRule invites the owners of devices when these enroll.
type EnrollRule struct {
	On           bool      `json:"on"`
	AfterMinutes int       `json:"after_minutes,omitempty"` // after the device can be reached
	Groups       []string  `json:"groups,omitempty"`        // everybody if empty
	ElseMail     bool      `json:"else_mail,omitempty"`     // an e-mail where the device does not take the invitation
	Since        time.Time `json:"since,omitzero"`          // the server's
}

// EnrollRule reads the rule.
func (c *Client) EnrollRule(ctx context.Context) (EnrollRule, error) {
	return get[EnrollRule](ctx, c, "/invitations/rule", nil)
}

// SaveEnrollRule changes the rule.
func (c *Client) SaveEnrollRule(ctx context.Context, r EnrollRule) (EnrollRule, error) {
	r.Since = time.Time{}
	return send[EnrollRule](ctx, c, http.MethodPut, "/invitations/rule", r)
}
