package client

import (
	"context"
	"net/http"
	"time"
)

// Location is one organizational unit at Apple.
type Location struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Default        bool      `json:"default"`
	TokenState     string    `json:"token_state"` // missing, valid, expiring, expired, revoked, invalid, not_allowed, elsewhere
	TokenProblem   int       `json:"token_problem,omitempty"`
	Organization   string    `json:"organization,omitempty"`
	TokenExpiresAt time.Time `json:"token_expires_at,omitzero"`
	TokenAddedAt   time.Time `json:"token_added_at,omitzero"`
	UID            string    `json:"uid,omitempty"`
	Country        string    `json:"country,omitempty"`
	Platform       string    `json:"platform,omitempty"`
	Website        string    `json:"website,omitempty"`
	VerifiedAt     time.Time `json:"verified_at,omitzero"`
	WaitUntil      time.Time `json:"wait_until,omitzero"`
	ReadAt         time.Time `json:"read_at,omitzero"`
	FullReadAt     time.Time `json:"full_read_at,omitzero"`
	AtApple        int       `json:"at_apple"`
	ReadProblem    string    `json:"read_problem,omitempty"`
	Notified       bool      `json:"notified"`
	NotifiedAt     time.Time `json:"notified_at,omitzero"`
	Schedule       Schedule  `json:"schedule"`
	NextReadAt     time.Time `json:"next_read_at,omitzero"` // zero while the schedule is paused
	NextFullAt     time.Time `json:"next_full_at,omitzero"`
	AssetsReadAt   time.Time `json:"assets_read_at,omitzero"`
	CreatedAt      time.Time `json:"created_at"`
}

// Locations reads all locations, the default one first.
func (c *Client) Locations(ctx context.Context) ([]Location, error) {
	list, err := get[List[Location]](ctx, c, "/locations", nil)
	return list.Items, err
}

// Location reads one location.
func (c *Client) Location(ctx context.Context, location string) (Location, error) {
	return get[Location](ctx, c, "/locations/"+id(location), nil)
}

const tokenKind = "application/octet-stream"

// AddLocation adds a content token; the server asks Apple what it opens.
func (c *Client) AddLocation(ctx context.Context, token File) (Location, error) {
	return upload[Location](ctx, c, http.MethodPost, "/locations", tokenKind, token)
}

// Token is what a token file says by itself.
type Token struct {
	Organization string    `json:"organization"`
	ExpiresAt    time.Time `json:"expires_at"`
}

// InspectToken reads what a token file says by itself; nothing is stored.
func (c *Client) InspectToken(ctx context.Context, token File) (Token, error) {
	return upload[Token](ctx, c, http.MethodPost, "/locations/inspect", tokenKind, token)
}

// RenewToken replaces the content token of a location.
func (c *Client) RenewToken(ctx context.Context, location string, token File) (Location, error) {
	return upload[Location](ctx, c, http.MethodPut, "/locations/"+id(location)+"/token", tokenKind, token)
}

// CheckLocation asks Apple again what the token opens.
func (c *Client) CheckLocation(ctx context.Context, location string) (out Location, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/check", long: true}, nil, &out)
	return out, err
}

// DefaultLocation makes it the location where people go when nobody says where.
func (c *Client) DefaultLocation(ctx context.Context, location string) (Location, error) {
	return send[Location](ctx, c, http.MethodPost, "/locations/"+id(location)+"/default", nil)
}
