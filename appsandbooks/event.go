package appsandbooks

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// How Apple asks events to be followed: look first after StatusAfter if no
// notification came, then no more often than StatusEvery; still Pending after
// ResendAfter, send the request again.
// https://developer.apple.com/documentation/devicemanagement/managing-users
const (
	StatusAfter = 5 * time.Minute
	StatusEvery = 30 * time.Second
	ResendAfter = 10 * time.Minute
)

// EventState is how far an event is. Unknown words are kept as they came.
type EventState string

// The states of an event. Failed is said although part may have succeeded.
const (
	Pending  EventState = "PENDING"
	Complete EventState = "COMPLETE"
	Failed   EventState = "FAILED"
)

// EventType is what an event does. Unknown words are kept as they came.
type EventType string

// The types of event.
const (
	Associate    EventType = "ASSOCIATE"
	Disassociate EventType = "DISASSOCIATE"
	Revoke       EventType = "REVOKE"
	Create       EventType = "CREATE"
	Update       EventType = "UPDATE"
	Retire       EventType = "RETIRE"
)

// EventResponse is Apple's receipt: the request was accepted, nothing more.
// https://developer.apple.com/documentation/devicemanagement/eventresponse
type EventResponse struct {
	Envelope
	EventID string `json:"eventId"`
}

type eventAnswer struct {
	fault
	EventResponse
}

func (a *eventAnswer) lacks() string {
	if a.EventID == "" {
		return "eventId"
	}
	return ""
}

// manage sends what starts an event, once it has passed the check.
func (c *Client) manage(ctx context.Context, key string, request any, check func(*ServiceConfig) error) (*EventResponse, error) {
	k, s, err := c.callTo(ctx, http.MethodPost, key)
	if err != nil {
		return nil, err
	}
	if err := check(s); err != nil {
		return nil, err
	}
	if k.body, err = json.Marshal(request); err != nil {
		return nil, err
	}
	got, err := ask(ctx, c, k, func() *eventAnswer { return new(eventAnswer) })
	if err != nil {
		return nil, err
	}
	return &got.EventResponse, nil
}

// EventStatus says how far an event is.
// https://developer.apple.com/documentation/devicemanagement/statusresponse
type EventStatus struct {
	Envelope
	State        EventState `json:"eventStatus"`
	Type         EventType  `json:"eventType"`
	NumRequested int        `json:"numRequested"`
	NumCompleted int        `json:"numCompleted"` // successes, also when Failed
	Failures     []Error    `json:"failures"`     // by kind of error; who it hit is in Info
}

type statusAnswer struct {
	fault
	EventStatus
}

func (a *statusAnswer) lacks() string {
	if a.State == "" {
		return "eventStatus"
	}
	return ""
}

// EventStatus asks how far an event is. An event that Apple does not know
// gives EventNotFound.
func (c *Client) EventStatus(ctx context.Context, eventID string) (*EventStatus, error) {
	if eventID == "" {
		return nil, refuse(EventNotFound, "the eventId is empty")
	}
	k, _, err := c.callTo(ctx, http.MethodGet, urlEventStatus)
	if err != nil {
		return nil, err
	}
	k.url += "?" + url.Values{"eventId": {eventID}}.Encode()
	got, err := ask(ctx, c, k, func() *statusAnswer { return new(statusAnswer) })
	if err != nil {
		return nil, err
	}
	return &got.EventStatus, nil
}
