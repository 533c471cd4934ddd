package view

// Operators is the page of those who may use this server.
type Operators struct {
	Page     Page
	People   []OperatorRow
	Name     Field
	Password Field // a first one; they change it themselves
	Scopes   []Choice
	Error    string // what no field shows
	Keys     []HeldKey
}

// OperatorRow is one administrator.
type OperatorRow struct {
	ID       string
	Name     string
	Scopes   string // what they may do, in words
	Created  Moment
	SignedIn Moment
	You      bool // the reader
	Beyond   bool // may do more than the reader, who can change nothing here
	May      []Choice
}

// HeldKey is somebody else's API key.
type HeldKey struct {
	Key
	Holder string
	Beyond bool // its holder may do more than the reader, who cannot revoke it
}
