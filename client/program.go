package client

import (
	"context"
	"net/http"
	"time"
)

// SyncRequest says what is made equal.
type SyncRequest struct {
	Selection      Selection `json:"selection"`
	Location       string    `json:"location,omitempty"`
	Full           bool      `json:"full,omitempty"` // read everything, not only what changed
	IdempotencyKey string    `json:"-"`              // random when empty
}

// Sync begins to make the server and Apple equal, both ways.
func (c *Client) Sync(ctx context.Context, r SyncRequest) (Task, error) {
	return start(ctx, c, "/vpp/sync", r.IdempotencyKey, r)
}

// DeleteRequest says who is deleted from VPP.
type DeleteRequest struct {
	Selection      Selection `json:"selection"`
	Location       string    `json:"location,omitempty"`
	AtOnce         bool      `json:"at_once,omitempty"` // leaves no time to undo it
	IdempotencyKey string    `json:"-"`                 // random when empty
}

// DeleteFromVPP begins to retire people's records at Apple. Until the task's
// HoldUntil nothing is sent, and UndoTask ends it.
func (c *Client) DeleteFromVPP(ctx context.Context, r DeleteRequest) (Task, error) {
	return start(ctx, c, "/vpp/delete", r.IdempotencyKey, r)
}

// Removal is what DeleteFromVPP would do.
type Removal struct {
	Retired     int    `json:"retired"`
	Registered  int    `json:"registered"`
	Taken       int    `json:"taken"`
	Nothing     int    `json:"nothing"`
	Busy        int    `json:"busy"`
	UndoSeconds int    `json:"undo_seconds"` // 0 when it is sent at once
	Notice      string `json:"notice"`       // to be shown before it happens

	Licenses *RemovedLicenses `json:"licenses,omitempty"` // nil when assignments were never read, or nobody has a record
}

// RemovedLicenses is what becomes of licenses when people are removed.
type RemovedLicenses struct {
	ReadAt   time.Time `json:"read_at"`
	ComeBack int       `json:"come_back"`
	Stay     int       `json:"stay"`    // books
	Serves   int       `json:"serves"`  // times that somebody in line gets one of them
	Losing   int       `json:"losing"`  // people whose apps stop within 30 days
	Keeping  int       `json:"keeping"` // people who keep books
	Assets   []Holding `json:"assets"`  // the most licenses first
	Keepers  []Keeper  `json:"keepers"` // some of those who keep books
}

// Holding is how many licenses of one app or book people hold.
type Holding struct {
	AdamID       string `json:"adam_id"`
	PricingParam string `json:"pricing_param"`
	ProductType  string `json:"product_type,omitempty"` // App, Book, or "" when Apple did not say
	Revocable    bool   `json:"revocable"`
	Licenses     int    `json:"licenses"`
	People       int    `json:"people"`
	Serves       int    `json:"serves"` // people in line
}

// Keeper is a person with books, which never come back.
type Keeper struct {
	UserID   string `json:"user_id"`
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
	Books    int    `json:"books"`
}

// PreviewDelete says what DeleteFromVPP would do; nothing is done.
func (c *Client) PreviewDelete(ctx context.Context, r DeleteRequest) (Removal, error) {
	r.AtOnce = false // a preview is of the removal, whenever it is sent
	return send[Removal](ctx, c, http.MethodPost, "/vpp/delete/preview", r)
}

// HeldByAll sums up what removed people held.
type HeldByAll struct {
	People int `json:"people"`
	Apps   int `json:"apps"`  // licenses that came back
	Books  int `json:"books"` // licenses that stayed with their accounts
}

// HeldBefore says what the removed people of a selection held when their
// records were retired; location is that of the filter, or the default one, if "".
func (c *Client) HeldBefore(ctx context.Context, s Selection, location string) (HeldByAll, error) {
	return send[HeldByAll](ctx, c, http.MethodPost, "/vpp/held-before", struct {
		Selection Selection `json:"selection"`
		Location  string    `json:"location,omitempty"`
	}{s, location})
}
