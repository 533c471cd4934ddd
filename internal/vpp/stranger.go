package vpp

import "time"

// Stranger is a living record at Apple that is nobody's here: another
// server's, or an earlier installation's.
type Stranger struct {
	LocationID   LocationID
	ClientUserID ClientUserID
	Status       AppleStatus
	Email        string
	AccountHash  string
	CodeSealed   string    // the invite code, sealed for SealContext
	CodeMark     string    // a digest of it
	SeenAt       time.Time // when it was found first
	ReadAt       time.Time
}

// SealContext binds a stranger's sealed invite code to its record.
func (s Stranger) SealContext() string {
	return StrangerContext(string(s.LocationID) + ":" + string(s.ClientUserID))
}

// StrangerContext is the same for the id under which a stranger's code is kept.
func StrangerContext(id string) string { return "stranger-code:" + id }

// MatchBy is what a person was found by.
type MatchBy string

// What people are found by, the strongest first (F-07).
const (
	MatchClientUserID   MatchBy = "client_user_id"   // the record's name is an id or a user name of the person
	MatchManagedAppleID MatchBy = "managed_apple_id" // the record's address is the person's Managed Apple Account
	MatchEmail          MatchBy = "email"            // the addresses are equal
)

// MostCandidates is how many people are named for one stranger.
const MostCandidates = 10

// Candidate is a person to whom a stranger may belong.
type Candidate struct {
	UserID       UserID
	FullName     string
	Email        string
	By           MatchBy
	ClientUserID ClientUserID // of the person's own record, "" without one
	Status       AppleStatus  // of it
	Pending      Write        // what is being asked for about it
}

// Taken says whether the person has a living record at the location already,
// or one is being made.
func (c Candidate) Taken() bool { return c.Status.Living() || c.Pending != WriteNone }

// Proposal is what is best done with a stranger.
type Proposal string

// The proposals.
const (
	ProposeAdopt    Proposal = "adopt"     // one person fits and has no record: adopt
	ProposeChoose   Proposal = "ambiguous" // several people fit, or several records one person: somebody has to choose
	ProposeConflict Proposal = "conflict"  // the one who fits has a living record of their own
	ProposeCreate   Proposal = "unknown"   // nobody fits: make a person, or leave it
)

// Propose derives what is best done with a stranger. Shared says that several
// strangers have its address.
func Propose(candidates []Candidate, shared bool) Proposal {
	if len(candidates) == 0 {
		return ProposeCreate
	}
	best := candidates[0].By
	if len(candidates) > 1 && (candidates[1].By == best || best != MatchClientUserID) {
		return ProposeChoose
	}
	switch {
	case candidates[0].Taken():
		return ProposeConflict
	case shared && best != MatchClientUserID:
		return ProposeChoose
	}
	return ProposeAdopt
}

// Adoption gives a stranger's record to a person.
type Adoption struct {
	Stranger
	Place      Person // as it was
	CodeSealed string // the invite code, sealed for the person
}

// Differs says whether the record and the person differ once it is theirs.
func (a Adoption) Differs() bool {
	p := ProgramUser{AppleStatus: a.Status, AppleEmail: a.Stranger.Email}
	return Differs(p, a.Place.Email, a.Place.ManagedAppleID)
}
