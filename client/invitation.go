package client

import (
	"context"
	"crypto/rand"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Selection is who an act is about: all that match a filter less some, or
// chosen people.
type Selection struct {
	All    bool     `json:"all,omitempty"`
	Filter *Filter  `json:"filter,omitempty"`
	Except []string `json:"except,omitempty"` // ids
	Users  []string `json:"users,omitempty"`  // ids
	Names  []string `json:"names,omitempty"`  // e-mail addresses, user names, external ids
}

// Letter is a template for the mail; variables are written {{.FirstName}}.
type Letter struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html,omitempty"` // made from the text if empty
}

// InvitationRequest says who is invited and how.
type InvitationRequest struct {
	Selection     Selection `json:"selection"`
	Location      string    `json:"location,omitempty"`
	Audience      string    `json:"audience,omitempty"`  // not-invited, the usual one; not-registered; removed, to register people again
	Channel       string    `json:"channel,omitempty"`   // mail, the usual one, link, device or both
	ElseMail      bool      `json:"else_mail,omitempty"` // by device: an e-mail where no device takes it
	Devices       []string  `json:"devices,omitempty"`   // by device: on these alone, by id, of one person
	TryAgain      bool      `json:"try_again,omitempty"` // letters to addresses that were refused before, too
	Resend        bool      `json:"resend,omitempty"`
	Letter        *Letter   `json:"letter,omitempty"`
	ExpiresInDays int       `json:"expires_in_days,omitempty"`

	// IdempotencyKey makes a repeat answer with the first one's task. A random
	// one is used when it is empty, which covers the client's own retries.
	IdempotencyKey string `json:"-"`
}

// Diagnosis is the doctor's word on a selection.
type Diagnosis struct {
	LocationID string    `json:"location_id"`
	Location   string    `json:"location"`
	People     int       `json:"people"`
	Reachable  int       `json:"reachable"`
	Acting     int       `json:"acting"`
	OnDevice   int       `json:"on_device"`
	ByMail     int       `json:"by_mail"`
	Notice     string    `json:"notice,omitempty"` // what is wrong with the run as a whole, and what to do
	Verdicts   []Finding `json:"verdicts"`
	Shared     int       `json:"shared_accounts,omitempty"`      // people of one Apple Account with somebody else
	SharedText string    `json:"shared_accounts_text,omitempty"` // who, and what that means
}

// Verdict is the doctor's word on one person.
type Verdict struct {
	Code      string `json:"code"`
	Reachable bool   `json:"reachable"`
	Channel   string `json:"channel,omitempty"`
	Sentence  string `json:"sentence"`
	Fix       string `json:"fix,omitempty"`
}

// Finding is one verdict and how many people it is about.
type Finding struct {
	Verdict
	People int `json:"people"`
}

// Examine asks the doctor; nothing is sent.
func (c *Client) Examine(ctx context.Context, r InvitationRequest) (Diagnosis, error) {
	return send[Diagnosis](ctx, c, http.MethodPost, "/invitations/examine", r)
}

// VerdictLine is one person and the doctor's word.
type VerdictLine struct {
	Person  Person  `json:"person"`
	Verdict Verdict `json:"verdict"`
}

// Examined walks through the people who got one verdict.
func (c *Client) Examined(ctx context.Context, r InvitationRequest, code string) iter.Seq2[VerdictLine, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[VerdictLine], error) { return c.ListExamined(ctx, r, code, p) })
}

// ListExamined reads a page of the people who got one verdict.
func (c *Client) ListExamined(ctx context.Context, r InvitationRequest, code string, p Page) (List[VerdictLine], error) {
	return postPage[VerdictLine](ctx, c, "/invitations/examine/people", url.Values{"code": {code}}, p, r)
}

// Invite begins a run.
func (c *Client) Invite(ctx context.Context, r InvitationRequest) (Task, error) {
	return start(ctx, c, "/invitations", r.IdempotencyKey, r)
}

// start begins work that is not to be begun twice.
func start(ctx context.Context, c *Client, path, key string, in any) (out Task, err error) {
	if key == "" {
		key = rand.Text()
	}
	err = c.ask(ctx, call{method: http.MethodPost, path: path, key: key}, in, &out)
	return out, err
}

// Withdraw ends a person's link and open letters; the record at Apple stays.
func (c *Client) Withdraw(ctx context.Context, user, location string) error {
	return c.do(ctx, http.MethodPost, "/users/"+id(user)+"/withdraw", at(location), nil)
}

// Link is an invitation to hand over. Whoever holds it can accept it.
type Link struct {
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
}

// CopyLink takes a person's link, which counts as handed over.
func (c *Client) CopyLink(ctx context.Context, user, location string) (out Link, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/users/" + id(user) + "/link", query: at(location)}, nil, &out)
	return out, err
}
