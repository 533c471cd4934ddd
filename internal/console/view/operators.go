package view

// Operators is the page of those who may use this server.
type Operators struct {
	Page     Page
	People   []OperatorRow
	Name     Field
	Password Field // a first one; they change it themselves
	Scopes   []Choice
	Error    string // what no field shows
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
}
