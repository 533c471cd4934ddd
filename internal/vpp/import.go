package vpp

import "time"

// ImportID names one uploaded file of people.
type ImportID string

// Import is an uploaded file of people, and how far the import of it has come.
type Import struct {
	ID          ImportID
	Filename    string
	CreatedBy   string
	CreatedAt   time.Time
	UploadedAt  time.Time // the whole file is here
	Size        int64     // bytes
	Chunks      int
	Rows        int // people in the file
	Header      []string
	Encoding    string
	Delimiter   string
	Fingerprint string         // of the header
	Mapping     map[string]int // field → column
	Remembered  bool           // the mapping is one that somebody made by hand before
	LocationID  LocationID     // where people go whose row names no location
	Adopt       bool           // a move-in: rows name the people's records at Apple
	TaskID      TaskID         // the task that imports it, "" before
	Cursor      int            // the line up to which rows are dealt with
	Created     int
	Changed     int
	Unchanged   int
	Failed      int
}

// Verdict is what an import does with a row.
type Verdict string

// The verdicts.
const (
	VerdictNew       Verdict = "new"
	VerdictChanged   Verdict = "changed"
	VerdictUnchanged Verdict = "unchanged"
	VerdictFailed    Verdict = "failed"
)

// RowFailure says why a row of a file was not imported.
type RowFailure struct {
	Row    int // the line it begins on
	Reason string
}

// Identities are the keys by which people are looked for, each as it is
// written; case does not matter for user names and addresses.
type Identities struct {
	ExternalIDs, UserNames, Emails []string
}

// KnownUser is a user and the locations where the user has a place.
type KnownUser struct {
	User
	Locations []LocationID
}

// UserChange is a user before and after, and the locations where a place is
// to be added. Without a Was the user is new.
type UserChange struct {
	Was, Now  User
	Locations []LocationID
}

// ImportStep is what one stretch of a file comes to. It is written whole or
// not at all, and once: From is where the step before ended.
type ImportStep struct {
	Import    ImportID
	Task      TaskID
	Actor     Actor
	From, To  int
	Create    []UserChange
	Change    []UserChange
	Unchanged int
	Failures  []RowFailure
	Moved     []MovedIn
	Paused    []PausedIn
	Given     int        // people of whom nothing changes but these two
	Location  LocationID // of the moved
	Last      bool
}

// MovedIn gives a person's place at a location the record at Apple that is
// theirs, as another server knew it. What Apple says of it is read afterwards.
type MovedIn struct {
	UserID       UserID
	ClientUserID ClientUserID
	HandedOverAt time.Time // when the invitation was handed over there
}

// PausedIn keeps a person paused who was so under another server.
type PausedIn struct {
	UserID UserID
	At     time.Time
}

// PlaceOf is a person's place at one location, and who they are.
type PlaceOf struct {
	ProgramUser
	FullName string
}
