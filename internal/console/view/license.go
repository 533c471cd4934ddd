package view

import "slices"

// AssetPage is one app or book: what each location has of it, and who waits.
type AssetPage struct {
	Page     Page
	Key      string // names it in addresses and forms
	Store    string // address of its page in Apple's store
	Kind     string
	Kept     bool // it never comes back
	Location string
	Everyone string // "Everybody at Nordschule"
	Stocks   []StockLine
	Counts   []Fact
	Line     []WishLine
	Pager    Pager
	May      bool // assign, and change the order
}

// StockLine is what one location has.
type StockLine struct {
	ID, Name                     string
	Position                     string // "" where the order leaves it out
	Total, Assigned, Asked, Free string
	Usable                       bool
}

// WishLine is one person's wish for one app or book.
type WishLine struct {
	UserID, Name string
	Key, Number  string // of the app or book
	Href         string
	Tone         Tone
	State        string
	Why          string
	Position     int // in the line, 0 for none
	Since        Moment
	By           string
	CanTake      bool
}

// Assign asks what is assigned to the people chosen, and says what that does.
type Assign struct {
	Page      Page
	Selection Selection
	Back      string // where Cancel leads
	Take      bool   // it is about taking back alone
	Assets    []Choice
	Asset     string // the one chosen, "" before
	Number    string
	Hold      bool
	Kept      bool
	Gets      int // people who are to get it, at once or later
	Now       int
	Several   bool // locations have some free
	Waiting   int
	Before    int
	Held      int
	Others    []Reason
	Taken     int // people from whom it is taken back
	Ended     int // people whose wish ends
	Keeps     int // people who keep it for good
	Stocks    []StockLine
}

// Takes is from how many people it can be taken back.
func (m Assign) Takes() int { return m.Taken + m.Ended }

// idle says whether a location gives none just now.
func idle(list []StockLine) bool {
	return slices.ContainsFunc(list, func(k StockLine) bool { return !k.Usable })
}
