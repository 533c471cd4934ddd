package view

// Conflicts is the page of what does not go together at a location.
type Conflicts struct {
	Page       Page
	LocationID string
	Filters    []Choice // the kinds; Value is the address
	Why        Notice   // what this kind is about
	Lines      []Conflict
	Strangers  int // living records at Apple that are nobody's here
	Pager      Pager
}

// Conflict is one of them.
type Conflict struct {
	Kind     string
	Location string // at which its buttons act
	Key      string // makes sending a form twice one and the same
	People   []ConflictPerson
	More     int // people beyond these
	Other    *OtherRecord
	Device   *WrongDevice
	Error    string // Apple's number, "" for none
	Sentence string // what Apple's number says
	Next     string
}

// ConflictPerson is somebody whom a conflict is about.
type ConflictPerson struct {
	ID       string
	Name     string
	Email    string
	Managed  string // Managed Apple Account
	Standing Standing
	Delete   bool // may be deleted from VPP here
	Edit     bool
	Invite   bool
}

// OtherRecord is a living record at Apple that is nobody's here.
type OtherRecord struct {
	ClientUserID string
	Apple        string // Apple's word
	Email        string
	SameAccount  bool // it has the person's account; otherwise the address
	Retire       bool
	Alone        bool // it seems to be nobody's whom we have
}

// WrongDevice is a device on which another account is signed in.
type WrongDevice struct {
	ID   string
	Name string
	User string // whose channel it is, "" on the device's own
	Ask  bool
}
