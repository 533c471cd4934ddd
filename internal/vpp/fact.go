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
	Number   int
	Sentence string
}
