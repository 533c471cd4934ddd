package vpp

import (
	"fmt"
	"time"
)

// Removing is a removal that can still be undone, as somebody's place shows it.
type Removing struct {
	Task TaskID
	At   time.Time // when it is sent to Apple
}

// HeldDetail says of somebody's part of a removal when it begins.
func HeldDetail(until time.Time) string {
	return fmt.Sprintf("Will be sent to Apple at %s. Undo until then.", until.UTC().Format("15:04 MST"))
}

// RemovalCase is what a removal turns on. People of one case fare alike.
type RemovalCase struct {
	AppleStatus AppleStatus
	Pending     Write
	InBatch     bool // a call to Apple carries the pending write
}

// RemovalCount is how many people of a selection are in one case.
type RemovalCount struct {
	Case RemovalCase
	N    int
}

// Person returns somebody of the case.
func (c RemovalCase) Person() Person {
	p := Person{Program: ProgramUser{AppleStatus: c.AppleStatus, Pending: c.Pending}}
	if c.InBatch {
		p.Program.BatchID = "some"
	}
	return p
}

// Holding is how many licenses of one asset the people of a selection hold,
// as the last read of assignments and assets says.
type Holding struct {
	AssetID
	ProductType string // App or Book; "" when Apple's list of assets does not have it
	Revocable   bool   // it comes back
	Licenses    int
	People      int
	Serves      int // people in line whom the licenses that come back will serve
}

// Keeper is a person with licenses that never come back.
type Keeper struct {
	UserID   UserID
	FullName string
	Email    string
	Books    int
}

// Holdings are the licenses of the people of a selection whose records live.
type Holdings struct {
	Each    []Holding // the most licenses first
	Losing  int       // people with licenses that come back: their apps stop within 30 days
	Keeping int       // people with licenses that never do
	Keepers []Keeper  // some of these, the most books first
}

// HeldBefore is what somebody held when their record was retired.
type HeldBefore struct {
	At       time.Time // of the removal; zero when nothing is known
	Licenses []Holding // one each
}

// Apps and Books count what was held. What Apple's list of assets did not have
// counts as an app.
func (h HeldBefore) Apps() int { return len(h.Licenses) - h.Books() }

// Books counts the licenses that never came back.
func (h HeldBefore) Books() (n int) {
	for _, l := range h.Licenses {
		if !l.Revocable || l.ProductType == ProductBook {
			n++
		}
	}
	return n
}

// HeldByAll sums up what the removed people of a selection held before.
type HeldByAll struct{ People, Apps, Books int }

// Apple's product types.
const (
	ProductApp  = "App"
	ProductBook = "Book"
)
