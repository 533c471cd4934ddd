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
	Existing Link   // the location that has this token already
	Other    string // the server that claims the location, "" for none
	Claim    string // the id of its claim
	Consent  string // what is confirmed before data goes to Apple
	Version  string // of these words
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
	Tabs    []Choice // its other pages
	Token   []Fact
	Sync    []Fact
	Hook    []Fact // the notification address and its state
	Wait    string
	Error   string  // about an uploaded renewal
	Empty   bool    // no token was ever added
	Sooner  string  // an uploaded renewal that ends earlier, locked: somebody is asked whether it is meant
	Trouble Notice  // how the token stands, when it is not well
	Report  []Check // of the connection test
	Claim   Claim
	Consent Consent
}

// Consent is what Apple gets of people, and who confirmed it.
type Consent struct {
	Location string
	Facts    []Fact
	Text     string
	Asks     bool   // there is something to confirm
	Newer    string // the words as they read now, when others were confirmed
	Version  string // of the words as they read now
}

// ConsentText is the page on which the organization says in its own words what
// is confirmed.
type ConsentText struct {
	Page  Page
	Text  Field
	Own   bool
	Saved Moment
	Usual string // the words that rsvpp brings along
	Anew  bool
}

// Claim is who manages a location.
type Claim struct {
	Location string
	Facts    []Fact
	Takes    bool   // it can be taken
	Verb     string // "Take back" or "Take over"
}

// TakeBack asks before a location is taken from another server.
type TakeBack struct {
	Page     Page
	Location string
	Name     string
	Verb     string
	From     string // “Other MDM”
	Claim    string // the id of its claim, which comes back with the form
	Nobody   bool   // nobody claims it any more
	Error    string
}

// RemoveLocation says what removing a location takes away, or what keeps it.
type RemoveLocation struct {
	Page      Page
	Location  string
	Name      string
	Kept      string // why it cannot be removed
	Untold    string // why Apple cannot be told
	Error     string
	Claimed   bool // our claim stands at Apple
	Empty     bool // it has no content token
	People    int
	Only      int // of these, who has no other place
	Strangers int
	Assets    int
	Licenses  int
	Confirm   Field
}

// MoveOut says what moving a location out does, and offers the file.
type MoveOut struct {
	Page        Page
	Location    string
	Name        string
	Moved       bool
	Ours        bool   // our claim stands at Apple
	Fingerprint string // of the key that signs the file
}
