package view

import "github.com/a-h/templ"

// Devices is the list of devices.
type Devices struct {
	Page    Page
	Query   string
	Keep    []Hidden // what a new search keeps
	Filters []Choice // All, iPhone, iPad, … with counts; Value is the address
	More    []Choice // "Nobody’s", "Cannot be invited", "Another account", …
	Servers bool     // several MDM servers: say to which each belongs
	Lines   []DeviceLine
	Pager   Pager
	Nobody  bool // there is no device at all
	May     DeviceMay
}

// DeviceMay says which acts are offered.
type DeviceMay struct{ Assign, Ask, Settings bool }

// DeviceLine is one device in a list.
type DeviceLine struct {
	ID     string
	Name   string
	Model  string
	System string // "iPadOS 17.5"
	Serial string
	MDM    string
	Owner  Link // Text "" for nobody's
	Reach  Reached
	Seen   Moment
}

// Reached says whether an invitation reaches somebody on a device.
type Reached struct {
	Tone     Tone
	Word     string // "On the device", "Not on this kind of device"
	Sentence string
	Next     string // what can be done
}

// DeviceCard is the page of one device.
type DeviceCard struct {
	Page    Page
	ID      string
	Facts   []Fact
	Owner   Link
	Source  string // how it is known whose it is
	Reach   Reached
	Account DeviceAccount
	Repair  bool // another account than the one that accepted: show how to mend it
	Person  Link // whose case that is
	Ways    []ChannelLine
	History []Entry
	Who     Field // to whom it is assigned
	May     DeviceMay
}

// DeviceAccount says who is signed in to the device's App Store.
type DeviceAccount struct {
	Tone     Tone
	Word     string
	Sentence string
	Next     string
	Read     Moment
	Asked    Moment // of a question that waits for its answer
}

// ChannelLine is one way to a device.
type ChannelLine struct {
	Title string // "Device", "Anna Berg"
	Owner Link
	Seen  Moment
	Open  bool
}

// DeviceAssign takes a list of serial numbers.
type DeviceAssign struct {
	Page  Page
	List  Field
	Error string
	Lines []AssignedLine // what became of each line, once sent
	Done  int
}

// AssignedLine is one line of a list and what became of it.
type AssignedLine struct {
	Serial string
	User   string
	Device string
	Tone   Tone
	Result string
}

// PersonDevice is a device on the page of a person.
type PersonDevice struct {
	ID      string
	Name    string
	Model   string
	Reach   Reached
	Account DeviceAccount
	Invite  string // where Send invitation posts to; "" offers none
}

// DeviceAdd brings a device of a person under management.
type DeviceAdd struct {
	Page    Page
	ID      string
	Name    string
	Missing []string        // why it cannot be done yet
	Link    string          // made just now, "" before
	Picture templ.Component // of the link
	Until   string
}

// MDMSettings is the page of the MDM server inside.
type MDMSettings struct {
	Page    Page
	Missing []string
	Facts   []Fact
	Renew   bool // there is a push certificate already
	Error   string
	Others  templ.Component // MDM servers of others, nil for none
}
