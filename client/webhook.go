package client

import (
	"context"
	"iter"
	"net/http"
	"time"
)

// Webhook is an address that the server tells what happens.
type Webhook struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	URL            string    `json:"url"`
	Events         []string  `json:"events"`             // none is everything
	Location       string    `json:"location,omitempty"` // "" is every one
	State          string    `json:"state"`              // on, failing, off, given_up
	Problem        string    `json:"problem,omitempty"`  // why the server switched it off
	CreatedAt      time.Time `json:"created_at"`
	OffAt          time.Time `json:"off_at,omitzero"`
	FailingSince   time.Time `json:"failing_since,omitzero"`
	DeliveredAt    time.Time `json:"delivered_at,omitzero"`
	PausedUntil    time.Time `json:"paused_until,omitzero"`
	OldSecretUntil time.Time `json:"old_secret_until,omitzero"` // the secret before signs, too
	Waiting        int       `json:"waiting"`                   // messages; 10000 means that many or more
}

// WebhookMessage is one event for one webhook.
type WebhookMessage struct {
	ID        string    `json:"id"`
	Event     string    `json:"event"`
	At        time.Time `json:"at"`
	Body      string    `json:"body"`
	Outcome   string    `json:"outcome"` // waiting, delivered, failed
	OutcomeAt time.Time `json:"outcome_at,omitzero"`
	NextAt    time.Time `json:"next_at,omitzero"`
	Attempts  int       `json:"attempts"`
	Status    int       `json:"status,omitempty"`
	Answer    string    `json:"answer,omitempty"`
	Problem   string    `json:"problem,omitempty"`
}

// NewWebhook is what is asked for a new webhook.
type NewWebhook struct {
	Name     string   `json:"name"`
	URL      string   `json:"url"`
	Events   []string `json:"events,omitempty"`   // none is everything
	Location string   `json:"location,omitempty"` // "" is every one
}

// WebhookPatch is what changes of a webhook; nil stays as it is.
type WebhookPatch struct {
	Name     *string   `json:"name,omitempty"`
	URL      *string   `json:"url,omitempty"`
	Events   *[]string `json:"events,omitempty"`
	Location *string   `json:"location,omitempty"`
	On       *bool     `json:"on,omitempty"`
}

// Webhooks lists the webhooks, by name.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	list, err := get[List[Webhook]](ctx, c, "/webhooks", nil)
	return list.Items, err
}

// Webhook reads one.
func (c *Client) Webhook(ctx context.Context, webhook string) (Webhook, error) {
	return get[Webhook](ctx, c, "/webhooks/"+id(webhook), nil)
}

type newWebhook struct {
	Webhook
	Secret string `json:"secret"`
}

// AddWebhook adds a webhook and returns its secret, which is never shown again.
func (c *Client) AddWebhook(ctx context.Context, in NewWebhook) (Webhook, string, error) {
	made, err := send[newWebhook](ctx, c, http.MethodPost, "/webhooks", in)
	return made.Webhook, made.Secret, err
}

// ChangeWebhook changes a webhook, or switches it off or on.
func (c *Client) ChangeWebhook(ctx context.Context, webhook string, p WebhookPatch) (Webhook, error) {
	return send[Webhook](ctx, c, http.MethodPatch, "/webhooks/"+id(webhook), p)
}

// RotateWebhook gives a webhook another secret and returns it; the old one
// signs as well for a day.
func (c *Client) RotateWebhook(ctx context.Context, webhook string) (Webhook, string, error) {
	made, err := send[newWebhook](ctx, c, http.MethodPost, "/webhooks/"+id(webhook)+"/secret", nil)
	return made.Webhook, made.Secret, err
}

// TestWebhook has a test event posted now, and returns what came of it.
func (c *Client) TestWebhook(ctx context.Context, webhook string) (out WebhookMessage, err error) {
	err = c.ask(ctx, call{method: http.MethodPost, path: "/webhooks/" + id(webhook) + "/test", long: true}, nil, &out)
	return out, err
}

// RemoveWebhook takes a webhook away, with what waits for it.
func (c *Client) RemoveWebhook(ctx context.Context, webhook string) error {
	return c.do(ctx, http.MethodDelete, "/webhooks/"+id(webhook), nil, nil)
}

// ListWebhookMessages reads a page of what was posted or waits, the newest first.
func (c *Client) ListWebhookMessages(ctx context.Context, webhook string, p Page) (List[WebhookMessage], error) {
	return getPage[WebhookMessage](ctx, c, "/webhooks/"+id(webhook)+"/messages", nil, p)
}

// WebhookMessages walks through what was posted or waits, the newest first.
func (c *Client) WebhookMessages(ctx context.Context, webhook string) iter.Seq2[WebhookMessage, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[WebhookMessage], error) {
		return c.ListWebhookMessages(ctx, webhook, p)
	})
}

// RepeatWebhookMessage has a message sent again, under the same id.
func (c *Client) RepeatWebhookMessage(ctx context.Context, webhook, message string) (WebhookMessage, error) {
	return send[WebhookMessage](ctx, c, http.MethodPost, "/webhooks/"+id(webhook)+"/messages/"+id(message)+"/again", nil)
}
