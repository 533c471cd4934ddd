package vpp

import "time"

// HeldInvitation is an invitation with the place it belongs to, as the
// landing page needs it.
type HeldInvitation struct {
	Invitation   Invitation
	User         User
	Place        ProgramUser
	LocationName string
	LookWanted   bool // Apple is about to be asked for the person by name
}

// CaseHistory is everything that is known of one person at one location.
type CaseHistory struct {
	User        User
	Place       ProgramUser
	Location    Location
	Invitations []Invitation // newest first
	Deliveries  []Delivery   // newest first, the latest 50
	Visits      []VisitMade  // newest first, the latest 50
	Devices     []DeviceTarget
	SameAccount []User     // others at the location who are registered with the same Apple Account; the first 10
	Before      HeldBefore // what a removed person held
	Entries     []Entry    // newest first, the latest 50: what administrators did
}

// VisitMade is one thing a reader did on the landing page.
type VisitMade struct {
	At     time.Time
	What   Visit
	Device string // kind of device
}
