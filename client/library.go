package client

import (
	"context"
	"iter"
	"net/http"
	"time"
)

// Schedule says how often a location is read by itself. Spans are such as
// "15m"; "" is the server's own.
type Schedule struct {
	Every     string `json:"every,omitempty"`      // what changed
	FullEvery string `json:"full_every,omitempty"` // everything
	Paused    bool   `json:"paused,omitempty"`
}

// SetSchedule says how often the location is read by itself.
func (c *Client) SetSchedule(ctx context.Context, location string, s Schedule) (Location, error) {
	return send[Location](ctx, c, http.MethodPut, "/locations/"+id(location)+"/schedule", s)
}

// Asset is an app or a book with its licenses, as Apple counted them last.
type Asset struct {
	AdamID           string    `json:"adam_id"`
	PricingParam     string    `json:"pricing_param"` // STDQ or PLUS
	ProductType      string    `json:"product_type"`  // App or Book
	Total            int       `json:"total"`
	Assigned         int       `json:"assigned"`
	Available        int       `json:"available"`
	Retired          int       `json:"retired"` // stayed with people who were removed
	Unlimited        bool      `json:"unlimited,omitempty"`
	DeviceAssignable bool      `json:"device_assignable"`
	Revocable        bool      `json:"revocable"` // books never are
	Platforms        []string  `json:"platforms"`
	ReadAt           time.Time `json:"read_at"`
}

// Assets reads the apps and books of a location.
func (c *Client) Assets(ctx context.Context, location string) ([]Asset, error) {
	list, err := get[List[Asset]](ctx, c, "/locations/"+id(location)+"/assets", nil)
	return list.Items, err
}

// License is an app or a book that a person holds at a location.
type License struct {
	LocationID   string    `json:"location_id"`
	AdamID       string    `json:"adam_id"`
	PricingParam string    `json:"pricing_param"`
	ProductType  string    `json:"product_type,omitempty"`
	Revocable    bool      `json:"revocable"`
	ReadAt       time.Time `json:"read_at"`
}

// Licenses reads what a person holds, at every location.
func (c *Client) Licenses(ctx context.Context, user string) ([]License, error) {
	list, err := get[List[License]](ctx, c, "/users/"+id(user)+"/licenses", nil)
	return list.Items, err
}

// Stranger is a living record at Apple that is nobody's here.
type Stranger struct {
	ClientUserID string      `json:"client_user_id"`
	AppleStatus  string      `json:"apple_status"`
	Email        string      `json:"email,omitempty"`
	SeenAt       time.Time   `json:"seen_at"`
	Proposal     string      `json:"proposal"` // adopt, ambiguous, conflict, unknown
	Candidates   []Candidate `json:"candidates"`
}

// Candidate is a person to whom a record may belong.
type Candidate struct {
	UserID   string `json:"user_id"`
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
	By       string `json:"by"` // client_user_id, managed_apple_id, email
	Taken    bool   `json:"taken,omitempty"`
}

// ListStrangers reads a page of the records that are nobody's here.
func (c *Client) ListStrangers(ctx context.Context, location string, p Page) (List[Stranger], error) {
	return getPage[Stranger](ctx, c, "/locations/"+id(location)+"/strangers", nil, p)
}

// Strangers walks through all of them.
func (c *Client) Strangers(ctx context.Context, location string) iter.Seq2[Stranger, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Stranger], error) { return c.ListStrangers(ctx, location, p) })
}

// Finds counts what is best done with a location's strangers.
type Finds struct {
	Total     int `json:"total"`
	Adopt     int `json:"adopt"`
	Ambiguous int `json:"ambiguous"`
	Conflict  int `json:"conflict"`
	Unknown   int `json:"unknown"`
}

// PreviewAdopt counts what can be adopted; nothing is done.
func (c *Client) PreviewAdopt(ctx context.Context, location string) (out Finds, err error) {
	err = c.ask(ctx, call{method: http.MethodGet, path: "/locations/" + id(location) + "/strangers/preview", long: true}, nil, &out)
	return out, err
}

// AdoptRequest says which records are adopted: what is clear, or as chosen.
type AdoptRequest struct {
	Clear   bool          `json:"clear,omitempty"`
	Create  bool          `json:"create,omitempty"` // with Clear: add people for records that nobody fits
	Choices []AdoptChoice `json:"choices,omitempty"`
}

// AdoptChoice gives one record to a person, named by id, e-mail address, user
// name or external id, or to a new one.
type AdoptChoice struct {
	ClientUserID string `json:"client_user_id"`
	User         string `json:"user,omitempty"`
	Create       bool   `json:"create,omitempty"`
}

// Adopted is what an adoption came to.
type Adopted struct {
	Adopted int `json:"adopted"`
	Created int `json:"created"`
	Left    []struct {
		ClientUserID string `json:"client_user_id"`
		Why          string `json:"why"`
	} `json:"left"`
}

// Adopt gives records to people. Doing it again does the rest.
func (c *Client) Adopt(ctx context.Context, location string, r AdoptRequest) (out Adopted, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/locations/" + id(location) + "/strangers/adopt", long: true}, r, &out)
	return out, err
}
