package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// ConsentForm is what administrators are asked to confirm before people's data
// goes to Apple.
type ConsentForm struct {
	Text    string    `json:"text"`
	Own     bool      `json:"own"` // the organization's words
	Version string    `json:"version"`
	SavedAt time.Time `json:"saved_at,omitzero"`
	Asked   int       `json:"asked,omitempty"` // locations where it is asked for anew
}

// ConsentText reads what administrators are asked to confirm.
func (c *Client) ConsentText(ctx context.Context) (ConsentForm, error) {
	return get[ConsentForm](ctx, c, "/consent", nil)
}

// SaveConsentText puts it in the organization's own words; "" is the text that
// rsvpp brings along. With askAnew nothing is written at any location where
// other words were confirmed, before somebody confirms these.
func (c *Client) SaveConsentText(ctx context.Context, text string, askAnew bool) (out ConsentForm, err error) {
	q := url.Values{}
	if askAnew {
		q.Set("ask_anew", "true")
	}
	in := struct {
		Text string `json:"text"`
	}{text}
	err = c.ask(ctx, call{method: http.MethodPut, path: "/consent", query: q}, in, &out)
	return out, err
}
