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
	Begun     int      // people with whom something else has to end first, or is taken back
	Linked    int      // of the retired, people whose Apple Account is linked
	Skipped   []Reason // who fares otherwise and why
	Undo      string   // how long it can be undone: "5 minutes"; "" when it is sent at once

	ReadAt   Moment    // when Apple last said who holds what; none when it never did
	ComeBack int       // licenses that come back
	Stay     int       // licenses that never do
	Serves   int       // wishes of people in line that these serve
	Losing   int       // people whose apps stop
	Keeping  int       // people who keep books
	Assets   []Holding // the most licenses first
	Keepers  []Keeper  // some of who keep books
}

// Holding is how many licenses of one app or book people hold.
type Holding struct {
	AdamID   string
	Kind     string // "App", "Book"
	Licenses int
	People   int
	Serves   int  // people in line who get them when they come back
	Stays    bool // they never come back
}

// Keeper is a person with books.
type Keeper struct {
	ID    string
	Name  string
	Books int
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

func (m Delete) all() int { return m.Retire + m.Begun }

func (m Delete) linked() string {
	if m.Retire == 1 {
		return "An Apple Account is linked."
	}
	return plural(m.Linked, "of them has", "of them have") + " an Apple Account linked."
}

// Place asks in which location people get a place.
type Place struct {
	Page      Page
	Selection Selection
	Locations []Choice // all but the one that the people are seen from
}
