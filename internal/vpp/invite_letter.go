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
	Channel      Channel    // mail or device
	Address      string     // of mail; of a device the enrollment
	MDM          MDMID      // of a device: who carries the command
	DeviceID     DeviceID
	DeviceName   string
	FirstName    string
	FullName     string
	Attempts     int // before this one
	QueuedAt     time.Time
	Doubted      bool // an earlier letter to this address did not arrive
}

// SentLetter is what became of one attempt at a delivery.
type SentLetter struct {
	Due        DueLetter
	Outcome    DeliveryOutcome // accepted, deferred or refused; of a device underway in place of accepted
	At         time.Time
	Next       time.Time // the next attempt of a deferred letter
	Answer     string    // the mail server's last words
	Sentence   string    // what that means and what to do
	BadAddress bool      // refused because of the address, not of the letter or of us
}

// Bounce is what came back about a letter that a mail server took.
type Bounce struct {
	Delivery   DeliveryID
	Outcome    DeliveryOutcome // bounced, complained; accepted when it is only late
	At         time.Time
	Answer     string // the other mail server's words
	Sentence   string // what that means and what to do
	BadAddress bool   // bounced because of the address
}

// SentCommand is what a device said of the command that carries an invitation.
type SentCommand struct {
	ID       DeliveryID
	MDM      MDMID
	From     EnrollmentID // the channel that answered; "" when it is no device's answer
	State    CommandState
	At       time.Time
	Answer   string // the device's words
	Sentence string // what that means
	Mail     bool   // a letter may go instead, where the run says so
	GivenUp  bool   // nobody answered: the MDM server may still hand it out
}
