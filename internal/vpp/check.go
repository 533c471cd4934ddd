package vpp

import "time"

// Check is one line of a test: what was tried, how it went, what to do.
type Check struct {
	Name     string // "apple", "clock", "token", "ownership", "notifications"
	State    CheckState
	Sentence string
	Next     string // what to do; "" when it is well
	Took     time.Duration
}

// CheckState is how one line of a test went.
type CheckState string

// How a check may go.
const (
	CheckOK   CheckState = "ok"
	CheckNote CheckState = "note" // it works all the same
	CheckBad  CheckState = "bad"
)

// NotifyTest is what came of having Apple try this server's address.
type NotifyTest struct {
	Address   string    // "" when there is none that Apple would take
	ReachedAt time.Time // Apple's test notification came; zero when none did
	Sentence  string
	Next      string // what to do; "" when Apple reached us
}
