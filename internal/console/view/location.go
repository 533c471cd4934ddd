package view

// Locations is the list of locations.
type Locations struct {
	Page  Page
	Cards []LocationCard
}

// LocationCard is one location in brief.
type LocationCard struct {
	ID         string
	Name       string
	Storefront string // "Germany"
	Platform   string // "Apple Business Manager"
	Default    bool
	Tone       Tone
	State      string // "Token valid", "Token expires in 13 days", …
	Expires    Moment
	Synced     Moment
	Registered int
	People     int
	Wait       string // "Apple asked us to wait until 14:05"
}

// LocationAdd takes a content token.
type LocationAdd struct {
	Page  Page
	Error string
	Found *TokenFound // what the token says, once read
}

// TokenFound is what a content token says and what Apple says of it.
type TokenFound struct {
	Sealed   string // the file, locked: the browser carries it to the next step
	Facts    []Fact
	Checks   []Check
	Default  bool
	CanAdd   bool
	Existing Link // the location that has this token already
}

// Check is one step of a test with its outcome.
type Check struct {
	Tone   Tone
	Title  string
	Detail string
	Took   string // "34 ms"
}

// Location is the page of one location.
type Location struct {
	Page    Page
	Card    LocationCard
	Token   []Fact
	Limits  []Fact
	Sync    []Fact
	Hook    []Fact // the notification address and its state
	Wait    string
	Error   string  // about an uploaded renewal
	Empty   bool    // no token was ever added
	Sooner  string  // an uploaded renewal that ends earlier, locked: somebody is asked whether it is meant
	Trouble Notice  // how the token stands, when it is not well
	Report  []Check // of the connection test
	Claimed Notice  // who manages this location, if it is somebody else
}
