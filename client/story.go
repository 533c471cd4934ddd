package client

import (
	"context"
	"time"
)

// Story answers why a person is not registered.
type Story struct {
	User       User        `json:"user"`
	Place      Place       `json:"place"`
	Location   string      `json:"location"`
	Why        string      `json:"why"`
	Next       NextStep    `json:"next"`
	Invitation *Invitation `json:"invitation,omitempty"`
	Events     []Event     `json:"events"`     // the newest first
	Deliveries []Delivery  `json:"deliveries"` // the newest first

	SameAccount []Namesake  `json:"same_account,omitempty"` // others of the same Apple Account
	HeldBefore  *HeldBefore `json:"held_before,omitempty"`  // what a removed person held
}

// Namesake is another person of the same Apple Account.
type Namesake struct {
	ID       string `json:"id"`
	FullName string `json:"full_name"`
	Email    string `json:"email,omitempty"`
}

// HeldBefore is what somebody held when their record was retired.
type HeldBefore struct {
	RemovedAt time.Time `json:"removed_at"`
	Apps      int       `json:"apps"`
	Books     int       `json:"books"`
	Licenses  []Holding `json:"licenses"`
}

// NextStep is the one best thing to do.
type NextStep struct {
	Action string `json:"action"` // "" for nothing
	Label  string `json:"label,omitempty"`
	Why    string `json:"why,omitempty"`
}

// Event is one thing that happened.
type Event struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	Tone   string    `json:"tone"` // neutral, good, warn, bad
	Title  string    `json:"title"`
	Detail string    `json:"detail,omitempty"`
	By     string    `json:"by,omitempty"`
}

// Invitation is what a person holds, without its link.
type Invitation struct {
	ID          string    `json:"id"`
	State       string    `json:"state"` // waiting, sent, accepted, expired, withdrawn, failed
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	WithdrawnAt time.Time `json:"withdrawn_at,omitzero"`
	OpenedAt    time.Time `json:"opened_at,omitzero"`
	OpenedOn    string    `json:"opened_on,omitempty"`
	ContinuedAt time.Time `json:"continued_at,omitzero"`
	NotMeAt     time.Time `json:"not_me_at,omitzero"`
	CopiedAt    time.Time `json:"copied_at,omitzero"`
}

// Delivery is one message to one address.
type Delivery struct {
	ID            string    `json:"id"`
	TaskID        string    `json:"task_id,omitempty"`
	Channel       string    `json:"channel"`
	Address       string    `json:"address,omitempty"`
	DeviceID      string    `json:"device_id,omitempty"`
	DeviceName    string    `json:"device_name,omitempty"`
	MDM           string    `json:"mdm,omitempty"`           // which MDM server carries it
	Command       string    `json:"command_state,omitempty"` // of a device: queued, pushed, not_now, unknown, acknowledged, failed, canceled
	Outcome       string    `json:"outcome"`                 // queued, accepted, deferred, underway, refused, withdrawn, bounced, complained
	OutcomeAt     time.Time `json:"outcome_at,omitzero"`
	QueuedAt      time.Time `json:"queued_at"`
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	Attempts      int       `json:"attempts"`
	Answer        string    `json:"answer,omitempty"`
	Sentence      string    `json:"sentence,omitempty"`
}

// Story reads one person's way at a location, "" for the default one.
func (c *Client) Story(ctx context.Context, user, location string) (Story, error) {
	return get[Story](ctx, c, "/users/"+id(user)+"/story", at(location))
}
