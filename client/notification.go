package client

import (
	"context"
	"iter"
	"time"
)

// Notification is one of Apple's as it came, with what became of it.
type Notification struct {
	At       time.Time `json:"at"`
	AppleID  string    `json:"notification_id,omitempty"`
	Type     string    `json:"type,omitempty"` // Apple's word
	Outcome  string    `json:"outcome"`        // event, users, licenses, anything, test, repeat, unreadable, elsewhere
	Sentence string    `json:"sentence"`
	Problem  string    `json:"problem,omitempty"` // what could not be read of it
	Body     string    `json:"body"`              // the beginning, without invite codes
	Size     int       `json:"size"`              // of the whole body
}

// ListNotifications reads a page of Apple's latest notifications about a
// location, the newest first.
func (c *Client) ListNotifications(ctx context.Context, location string, p Page) (List[Notification], error) {
	return getPage[Notification](ctx, c, "/locations/"+id(location)+"/notifications", nil, p)
}

// Notifications walks through all that are kept.
func (c *Client) Notifications(ctx context.Context, location string) iter.Seq2[Notification, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Notification], error) {
		return c.ListNotifications(ctx, location, p)
	})
}
