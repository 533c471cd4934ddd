package mail

import "time"

// Outcome is what became of a letter.
type Outcome string

// The outcomes. Only Accepted means that the letter was handed over.
const (
	Accepted Outcome = "accepted" // the mail server took it
	Deferred Outcome = "deferred" // not now; the same letter may be tried again
	Refused  Outcome = "refused"  // never; trying again gets the same answer
	Unknown  Outcome = "unknown"  // handed over in full, but the answer was lost
)

// Cause says whose matter it is to mend what went wrong.
type Cause string

// The causes.
const (
	CauseSettings  Cause = "settings"  // the mail settings: every letter will meet it
	CauseNetwork   Cause = "network"   // the way to the mail server
	CauseServer    Cause = "server"    // the mail server, or its opinion of us
	CauseRecipient Cause = "recipient" // this one address
	CauseLetter    Cause = "letter"    // this one letter
)

// Step is one part of the exchange with a mail server.
type Step string

// The steps, in the order in which they happen.
const (
	StepResolve Step = "resolve" // find the mail server
	StepConnect Step = "connect" // reach its port
	StepGreet   Step = "greet"   // be greeted, and greet
	StepTLS     Step = "tls"     // encrypt, check the certificate
	StepAuth    Step = "auth"    // sign in
	StepFrom    Step = "from"    // name the sender
	StepTo      Step = "to"      // name the recipient
	StepData    Step = "data"    // hand over the letter
)

// Result says what became of a letter, in the server's words and in ours.
type Result struct {
	Outcome   Outcome
	Cause     Cause
	Step      Step          // where it ended; empty when accepted or never begun
	Host      string        // the mail server that spoke last, if any
	Encrypted bool          // the letter travelled over TLS
	Code      int           // the server's three digits; 0: it gave no answer
	Enhanced  string        // RFC 3463, "5.1.1", if given
	Answer    string        // the server's last words: one clean line, at most 500 characters
	Sentence  string        // what is wrong and what to do; empty when accepted
	Retry     bool          // whether trying again is any use
	After     time.Duration // if so, not sooner than this
}
