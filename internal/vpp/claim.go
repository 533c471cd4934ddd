package vpp

import (
	"strings"
	"time"
	"unicode"
)

// Claim is what stands in Apple's mdmInfo: the service that says it manages a
// location. Apple keeps one per location, shows it with every answer, and lets
// the last writer win, so that every service compares it with its own.
// https://developer.apple.com/documentation/devicemanagement/mdminfo
type Claim struct {
	ID       string // one per installation of a service
	Name     string // what administrators call it
	Metadata string
}

// ReleasedClaim is the id of the claim that an rsvpp leaves behind when it lets
// a location go: Apple's pages name no way to take a claim back.
const ReleasedClaim = "rsvpp-released"

// longestClaim bounds what is kept of what another service wrote. Apple's own
// limits are 100, 100 and 255 characters.
const longestClaim = 255

// None says whether nobody claims the location.
func (c Claim) None() bool { return c.ID == "" || c.ID == ReleasedClaim }

// Title is how sentences name the service.
func (c Claim) Title() string {
	switch {
	case c.Name != "":
		return "“" + c.Name + "”"
	case c.ID != "":
		return "the server with the id “" + c.ID + "”"
	}
	return "nobody"
}

// Clean is the claim without what a stranger might hide in it: no control
// characters, no endless texts.
func (c Claim) Clean() Claim {
	return Claim{ID: cleanClaim(c.ID), Name: strings.TrimSpace(cleanClaim(c.Name)), Metadata: cleanClaim(c.Metadata)}
}

func cleanClaim(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if runes := []rune(s); len(runes) > longestClaim {
		return string(runes[:longestClaim])
	}
	return s
}

// ClaimState is derived from a location's facts: whose it is.
type ClaimState string

// The states of a claim (F-56).
const (
	ClaimNobodys  ClaimState = "unclaimed" // we claim it before anything is changed there
	ClaimOurs     ClaimState = "ours"
	ClaimOthers   ClaimState = "others"    // another server's stands there, and ours never did
	ClaimTaken    ClaimState = "taken"     // another server's took the place of ours
	ClaimMovedOut ClaimState = "moved_out" // we handed the location over
)

// ClaimState derives whose the location is.
func (l Location) ClaimState() ClaimState {
	switch {
	case !l.MovedAt.IsZero():
		return ClaimMovedOut
	case !l.FrozenAt.IsZero():
		return ClaimTaken
	case !l.ClaimedAt.IsZero():
		return ClaimOurs
	case !l.Claim.None():
		return ClaimOthers
	}
	return ClaimNobodys
}

// Elsewhere says whether the location is not ours to change: nothing is
// written there, and no letter about it goes out.
func (l Location) Elsewhere() bool {
	switch l.ClaimState() {
	case ClaimTaken, ClaimOthers, ClaimMovedOut:
		return true
	}
	return false
}

// WhyElsewhere says who has the location and what to do; "" while it is ours.
func (l Location) WhyElsewhere() string {
	switch l.ClaimState() {
	case ClaimTaken:
		return l.taken() + " Nothing is changed there until you take it back on its page under Locations."
	case ClaimOthers:
		return l.managed() + " Nothing is changed there until you take it over on its page under Locations."
	case ClaimMovedOut:
		return l.Name + " was moved out to another server at " + moment(l.MovedAt) + ". Nothing is changed there any more."
	}
	return ""
}

// Paused is the note of tasks that wait because the location is not ours.
func (l Location) Paused() string {
	switch l.ClaimState() {
	case ClaimTaken:
		return PausedPrefix + l.taken()
	case ClaimOthers:
		return PausedPrefix + l.managed()
	}
	return ""
}

// PausedPrefix begins the note of a task that waits for a location to be ours.
const PausedPrefix = "Paused: "

func (l Location) taken() string {
	return l.FrozenBy.Title() + " took over " + l.Name + " at " + moment(l.FrozenAt) + "."
}

func (l Location) managed() string { return l.Claim.Title() + " manages " + l.Name + "." }

func moment(t time.Time) string { return t.UTC().Format("15:04 UTC on 2 January 2006") }
