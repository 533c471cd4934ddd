package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// LicenseRequest says who is to have an app or book, or is to give it back.
type LicenseRequest struct {
	Selection      Selection `json:"selection"`
	Location       string    `json:"location,omitempty"`
	AdamID         string    `json:"adam_id"`
	PricingParam   string    `json:"pricing_param,omitempty"` // STDQ when empty
	Hold           bool      `json:"hold,omitempty"`          // keep the wishes of who is not registered; not for TakeBackLicenses
	IdempotencyKey string    `json:"-"`                       // random when empty
}

// AssignLicenses begins to give people licenses, in the order in which they
// accepted; for whom there is none, they wait in line.
func (c *Client) AssignLicenses(ctx context.Context, r LicenseRequest) (Task, error) {
	return start(ctx, c, "/licenses/assign", r.IdempotencyKey, r)
}

// TakeBackLicenses begins to take licenses of an app back, and ends wishes for
// it. Books stay with who has them.
func (c *Client) TakeBackLicenses(ctx context.Context, r LicenseRequest) (Task, error) {
	r.Hold = false
	return start(ctx, c, "/licenses/take-back", r.IdempotencyKey, r)
}

// LicensePreview is what AssignLicenses and TakeBackLicenses would do.
type LicensePreview struct {
	AdamID       string         `json:"adam_id"`
	PricingParam string         `json:"pricing_param"`
	ProductType  string         `json:"product_type"`
	Revocable    bool           `json:"revocable"`
	Now          int            `json:"now"`     // can get one at once
	Waiting      int            `json:"waiting"` // wait in line for one
	Before       int            `json:"before"`  // are in line already
	Free         int            `json:"free"`
	Assign       map[string]int `json:"assign"`    // ready, paused, held, has, wished, busy, refused
	Refused      map[string]int `json:"refused"`   // by the sentence that says why
	TakeBack     map[string]int `json:"take_back"` // taken, ended, kept, busy, nothing
	Stocks       []Stock        `json:"stocks"`
}

// PreviewLicenses says what both would do; nothing is done.
func (c *Client) PreviewLicenses(ctx context.Context, r LicenseRequest) (LicensePreview, error) {
	return send[LicensePreview](ctx, c, http.MethodPost, "/licenses/preview", r)
}

// Stock is what one location has of an app or book.
type Stock struct {
	LocationID string `json:"location_id"`
	Name       string `json:"name"`
	Position   int    `json:"position"` // in the order, from 1; 0 where it is left out
	Total      int    `json:"total"`
	Assigned   int    `json:"assigned"`
	Available  int    `json:"available"`
	Asked      int    `json:"asked"` // on their way to people
	Free       int    `json:"free"`
	Unlimited  bool   `json:"unlimited,omitempty"`
	Usable     bool   `json:"usable"`
}

// LicenseStocks is how an app or book stands.
type LicenseStocks struct {
	Stocks []Stock        `json:"stocks"` // in the order in which locations give it
	Wishes map[string]int `json:"wishes"` // people by the state of their wish
}

// LicenseStocks reads what locations have of an app or book, and who wishes for it.
func (c *Client) LicenseStocks(ctx context.Context, adamID, pricingParam string) (LicenseStocks, error) {
	return get[LicenseStocks](ctx, c, "/licenses/"+id(adamID), quality(pricingParam))
}

func quality(pricingParam string) url.Values {
	q := url.Values{}
	if pricingParam != "" {
		q.Set("pricing_param", pricingParam)
	}
	return q
}

// SetLicenseOrder says from which locations an app or book is taken, one after
// the other; without any, all give it, the default one first.
func (c *Client) SetLicenseOrder(ctx context.Context, adamID, pricingParam string, locations []string) (out LicenseStocks, err error) {
	k := call{method: http.MethodPut, path: "/licenses/" + id(adamID) + "/order", query: quality(pricingParam)}
	err = c.ask(ctx, k, map[string][]string{"locations": append([]string{}, locations...)}, &out)
	return out, err
}

// Wish is that a person is to have an app or book, or is to give it back.
type Wish struct {
	UserID       string     `json:"user_id"`
	FullName     string     `json:"full_name"`
	Email        string     `json:"email,omitempty"`
	AdamID       string     `json:"adam_id"`
	PricingParam string     `json:"pricing_param"`
	State        string     `json:"state"` // held, paused, in_line, waiting, assigned, refused, taking_back, taken_back
	Why          string     `json:"why,omitempty"`
	Position     int        `json:"position,omitempty"` // in the line, from 1
	LocationID   string     `json:"location_id,omitempty"`
	WantedAt     time.Time  `json:"wanted_at"`
	WantedBy     string     `json:"wanted_by"`
	AcceptedAt   *time.Time `json:"accepted_at,omitempty"`
	TaskID       string     `json:"task_id,omitempty"`
	AppleError   int        `json:"apple_error,omitempty"`
}

// ListLine reads a page of those who wait for an app or book, first who is
// served first.
func (c *Client) ListLine(ctx context.Context, adamID, pricingParam string, p Page) (List[Wish], error) {
	return getPage[Wish](ctx, c, "/licenses/"+id(adamID)+"/line", quality(pricingParam), p)
}

// Line walks through all of them.
func (c *Client) Line(ctx context.Context, adamID, pricingParam string) iter.Seq2[Wish, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Wish], error) { return c.ListLine(ctx, adamID, pricingParam, p) })
}

// Wishes reads what a person is to have, or had to give back.
func (c *Client) Wishes(ctx context.Context, user string) ([]Wish, error) {
	list, err := get[List[Wish]](ctx, c, "/users/"+id(user)+"/wishes", nil)
	return list.Items, err
}
