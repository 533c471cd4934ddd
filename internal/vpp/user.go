package vpp

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// User is a person of the organization. A person may have one VPP user per
// location, and has one in some location.
type User struct {
	ID             UserID
	ExternalID     string // the source's key; unique when not empty
	UserName       string // unique when not empty
	FirstName      string
	LastName       string
	FullName       string
	Email          string // "" when unknown
	BadEmail       BadEmail
	ManagedAppleID string // Managed Apple Account, "" when the person has none
	Groups         []string
	Locale         string // BCP 47, "" for the organization's
	Notes          string
	Source         string    // "csv", "console", "api"
	DeviceReach    Reach     // the best of the reaches of the person's devices
	PausedAt       time.Time // nothing is sent to the person since; zero for who is not paused
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Paused says whether nothing is sent to the person until somebody resumes them.
func (u User) Paused() bool { return !u.PausedAt.IsZero() }

// BadEmail is an address of a person that letters do not reach.
type BadEmail struct {
	Address string
	Why     DeliveryOutcome // refused, bounced or complained
}

// AddressTrouble says why letters do not reach the person's address, "" when
// nothing is known against it. A new address is not the old one's fault.
func (u User) AddressTrouble() DeliveryOutcome {
	if u.Email == "" || u.Email != u.BadEmail.Address {
		return ""
	}
	return u.BadEmail.Why
}

// SortKey is what lists of people are ordered by: the last name first, folded
// so that case and composition do not matter.
func (u User) SortKey() string {
	key := strings.TrimSpace(u.LastName + " " + u.FirstName)
	if u.LastName == "" || u.FirstName == "" {
		key = u.FullName
	}
	return strings.ToLower(norm.NFKC.String(key))
}

// SearchText is what a search looks in.
func (u User) SearchText() string {
	return strings.ToLower(norm.NFKC.String(strings.Join(
		[]string{u.FullName, u.Email, u.UserName, u.ExternalID, u.ManagedAppleID}, " ")))
}

// UserInput is what a person or a file says about a User. An empty identity
// is refused by roster.
type UserInput struct {
	ExternalID, UserName          string
	FirstName, LastName, FullName string
	Email, ManagedAppleID         string
	Groups                        []string
	Locale, Notes                 string
	Source                        string // "api"; "" for the console
}

// Unplaced says what became of people who were to be taken out of a location.
type Unplaced struct {
	Taken  int
	Living int // stay: they have a living record there, or one is being written
	Only   int // stay: they have no other place
}
