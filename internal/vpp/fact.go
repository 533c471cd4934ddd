package vpp

import (
	"time"

	"github.com/cespare/xxhash/v2"
)

// Record is Apple's word about one VPP user, as a read brought it.
type Record struct {
	ClientUserID ClientUserID
	Status       AppleStatus
	Email        string
	AccountHash  string
	InviteCode   string // a secret: whoever has it can accept
}

// Imprinted names what imprints are kept of.
type Imprinted string

// What imprints are kept of.
const (
	ImprintedUsers       Imprinted = "users"
	ImprintedAssignments Imprinted = "assignments"
)

// Mark is a digest of something as it stood, with the number of its row. A
// million are held at once, and a whole digest would be given four bytes more
// than it has.
type Mark struct {
	high, low uint32
	Seq       uint32
}

// MarkOf makes a mark.
func MarkOf(digest uint64, seq uint32) Mark {
	return Mark{uint32(digest >> 32), uint32(digest), seq} //nolint:gosec // the halves
}

// Digest is the mark's.
func (m Mark) Digest() uint64 { return uint64(m.high)<<32 | uint64(m.low) }

// Imprint is how everything stood after the last full read, so that what has
// not changed is known without asking for it row by row.
type Imprint struct {
	Marks []Mark  // by row
	Stale []int64 // rows that may stand otherwise by now
}

// Digest is what marks are made of: of a VPP user Apple's facts, of a license
// its asset and its holder. It is made for each record of a full read, and
// guards against chance alone; stored marks must be forgotten when it changes.
func Digest(texts ...string) uint64 {
	var room [256]byte
	b := room[:0]
	for _, t := range texts {
		b = append(append(b, t...), 0)
	}
	return xxhash.Sum64(b)
}

// PlaceNow is a VPP user as it stands, with what Apple's word is compared to,
// and nothing else of it: a million of them are read in a first full read.
type PlaceNow struct {
	ProgramUser
	Seq      int64  // its number in the store, for bitmaps
	CodeMark string // a digest of the invite code
	Email    string // the person's address with us
	Managed  string // the person's Managed Apple Account with us
}

// Numbered is a VPP user by Apple's name and by its number in the store.
type Numbered struct {
	Seq          int64
	ClientUserID ClientUserID
}

// Fact is what changes about a VPP user because of Apple's word.
type Fact struct {
	ID           ProgramUserID
	LocationID   LocationID
	Seq          int64 // the row's number in the store
	AppleStatus  AppleStatus
	AppleEmail   string
	AccountHash  string
	WasHash      string // the account that the person was registered with until now, "" for none
	CodeSealed   string
	CodeMark     string
	CreatedAt    time.Time
	AssociatedAt time.Time
	RetiredAt    time.Time
	ReadAt       time.Time
	Confirms     Write     // the pending write that is thereby done, "" for none
	Managed      bool      // linked by the Managed Apple Account
	Differs      bool      // see Person.Differs
	EditedAt     time.Time // of the person that this was compared with
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

// LibraryWanted is the same for the licenses of a location.
type LibraryWanted = ReadWanted

// ReadResult is what a completed read brought.
type ReadResult struct {
	Full     bool
	Partly   bool   // of a full read: what became of some who were not seen is not known
	Moved    bool   // records changed while they were read: nothing follows from who was not seen
	Version  string // to read from next time
	Seen     int    // records, living ones in a full read
	Started  time.Time
	Changed  map[string]int // "pulled_registered", "pulled_removed", "strangers", …
	NextRead time.Time      // when the schedule reads next what changed,
	NextFull time.Time      // and everything; of a full read
}

// LibraryResult is what a completed read of licenses brought.
type LibraryResult struct {
	Full    bool
	Version string // to read assignments from next time
	Started time.Time
	Changed map[string]int // "licenses_added", "licenses_removed", "assets_changed"
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
