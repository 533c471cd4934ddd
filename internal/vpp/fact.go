package vpp

import "time"

// Record is Apple's word about one VPP user, as a read brought it.
type Record struct {
	ClientUserID ClientUserID
	Status       AppleStatus
	Email        string
	AccountHash  string
	InviteCode   string // a secret: whoever has it can accept
}

// PlaceNow is a VPP user as it stands, with what Apple's word is compared to.
type PlaceNow struct {
	ProgramUser
	Seq      int64  // its number in the store, for bitmaps
	CodeMark string // a digest of the invite code
	Email    string // the person's address with us
}

// Fact is what changes about a VPP user because of Apple's word.
type Fact struct {
	ID           ProgramUserID
	AppleStatus  AppleStatus
	AppleEmail   string
	AccountHash  string
	CodeSealed   string
	CodeMark     string
	CreatedAt    time.Time
	AssociatedAt time.Time
	RetiredAt    time.Time
	ReadAt       time.Time
	Confirms     Write // the pending write that is thereby done, "" for none
	Managed      bool  // linked by the Managed Apple Account
}

// Refusal is Apple's last word about one person's write.
type Refusal struct {
	ID       ProgramUserID
	Op       Write // what was refused
	Number   int
	Sentence string
}

// ReadWanted says which reads of a location are asked for since when, and how
// far one that was begun has come.
type ReadWanted struct {
	Since, FullSince time.Time
	Walk             string
}

// ReadResult is what a completed read brought.
type ReadResult struct {
	Full    bool
	Version string // to read from next time
	Seen    int    // records, living ones in a full read
	Started time.Time
	Changed map[string]int // "registered", "invited", "removed", "address", "adopted", …
}

// FullOnly says whether a sync waits for a full read and this was none.
func (r ReadResult) FullOnly(t Task) bool { return t.Params["read"] == "full" && !r.Full }

// Planned is what a task means to do about one person.
type Planned struct {
	ID     ProgramUserID
	State  ItemState
	Detail string
	Write  Write // queued for Apple, "" for nothing
	Drop   bool  // a creation that no call carries yet is taken back
	Wait   bool  // an earlier request to Apple has to end first
}
