package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

// Webhook is an address that is told what happens.
type Webhook struct {
	ID           string     `json:"id"`
	Name         string     `json:"name"`
	URL          string     `json:"url"`
	Events       []string   `json:"events" nullable:"false" doc:"What it is told; empty is everything."`
	Location     string     `json:"location,omitempty" doc:"It is told of this location alone; missing is every one."`
	State        string     `json:"state" enum:"on,failing,off,given_up" doc:"failing: the last attempt failed, and it is tried again. given_up: this server switched it off, see problem."`
	Problem      string     `json:"problem,omitempty" doc:"Why this server switched it off."`
	CreatedAt    time.Time  `json:"created_at"`
	OffAt        *time.Time `json:"off_at,omitempty"`
	FailingSince *time.Time `json:"failing_since,omitempty"`
	DeliveredAt  *time.Time `json:"delivered_at,omitempty" doc:"When it last took a message."`
	PausedUntil  *time.Time `json:"paused_until,omitempty" doc:"Nothing is posted before, because attempts failed or the receiver asked for it."`
	OldSecret    *time.Time `json:"old_secret_until,omitempty" doc:"Messages are signed with the secret before this one, too, until then."`
	Waiting      int        `json:"waiting" doc:"Messages that wait; 10000 means that many or more."`
}

// NewWebhook is a webhook with its secret, which is shown this once.
type NewWebhook struct {
	Webhook
	Secret string `json:"secret" doc:"Shown this once and never again. Messages are signed with it, after Standard Webhooks."`
}

// WebhookMessage is one event for one webhook.
type WebhookMessage struct {
	ID        string     `json:"id" doc:"As the receiver sees it, at every attempt."`
	Event     string     `json:"event"`
	At        time.Time  `json:"at" doc:"When it happened."`
	Body      string     `json:"body" doc:"As it is posted."`
	Outcome   string     `json:"outcome" enum:"waiting,delivered,failed" doc:"failed: for good."`
	OutcomeAt *time.Time `json:"outcome_at,omitempty"`
	NextAt    *time.Time `json:"next_at,omitempty" doc:"The next attempt of one that waits, if the webhook is not paused."`
	Attempts  int        `json:"attempts"`
	Status    int        `json:"status,omitempty" doc:"HTTP status of the last answer; missing when no answer came."`
	Answer    string     `json:"answer,omitempty" doc:"How the last answer began."`
	Problem   string     `json:"problem,omitempty" doc:"Why the last attempt failed."`
}

func webhookOf(w vpp.Webhook) Webhook {
	return Webhook{
		ID: string(w.ID), Name: w.Name, URL: w.URL, Events: each(w.Kinds, func(k vpp.EventKind) string { return string(k) }), Location: string(w.Location),
		State: string(w.State()), Problem: w.OffWhy, CreatedAt: w.CreatedAt.UTC(), OffAt: at(w.OffAt), FailingSince: at(w.FailingSince),
		DeliveredAt: at(w.DeliveredAt), PausedUntil: at(w.NextAt), OldSecret: at(w.BeforeUntil), Waiting: w.Waiting,
	}
}

func messageOf(m vpp.WebhookMessage) WebhookMessage {
	out := WebhookMessage{
		ID: m.ID, Event: string(m.Kind), At: m.At.UTC(), Body: m.Body, Outcome: string(m.Outcome), OutcomeAt: at(m.OutcomeAt), Attempts: m.Attempts,
		Status: m.Status, Answer: m.Answer, Problem: m.Problem,
	}
	if m.Outcome == vpp.WebhookWaiting {
		out.NextAt = at(m.NextAt)
	}
	return out
}

func (d *Door) listWebhooks(ctx context.Context, _ *none) (*answer[List[Webhook]], error) {
	all, err := d.Webhooks.List(ctx)
	return answered(List[Webhook]{Items: each(all, webhookOf)}, err)
}

