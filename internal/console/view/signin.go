package view

// SignIn is the sign-in page.
type SignIn struct {
	Page   Page
	Email  string
	Error  string // why the last try failed
	Hint   string // what to do when the password is forgotten
	Return string // where to go afterwards, a path on this server
}

// Setup is the page behind the one-time link, where the first administrator is made.
type Setup struct {
	Page     Page
	Code     string // the one-time code of the link
	Name     Field
	Email    Field
	Password Field
	Again    Field
}

// Account is the page of the administrator who is signed in.
type Account struct {
	Page     Page
	Current  Field // the present password
	Password Field
	Again    Field
	Sessions []Session
	Keys     []Key
	NewKey   string // a key just made: shown once and never again
	KeyName  Field
	KeyTerm  []Choice // how long a new key lives
}

// Session is one place where the administrator is signed in.
type Session struct {
	ID      string
	Device  string // "Safari on a Mac"
	Address string
	Since   Moment
	Seen    Moment
	Current bool
}

// Key is an API key without its secret.
type Key struct {
	ID      string
	Name    string
	Prefix  string // its first letters, to tell it from others
	Created Moment
	Used    Moment
	Expires Moment
	Expired bool
}
