package client

import (
	"context"
	"net/http"
	"net/url"
)

// LocationRemoval is what removing a location would do.
type LocationRemoval struct {
	Kept       string `json:"kept,omitempty"`   // why it cannot be removed, and what to do; "" when it can
	Untold     string `json:"untold,omitempty"` // why Apple cannot be told; "" when it can, or need not be
	People     int    `json:"people"`           // with a place there
	Only       int    `json:"only"`             // of these, who has no other place
	Registered int    `json:"registered"`       // living records of people here, with an Apple Account
	Invited    int    `json:"invited"`          // and without one yet
	Waiting    int    `json:"waiting"`          // people whose change waits for Apple
	Tasks      int    `json:"tasks"`            // under way at the location
	Strangers  int    `json:"strangers"`
	Assets     int    `json:"assets"`
	Licenses   int    `json:"licenses"`
}

// PreviewRemoveLocation says what removing a location would take away, and what
// keeps it.
func (c *Client) PreviewRemoveLocation(ctx context.Context, location string) (LocationRemoval, error) {
	return get[LocationRemoval](ctx, c, "/locations/"+id(location)+"/removal", nil)
}

// RemoveLocation removes a location that was added by mistake. Apple is told
// that the server lets it go; where that cannot be, the server answers 409,
// unless withoutApple says that it need not be.
func (c *Client) RemoveLocation(ctx context.Context, location string, withoutApple bool) error {
	q := url.Values{}
	if withoutApple {
		q.Set("without_apple", "true")
	}
	return c.ask(ctx, call{method: http.MethodDelete, path: "/locations/" + id(location), query: q, long: true}, nil, nil)
}
