package vpp

import "time"

// Notice is what administrators have to know by mail: a token that ends, a
// location that another server took.
type Notice struct {
	ID      string
	Key     string // what it is about: a second notice of the same key is dropped; "" for none
	At      time.Time
	Subject string
	Text    string // plain; paragraphs by empty lines

	Told     []string // addresses that are done with: they took it, or refused it for good
	Attempts int
	NextAt   time.Time
	SentAt   time.Time // done, with everybody or for ever
	Problem  string    // why it is not done, or whom it did not reach
}
