package vpp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Consent says who confirmed that data of people may go to Apple from a
// location, when, and to which text (F-58). Without it the location is read,
// and nothing is written there.
type Consent struct {
	At   time.Time
	By   string
	Text string // what was confirmed; "" for locations that are older than the question
}

// Given says whether somebody confirmed it.
func (c Consent) Given() bool { return !c.At.IsZero() }

// Assumed says whether it is taken for granted, because the location was
// added before anybody was asked.
func (c Consent) Assumed() bool { return c.Given() && c.Text == "" }

// Version tells texts apart; "" for none.
func (c Consent) Version() string { return ConsentVersion(c.Text) }

// ConsentForm is what an administrator is asked to confirm before anything is
// written to Apple: rsvpp's own words, or the organization's.
type ConsentForm struct {
	Text string
	Own  bool      // the organization's
	At   time.Time // it was saved; zero for rsvpp's
}

// ConsentVersion tells texts apart; "" for none.
func ConsentVersion(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// LongestConsent bounds the organization's words, in bytes.
const LongestConsent = 4000

// ConsentAsked is what there is to confirm for the location, as it reads now.
func (l Location) ConsentAsked() string { return cmp.Or(l.ConsentOwn, ConsentText) }

// ConsentOutdated says whether other words were confirmed than are asked now.
// What was confirmed stays in force.
func (l Location) ConsentOutdated() bool {
	return l.Consent.Given() && !l.Consent.Assumed() && l.Consent.Text != l.ConsentAsked()
}

// ConsentText is what an administrator confirms before anything is written to
// Apple, where the organization has no words of its own.
const ConsentText = "For each person who is invited, updated or removed, rsvpp sends Apple an id that rsvpp makes up, the e-mail address, " +
	"and the Managed Apple Account if there is one. Apple keeps them with your organization’s account. " +
	"I confirm that my organization may give Apple these data of the people at this location."

// ConsentedBy says in a sentence who confirmed it, "" when nobody did.
func (c Consent) ConsentedBy() string {
	switch {
	case !c.Given():
		return ""
	case c.Assumed():
		return "Assumed: " + c.By + " added the location before rsvpp asked for a confirmation."
	}
	return "Confirmed by " + c.By + " on " + c.At.UTC().Format("2 January 2006, 15:04 MST") + "."
}
