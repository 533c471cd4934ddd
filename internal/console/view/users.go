package view

import "slices"

// Users is the list of people, seen from one location.
type Users struct {
	Page     Page
	Query    string   // the search
	Keep     []Hidden // what a new search keeps: status, sort
	Filters  []Choice // All, Not invited, … with counts; Value is the address
	More     []Choice // "Waiting for Apple", "Mail refused", "No address", …
	Columns  []Column // shown, in order
	Chooser  []Choice // all columns there are; Current ones are shown
	Lines    []UserLine
	Devices  bool           // there are some, to invite people on
	Places   bool           // there are other locations, to add people to
	Assigns  bool           // licenses may be assigned
	Able     map[string]int // by act, how many of all that match it can be done with
	Matching int            // how many people match search and filter
	Pager    Pager
	Export   string // address of the CSV of all that match
	Group    Link   // the group that the list is narrowed to, and the way out of it
	Nobody   bool   // there are no people at all, not just none that match
}

// Hidden is a form value that is not typed.
type Hidden struct{ Name, Value string }

// The columns of the list of people.
const (
	ColumnName         = "name"
	ColumnEmail        = "email"
	ColumnUserName     = "user_name"
	ColumnStatus       = "status"
	ColumnApple        = "apple"
	ColumnStep         = "step"
	ColumnManaged      = "managed_apple_id"
	ColumnGroups       = "groups"
	ColumnInvitedAt    = "invited_at"
	ColumnRegisteredAt = "registered_at"
	ColumnSince        = "since"
	ColumnExternalID   = "external_id"
	ColumnPausedAt     = "paused_at"
)

// Column is a column of the list.
type Column struct {
	Key  string
	Text string
	Sort string // address that sorts by it; "" if it cannot be sorted by
	Dir  string // "ascending", "descending" or "" when not sorted by it
}

func (c Column) sorted() string {
	if c.Dir == "" {
		return "none"
	}
	return c.Dir
}

func (c Column) arrow() string {
	if c.Dir == "descending" {
		return "down"
	}
	return "up"
}

// UserLine is one person in the list.
type UserLine struct {
	ID           string
	Name         string
	Email        string
	UserName     string
	Standing     Standing
	Managed      string // Managed Apple Account
	Groups       []Link // each leads to the group's people
	InvitedAt    Moment
	RegisteredAt Moment
	ExternalID   string
	PausedAt     Moment
	Differs      bool   // changed here, not yet at Apple
	Can          string // what may be done, words apart by spaces: "invite resend sync delete pause"
}

// text is the plain text of a column that has no shape of its own.
func (u UserLine) text(key string) string {
	switch key {
	case ColumnUserName:
		return u.UserName
	case ColumnManaged:
		return u.Managed
	case ColumnExternalID:
		return u.ExternalID
	default:
		return ""
	}
}

func allMatching(n int) string {
	if n == 1 {
		return "The one that matches"
	}
	return "All " + number(n) + " that match"
}

// nobody says why the list is empty.
func (m Users) nobody() string {
	if m.Query == "" {
		return "There is nobody in this list at the moment."
	}
	return "Nobody in this list has these words. Try fewer words or another filter."
}

// filter names what the list is filtered by; a selection ends when it changes.
func (m Users) filter() string {
	out := m.Query + "|" + m.Group.Text
	for _, c := range append(slices.Clone(m.Filters), m.More...) {
		if c.Current {
			out += "|" + c.Text
		}
	}
	return out
}
