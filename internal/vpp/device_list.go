package vpp

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// DeviceFilter narrows the list of devices. The zero value is all of them.
type DeviceFilter struct {
	MDM      MDMID
	Platform Platform
	Reach    *Reach       // how the owner is reached; nil for all
	Owner    UserID       // devices of one person, theirs or shared with them
	Unowned  bool         // nobody's
	Closed   bool         // those on which the invitation does not reach their owner, by whichever rule
	Account  AccountState // who is signed in, compared with who accepted; "" for all
	Search   string       // begin of a name, a serial number or an owner's name
}

// DeviceCounts are numbers of devices.
type DeviceCounts struct {
	Total     int
	Platforms map[Platform]int
	Unowned   int
	Closed    int // managed and somebody's, and no invitation reaches them there
	Other     int // another account is signed in than the one that accepted; 10,000 means that many or more
}

// PersonDevice is a device as it concerns one person: the owner, or somebody
// who has a channel on it.
type PersonDevice struct {
	OwnedDevice
	Target Target // how this person is reached on it
}

// SortKey is what lists of devices are ordered by; it is unique.
func (d Device) SortKey() string {
	name := d.Name
	if name == "" {
		name = d.SerialNumber
	}
	return strings.ToLower(norm.NFKC.String(name)) + "\x01" + string(d.ID)
}

// OwnedDevice is a device with whom it belongs to, as lists show it.
type OwnedDevice struct {
	Device
	Reach     Reach  // how the owner is reached on it
	OwnerName string // "" without an owner
	Accepted  string // the account hash that the owner accepted with, "" before
}

// AccountState compares who is signed in on the device with who accepted.
func (d OwnedDevice) AccountState() AccountState { return d.Account.AccountState(d.Accepted) }

// DevicePage is a device with its channels.
type DevicePage struct {
	OwnedDevice
	Channels []Enrollment
}

// People are those whom a device concerns: its owner, and whoever has a channel
// on it.
func (p DevicePage) People() []UserID {
	var people []UserID
	if p.OwnerID != "" {
		people = append(people, p.OwnerID)
	}
	for _, c := range p.Channels {
		if c.OwnerID != "" && !slices.Contains(people, c.OwnerID) {
			people = append(people, c.OwnerID)
		}
	}
	return people
}

// DeviceTarget is one device of a person, and how the person is reached on it.
type DeviceTarget struct {
	Target
	DeviceID DeviceID
	MDM      MDMID
	Name     string
}

// DeviceAssigned says what became of one line of a list of devices.
type DeviceAssigned struct {
	Serial string
	User   string // as the line names the person
	Device string // its name, "" when there is none
	Reason string // why it was not assigned, "" when it was
}
