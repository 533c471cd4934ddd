package view

// History is the list of who did what.
type History struct {
	Page    Page
	Query   string
	Who     []Choice
	What    []Choice
	From    string // yyyy-mm-dd
	To      string
	Entries []Entry
	Pager   Pager
	Export  string
}

// Entry is one act with what it changed.
type Entry struct {
	ID      string
	At      Moment
	Who     string
	By      string // "console", "API key “school sync”", "rsvpp itself"
	What    string // "changed the e-mail address of"
	Subject Link
	Changes []Change
}

// Change is one value before and after.
type Change struct{ Field, Before, After string }
