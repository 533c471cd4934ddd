package view

// SignIn is the sign-in page.
type SignIn struct {
	Page   Page
	Name   string
	Error  string // why the last try failed
	Hint   string // what to do when the password is forgotten
	Return string // where to go afterwards, a path on this server
}

// Setup is the page behind the one-time link, where the first administrator is made.
type Setup struct {
	Page     Page
	Code     string // the one-time code of the link
	Name     Field
	Password Field
	Again    Field
}

// Account is the page of the administrator who is signed in.
type Account struct {
	Page     Page
	Current  Field // the present password
	Password Field
	Again    Field
	Address  string // where this browser is seen to be
	SignedIn Moment // the latest sign-in
	Admins   bool   // the reader may look after other administrators
	Keys     []Key
	NewKey   string // a key just made: shown once and never again
	KeyName  Field
	KeyTerm  []Choice // how long a new key lives

	KeyScopes      []Choice // what a new key may do
	KeyScopesError string
}

// Key is an API key without its secret.
type Key struct {
	ID      string
	Name    string
	Scopes  string // what it may do, in words
	Created Moment
	Used    Moment
	Expires Moment
	Expired bool
}