// WebhookPath names a webhook.
type WebhookPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (in WebhookPath) id() vpp.WebhookID { return vpp.WebhookID(in.ID) }

func (d *Door) getWebhook(ctx context.Context, in *WebhookPath) (*answer[Webhook], error) {
	w, err := d.Webhooks.Get(ctx, in.id())
	return answered(webhookOf(w), err)
}

type addWebhookInput struct {
	Body struct {
		Name     string   `json:"name" maxLength:"200"`
		URL      string   `json:"url" maxLength:"2000" doc:"https, unless it is of the machine that this server runs on."`
		Events   []string `json:"events,omitempty" maxItems:"50" doc:"What it is told, such as user.registered; everything if missing."`
		Location string   `json:"location,omitempty" maxLength:"64" doc:"It is told of this location alone; of every one if missing."`
	}
}

func (d *Door) addWebhook(ctx context.Context, in *addWebhookInput) (*answer[NewWebhook], error) {
	w, secret, err := d.Webhooks.Add(ctx, actor(ctx), webhook.Input{
		Name: in.Body.Name, URL: in.Body.URL, Kinds: eventKinds(in.Body.Events), Location: vpp.LocationID(in.Body.Location),
	})
	return answered(NewWebhook{webhookOf(w), secret}, err)
}

func eventKinds(words []string) []vpp.EventKind {
	return each(words, func(w string) vpp.EventKind { return vpp.EventKind(w) })
}

type changeWebhookInput struct {
	WebhookPath
	Body struct {
		Name     *string   `json:"name,omitempty" maxLength:"200"`
		URL      *string   `json:"url,omitempty" maxLength:"2000"`
		Events   *[]string `json:"events,omitempty" maxItems:"50" doc:"Empty is everything."`
		Location *string   `json:"location,omitempty" maxLength:"64" doc:"Empty is every one."`
		On       *bool     `json:"on,omitempty" doc:"Switch it off, or on again. What waits for three days is kept."`
	}
}

func (d *Door) changeWebhook(ctx context.Context, in *changeWebhookInput) (*answer[Webhook], error) {
	c := webhook.Change{Name: in.Body.Name, URL: in.Body.URL, Location: (*vpp.LocationID)(in.Body.Location), On: in.Body.On}
	if in.Body.Events != nil {
		kinds := eventKinds(*in.Body.Events)
		c.Kinds = &kinds
	}
	w, err := d.Webhooks.Change(ctx, actor(ctx), in.id(), c)
	return answered(webhookOf(w), err)
}

func (d *Door) rotateWebhook(ctx context.Context, in *WebhookPath) (*answer[NewWebhook], error) {
	w, secret, err := d.Webhooks.Rotate(ctx, actor(ctx), in.id())
	return answered(NewWebhook{webhookOf(w), secret}, err)
}

func (d *Door) testWebhook(ctx context.Context, in *WebhookPath) (*answer[WebhookMessage], error) {
	m, err := d.Webhooks.Test(ctx, actor(ctx), in.id())
	return answered(messageOf(m), err)
}

func (d *Door) removeWebhook(ctx context.Context, in *WebhookPath) (*none, error) {
	return &none{}, d.Webhooks.Remove(ctx, actor(ctx), in.id())
}

type webhookMessagesInput struct {
	WebhookPath
	Paging
}

func (d *Door) listWebhookMessages(ctx context.Context, in *webhookMessagesInput) (*answer[List[WebhookMessage]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := d.Webhooks.Messages(ctx, in.id(), page)
	return listOf(list, err, messageOf)
}

type webhookMessageInput struct {
	WebhookPath
	Message string `path:"message" maxLength:"64"`
}

func (d *Door) repeatWebhookMessage(ctx context.Context, in *webhookMessageInput) (*answer[WebhookMessage], error) {
	m, err := d.Webhooks.Again(ctx, actor(ctx), in.id(), in.Message)
	return answered(messageOf(m), err)
}
