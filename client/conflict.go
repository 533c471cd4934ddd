package client

import (
	"context"
	"iter"
)

// The kinds of conflict.
const (
	SameAccount     = "same_account"      // people who are registered with one Apple Account
	TwoRecords      = "two_records"       // a person with another living record at Apple
	UnusableAccount = "unusable_account"  // a Managed Apple Account that Apple would not link
	AccountOnDevice = "account_on_device" // a device on which another account is signed in than the person accepted with
	NobodysRecord   = "stranger"          // a living record at Apple that is nobody's here
)

// Conflict is one thing that does not go together at a location.
type Conflict struct {
	Kind     string       `json:"kind"`
	Sentence string       `json:"sentence"` // what is wrong
	Next     string       `json:"next"`     // what to do
	People   []Person     `json:"people"`
	More     int          `json:"more,omitempty"`        // people beyond these
	Other    *OtherRecord `json:"other,omitempty"`       // with TwoRecords and NobodysRecord
	Number   int          `json:"apple_error,omitempty"` // with UnusableAccount
	Holder   string       `json:"holder,omitempty"`      // with error 9641: whose the account is already, as far as that is known
	Device   *WrongDevice `json:"device,omitempty"`      // with AccountOnDevice
}

// WrongDevice is a device on which another account is signed in.
type WrongDevice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	User string `json:"user,omitempty"` // whose channel it is, on a Mac or a Shared iPad
}

// OtherRecord is a living record at Apple that is nobody's here.
type OtherRecord struct {
	ClientUserID string `json:"client_user_id"`
	AppleStatus  string `json:"apple_status"`
	AppleEmail   string `json:"apple_email,omitempty"`
	SameAccount  bool   `json:"same_account"` // it has the person's Apple Account; otherwise the address
}

// ListConflicts reads a page of a location's conflicts of one kind.
func (c *Client) ListConflicts(ctx context.Context, kind, location string, p Page) (List[Conflict], error) {
	q := at(location)
	set(q, "kind", kind)
	return getPage[Conflict](ctx, c, "/conflicts", q, p)
}

// Conflicts walks through a location's conflicts of one kind.
func (c *Client) Conflicts(ctx context.Context, kind, location string) iter.Seq2[Conflict, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Conflict], error) {
		return c.ListConflicts(ctx, kind, location, p)
	})
}

// ConflictCounts says how many conflicts of each kind there are.
type ConflictCounts struct {
	SameAccount     int `json:"same_account"`
	TwoRecords      int `json:"two_records"`
	UnusableAccount int `json:"unusable_account"`
	AccountOnDevice int `json:"account_on_device"`
	Strangers       int `json:"strangers"`
}

// CountConflicts counts a location's conflicts.
func (c *Client) CountConflicts(ctx context.Context, location string) (ConflictCounts, error) {
	return get[ConflictCounts](ctx, c, "/conflicts/counts", at(location))
}

// RetireOther begins to retire a living record that is nobody's here. Until
// the task's HoldUntil nothing is sent, and UndoTask ends it.
func (c *Client) RetireOther(ctx context.Context, location, clientUserID, idempotencyKey string) (Task, error) {
	return start(ctx, c, "/conflicts/retire-other", idempotencyKey, struct {
		Location     string `json:"location,omitempty"`
		ClientUserID string `json:"client_user_id"`
	}{location, clientUserID})
}
