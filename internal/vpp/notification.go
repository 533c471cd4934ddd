package vpp

import "time"

// KeptNotifications is how many of Apple's notifications are kept of each
// location, for people to look into.
const KeptNotifications = 200

// LongestKept is how much of one is kept, in bytes.
const LongestKept = 16 << 10

// Notification is one of Apple's as it came, with what became of it.
type Notification struct {
	ID         string // ours: later ones sort behind earlier ones
	LocationID LocationID
	At         time.Time
	AppleID    string // notificationId; "" where none could be read
	Type       string // Apple's word
	Outcome    NotifyOutcome
	Problem    string // what could not be read of it; "" for nothing
	Body       string // what was kept: no invite codes, and no more than the beginning
	Size       int    // of the whole body, in bytes
}

// NotifyOutcome says what a notification woke, or why nothing.
type NotifyOutcome string

// The outcomes.
const (
	NotedEvent      NotifyOutcome = "event"      // Apple is asked about the request
	NotedUsers      NotifyOutcome = "users"      // what changed about people is read
	NotedLicenses   NotifyOutcome = "licenses"   // licenses are read
	NotedAnything   NotifyOutcome = "anything"   // a word that nobody here knows: both are read
	NotedTest       NotifyOutcome = "test"       // Apple tried our address
	NotedRepeat     NotifyOutcome = "repeat"     // told before
	NotedUnreadable NotifyOutcome = "unreadable" // no notification
	NotedElsewhere  NotifyOutcome = "elsewhere"  // about another location
)

// NotifyOutcomes lists every outcome.
func NotifyOutcomes() []NotifyOutcome {
	return []NotifyOutcome{NotedEvent, NotedUsers, NotedLicenses, NotedAnything, NotedTest, NotedRepeat, NotedUnreadable, NotedElsewhere}
}

// Sentence says it to people.
func (o NotifyOutcome) Sentence() string {
	return map[NotifyOutcome]string{
		NotedEvent:      "Apple is asked what became of the request.",
		NotedUsers:      "What changed about people is read.",
		NotedLicenses:   "Licenses are read.",
		NotedAnything:   "A kind that rsvpp does not know: people and licenses are read.",
		NotedTest:       "Apple tried the address.",
		NotedRepeat:     "Told before: nothing was done.",
		NotedUnreadable: "Refused: it cannot be read.",
		NotedElsewhere:  "Refused: it is about another location.",
	}[o]
}
