package view

// Assets is the page of a location's apps and books.
type Assets struct {
	Page   Page
	Tabs   []Choice
	Read   Moment // when they were counted last
	Totals []Fact
	Lines  []AssetLine
}

// AssetLine is an app or a book with its licenses.
type AssetLine struct {
	Key       string // names it in addresses
	Number    string // Apple's
	Store     string // address of its page in Apple's store
	Kind      string // "App", "Book"
	Quality   string // "high quality", "" for the standard one
	Kept      bool   // its licenses never come back
	Unlimited bool
	Total     int
	Assigned  int
	Available int
	Retired   int
	Platforms string
}

// LicenseLine is an app or a book that a person holds.
type LicenseLine struct {
	Number, Store, Kind, Location string
	Kept                          bool
}

// Strangers is the page of records at Apple that are nobody's here.
type Strangers struct {
	Page     Page
	Tabs     []Choice
	ID       string // of the location
	Total    int
	Clear    int      // that one person fits
	Unknown  int      // that nobody fits
	Counts   []Reason // the others
	Lines    []StrangerLine
	Next     string // address of the next page
	CanAdopt bool
	CanAdd   bool // people
}

// StrangerLine is one record with whom it may belong to.
type StrangerLine struct {
	Name     string // Apple's, for the record
	Email    string
	Apple    string // Apple's status
	Seen     Moment
	Proposal string
	Tone     Tone
	People   []Choice // Value is the person's id
	CanAdd   bool     // a person can be made of its address
}

// Schedules is the page that says how often locations are read by themselves.
type Schedules struct {
	Page  Page
	Usual string // "every 15 minutes, everything every 24 hours"
	Cards []ScheduleCard
}

// ScheduleCard is the schedule of one location.
type ScheduleCard struct {
	ID     string
	Name   string
	Facts  []Fact
	Every  Field
	Full   Field
	Paused bool
}
