package vpp

import "time"

// Letter is a template for the mail that carries an invitation: variables are
// written {{.FirstName}}. An empty HTML is made from the text.
type Letter struct{ Subject, Text, HTML string }

// DueLetter is a delivery whose time has come, with what its letter says.
type DueLetter struct {
	Delivery     DeliveryID
	Place        ProgramUserID
	Task         TaskID // "" when the person asked for it on the landing page
	Location     LocationID
	LocationName string
	Invitation   Invitation // its id, revision, generation and expiry
	Address      string
	FirstName    string
	FullName     string
	Attempts     int // before this one
	QueuedAt     time.Time
}

// SentLetter is what became of one attempt at a delivery.
type SentLetter struct {
	Due      DueLetter
	Outcome  DeliveryOutcome // accepted, deferred or refused
	At       time.Time
	Next     time.Time // the next attempt of a deferred letter
	Answer   string    // the mail server's last words
	Sentence string    // what that means and what to do
}
