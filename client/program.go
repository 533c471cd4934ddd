package client

import (
	"context"
	"net/http"
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
	IdempotencyKey string    `json:"-"` // random when empty
}

// DeleteFromVPP begins to retire people's records at Apple.
func (c *Client) DeleteFromVPP(ctx context.Context, r DeleteRequest) (Task, error) {
	return start(ctx, c, "/vpp/delete", r.IdempotencyKey, r)
}

// Removal is what DeleteFromVPP would do.
type Removal struct {
	Retired    int    `json:"retired"`
	Registered int    `json:"registered"`
	Nothing    int    `json:"nothing"`
	Busy       int    `json:"busy"`
	Notice     string `json:"notice"` // to be shown before it happens
}

// PreviewDelete says what DeleteFromVPP would do; nothing is done.
func (c *Client) PreviewDelete(ctx context.Context, r DeleteRequest) (Removal, error) {
	return send[Removal](ctx, c, http.MethodPost, "/vpp/delete/preview", r)
}
