package view

// History is the list of who did what.
type History struct {
	Page    Page
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
	From    string // the address it came from
	What    Link   // a sentence, and where the thing it is about can be seen
	Changes []Change
}

// Change is one value before and after.
type Change struct{ Field, Before, After string }
