package vpp

import (
	"slices"
	"time"
)

// WebhookID is ours.
type WebhookID string

// Webhook is an address that is told what happens (F-81).
type Webhook struct {
	ID       WebhookID
	Name     string
	URL      string      // may hold a secret of the receiver's: it stands in no log and no history
	Kinds    []EventKind // none is every kind
	Location LocationID  // only what happens there; "" is everywhere

	CreatedAt    time.Time
	OffAt        time.Time // switched off
	OffWhy       string    // why this server did that; "" when an administrator did
	FailingSince time.Time // the first attempt that failed since one did not
	Failures     int       // attempts that failed, in a row
	DeliveredAt  time.Time // the last good answer
	NextAt       time.Time // nothing is posted before
	BeforeUntil  time.Time // messages are signed with the secret before this one, too
	Waiting      int       // messages that wait; Plenty is that many or more
}

// Plenty is how far messages that wait are counted.
const Plenty = 10_000

// WebhookState is derived from a webhook's facts.
type WebhookState string

// The states of a webhook.
const (
	WebhookOn      WebhookState = "on"
	WebhookFailing WebhookState = "failing"  // the last attempt failed; it is tried again
	WebhookOff     WebhookState = "off"      // an administrator switched it off
	WebhookGivenUp WebhookState = "given_up" // this server did, and says why
)

// State derives how the webhook stands.
func (w Webhook) State() WebhookState {
	switch {
	case !w.OffAt.IsZero() && w.OffWhy != "":
		return WebhookGivenUp
	case !w.OffAt.IsZero():
		return WebhookOff
	case !w.FailingSince.IsZero():
		return WebhookFailing
	}
	return WebhookOn
}

// Wants says whether the webhook is to be told of events of a kind at a location.
func (w Webhook) Wants(kind EventKind, at LocationID) bool {
	return w.OffAt.IsZero() && (len(w.Kinds) == 0 || slices.Contains(w.Kinds, kind)) && (w.Location == "" || w.Location == at)
}

// SealedWebhook is what is kept secret of a webhook.
type SealedWebhook struct {
	Now    string
	Before string // still signs, too; "" for none
}

// EventKind names what happened.
type EventKind string

// The kinds of event.
const (
	EventInvited           EventKind = "user.invited"
	EventDelivered         EventKind = "user.delivered"
	EventBounced           EventKind = "user.bounced"
	EventOpened            EventKind = "user.opened"
	EventRegistered        EventKind = "user.registered"
	EventRemoved           EventKind = "user.removed"
	EventAppleRefused      EventKind = "user.refused"
	EventPushAcknowledged  EventKind = "push.acknowledged"
	EventPushFailed        EventKind = "push.failed"
	EventTokenExpiring     EventKind = "token.expiring"
	EventTokenEnded        EventKind = "token.ended"
	EventTokenRenewed      EventKind = "token.renewed"
	EventOwnershipLost     EventKind = "ownership.lost"
	EventOwnershipRegained EventKind = "ownership.regained"
	EventTest              EventKind = "webhook.test" // sent when somebody asks for it, whatever was chosen
)

// EventKinds lists what can be chosen.
func EventKinds() []EventKind {
	return []EventKind{
		EventInvited, EventDelivered, EventBounced, EventOpened, EventRegistered, EventRemoved, EventAppleRefused, EventPushAcknowledged, EventPushFailed,
		EventTokenExpiring, EventTokenEnded, EventTokenRenewed, EventOwnershipLost, EventOwnershipRegained,
	}
}

// WebhookOutcome is what became of a message.
type WebhookOutcome string

// The outcomes.
const (
	WebhookWaiting   WebhookOutcome = "waiting"
	WebhookDelivered WebhookOutcome = "delivered"
	WebhookFailed    WebhookOutcome = "failed" // for good
)

// WebhookMessage is one event for one webhook. Its id and body are the same at
// every attempt.
type WebhookMessage struct {
	ID        string
	Webhook   WebhookID
	Kind      EventKind
	At        time.Time // when it happened
	Body      string
	QueuedAt  time.Time
	NextAt    time.Time
	Attempts  int
	Outcome   WebhookOutcome
	OutcomeAt time.Time
	Status    int    // of the last answer; 0 for none
	Answer    string // how the last answer began
	Problem   string // why the last attempt failed
}

// WebhookAnswer is what came of one attempt.
type WebhookAnswer struct {
	Status     int           // 0 when no answer came
	RetryAfter time.Duration // the receiver asks to wait; 0 when it does not
	Text       string        // how the answer began
	Problem    string        // a sentence; "" when it was taken
}

// WebhookTried is what an attempt changes, of the message and of its webhook.
type WebhookTried struct {
	Message WebhookMessage
	Webhook Webhook
}
