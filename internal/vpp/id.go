package vpp

import "time"

// Identifiers are UUIDv7 in their usual text form: ordered by time, so that
// new rows go to the end of an index. They are ours; Apple's are named so.
type (
	LocationID    string
	UserID        string
	ProgramUserID string
	InvitationID  string
	DeliveryID    string
	TaskID        string
	BatchID       string
	OperatorID    string
)

// ClientUserID is the name by which Apple knows a VPP user: a random UUID of
// ours, never an e-mail address, never changed.
type ClientUserID string

// Clock tells the time. Rooms get theirs from cmd, tests set it.
type Clock func() time.Time

// IDs makes a new UUIDv7.
type IDs func() string

// Secrets makes a new random UUIDv4, for ids that must not be guessed.
type Secrets func() string
