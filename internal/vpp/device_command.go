package vpp

import "time"

// CommandKind is what a device is asked.
type CommandKind string

// The commands that rsvpp sends.
const (
	CommandInvite  CommandKind = "InviteToProgram"
	CommandAccount CommandKind = "DeviceInformation" // which account is signed in
)

// ProgramID is the only program that InviteToProgram knows.
const ProgramID = "com.apple.cloudvpp"

// Command is one question or invitation for one enrollment. Its id is ours and
// stays the same however often it is handed over: one delivery of an
// invitation is one command, so nobody sees the prompt twice for one send.
type Command struct {
	ID         string // a delivery's id, or one of its own
	Kind       CommandKind
	MDM        MDMID
	DeviceID   DeviceID
	Enrollment EnrollmentID
	URL        string // of CommandInvite: a secret, never logged
}

// CommandState is how far a command is.
type CommandState string

// The states of a command.
const (
	CommandQueued       CommandState = "queued"       // with us, or with the MDM server
	CommandPushed       CommandState = "pushed"       // the device was woken
	CommandNotNow       CommandState = "not_now"      // the device cannot just now and comes back by itself
	CommandAcknowledged CommandState = "acknowledged" // done as asked
	CommandFailed       CommandState = "failed"
	CommandUnknown      CommandState = "unknown" // handed over to a server that does not tell
	CommandCanceled     CommandState = "canceled"
)

// Open says whether an answer may still come.
func (s CommandState) Open() bool {
	return s == CommandQueued || s == CommandPushed || s == CommandNotNow || s == CommandUnknown
}

// CommandAnswer is what a device, or its MDM server, said of a command.
type CommandAnswer struct {
	ID         string
	MDM        MDMID
	Enrollment EnrollmentID
	Status     string       // Apple's: Acknowledged, NotNow, Error, CommandFormatError
	Invitation string       // Apple's InvitationResult, of CommandInvite
	Errors     []ErrorChain // of Error
	Account    *DeviceAccount
	MultiUser  *bool // whether it is a Shared iPad; nil when it did not say
	At         time.Time
}

// ErrorChain is one link of Apple's ErrorChain.
type ErrorChain struct {
	Code        int
	Domain      string
	Description string // in the device's language or English
}

// State derives the state that an answer brings. Success needs both: Status
// and, for an invitation, InvitationResult.
func (a CommandAnswer) State(kind CommandKind) CommandState {
	switch a.Status {
	case "Acknowledged":
		if kind == CommandInvite && a.Invitation != "Acknowledged" {
			return CommandFailed
		}
		return CommandAcknowledged
	case "NotNow":
		return CommandNotNow
	}
	return CommandFailed
}

// MDMServer is an MDM server that carries commands: the one inside, or a
// connector to another.
type MDMServer struct {
	ID        MDMID
	Kind      string // "builtin", "nanomdm", "micromdm", "fleet"
	Name      string
	URL       string
	CreatedAt time.Time
	Signed    bool      // its reports are refused without a signature
	CheckedAt time.Time // last good answer
	Problem   string    // why it cannot be used, a sentence; "" when it can
	SyncedAt  time.Time // devices were last read
	Devices   int
	Abilities Abilities
}

// Abilities say what an MDM server can do; what it cannot is said, not tried.
type Abilities struct {
	ListsDevices bool // tells which devices it has
	MapsUsers    bool // tells whose they are
	UserChannel  bool // reaches the users of Macs and Shared iPads
	Results      bool // reports or can be asked what devices answered
	Asked        bool // reports nothing by itself: it must be asked
}
