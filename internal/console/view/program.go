package view

// Selection says whom an act is about, and carries them to the next page.
type Selection struct {
	Summary string   // "12 users at Berlin", "all 1,204 users that match “school”"
	Fields  []Hidden // what the confirming form posts again
	Sample  []string // some names
	More    int      // how many more there are
}

// Delete asks before people are deleted from VPP.
type Delete struct {
	Page      Page
	Selection Selection
	Retire    int      // people whose record will be retired
	Linked    int      // of these, people whose Apple Account is linked
	Skipped   []Reason // who is left out and why
}

// Reason is a sentence with a count.
type Reason struct {
	Text  string
	Count int
	Fix   Link // where it can be mended; the zero Link where it cannot
}

// Sync asks what to hold against Apple.
type Sync struct {
	Page      Page
	Selection Selection
	Scopes    []Choice // selection, location, everything
	Reads     []Choice // what changed, or everything anew
	Last      Moment
}

// SyncResult says what changed in which direction.
type SyncResult struct {
	Page Page
	Line TaskLine
	Out  []Reason // to Apple
	In   []Reason // from Apple
	Odd  []Reason // what is different and was left alone
}

func (m Delete) linked() string {
	if m.Retire == 1 {
		return "An Apple Account is linked."
	}
	return plural(m.Linked, "of them has", "of them have") + " an Apple Account linked."
}
