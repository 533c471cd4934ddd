package vpp

import "time"

// DeviceCommand is an invitation on one device, as those who watch it see it
// (S4-22, S4-23).
type DeviceCommand struct {
	ID         DeliveryID
	UserID     UserID // "" when the person was removed since
	FullName   string
	LocationID LocationID
	DeviceID   DeviceID
	DeviceName string // as the device named itself when it enrolled
	MDM        MDMID
	Enrollment EnrollmentID
	Task       TaskID // the run that it belongs to
	Outcome    DeliveryOutcome
	Carried    CommandState // how far the MDM server got with it; "" before it was handed over
	QueuedAt   time.Time
	OutcomeAt  time.Time // of the latest answer
	Attempts   int       // at handing it over to the MDM server
	Wakes      int       // times that the device was woken for it; our own MDM server alone tells
	PutOffs    int       // times that the device said "not now"
	Answer     string    // the device's last words
	Sentence   string    // what they mean
}

// State derives how far it is.
func (c DeviceCommand) State() CommandState { return DeriveCommandState(c.Outcome, c.Carried) }

// TakenBack says what taking it back comes to: other MDM servers than ours
// take nothing back that they have.
func (c DeviceCommand) TakenBack() string {
	switch {
	case c.Carried == "":
		return "An administrator took it back before the MDM server had it."
	case c.MDM == BuiltinMDM:
		return "An administrator took it back. A device that fetched it already may still show it."
	}
	return "An administrator took it back here. The MDM server of this device takes nothing back: the invitation is shown if the device comes for it, and counts then."
}

// DeriveCommandState tells how far an invitation on a device is, from what
// became of it and how far the MDM server got with it.
func DeriveCommandState(o DeliveryOutcome, carried CommandState) CommandState {
	switch o {
	case DeliveryAccepted:
		return CommandAcknowledged
	case DeliveryRefused:
		return CommandFailed
	case DeliveryWithdrawn:
		return CommandCanceled
	case DeliveryUnderway:
		if carried.Open() {
			return carried
		}
	case DeliveryQueued, DeliveryDeferred, DeliveryBounced, DeliveryComplained:
	}
	return CommandQueued
}

// CommandFilter narrows the list of invitations on devices. The zero value is
// all of them.
type CommandFilter struct {
	Open  bool // only those that a device may still answer
	State CommandState
}

// CommandStates lists the states that people filter by, in a command's order.
var CommandStates = [...]CommandState{CommandQueued, CommandPushed, CommandNotNow, CommandUnknown, CommandAcknowledged, CommandFailed, CommandCanceled}

// EnrollRule invites the owner of a device on it, once it is enrolled (F-28).
type EnrollRule struct {
	On           bool
	AfterMinutes int       // after the device can be reached
	Groups       []string  // only members of one of these; empty for everybody
	ElseMail     bool      // a letter where the device does not take it
	Since        time.Time // when it was switched on: what enrolled before is left alone
}

// EnrolledInvite is an invitation that is due because a device was enrolled.
type EnrolledInvite struct {
	UserID     UserID
	DeviceID   DeviceID
	LocationID LocationID // where the person has a place, "" for the default location
	Groups     []string
	EnrolledAt time.Time
}
