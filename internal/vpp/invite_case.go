package vpp

import "time"

// Case is everything about one person at one location that the doctor's
// verdict turns on. People with equal cases get equal verdicts, so a million
// people are judged by judging a few dozen cases.
type Case struct {
	AppleStatus  AppleStatus
	Pending      Write
	HandedOver   bool
	NoAddress    bool
	Managed      bool            // the person has a Managed Apple Account
	ManagedError int             // why Apple would not link it, 0 if it may try
	AppleError   int             // Apple's last refusal about this person
	Corrected    bool            // the person was edited after that refusal
	BadAddress   DeliveryOutcome // why letters do not reach the address, "" if nothing is known against it
	Reach        Reach
	Paused       bool // nothing is sent to the person until somebody resumes them
}

// CaseOf derives the case of a person. The store groups by the same in SQL; a
// test holds the two equal.
func CaseOf(p Person) Case {
	return Case{
		AppleStatus:  p.Program.AppleStatus,
		Pending:      p.Program.Pending,
		HandedOver:   !p.Program.HandedOverAt.IsZero(),
		NoAddress:    p.Email == "",
		Managed:      p.ManagedAppleID != "",
		ManagedError: p.Program.ManagedError,
		AppleError:   p.Program.AppleError,
		Corrected:    p.Program.AppleError != 0 && p.UpdatedAt.After(p.Program.AppleErrorAt),
		BadAddress:   p.AddressTrouble(),
		Reach:        p.DeviceReach,
		Paused:       p.Paused(),
	}
}

// CaseCount is how many people of a selection are in one case.
type CaseCount struct {
	Case Case
	N    int
}

// InviteStep is what a run does for one person.
type InviteStep struct {
	State  ItemState // of the person's part of the task
	Detail string    // what happened or will, in a sentence
	Create bool      // ask Apple for a record
	Invite bool      // make the invitation, or renew the one there is
	Mail   bool      // queue a letter to the person's address
	Device bool      // queue the command for each of the person's devices that takes it
}

// InviteRun is a run being expanded.
type InviteRun struct {
	Task      Task
	Selection Selection
	ExpiresAt time.Time  // of the invitations it makes or renews
	Devices   []DeviceID // on these alone; nil for all that take the command
}
