package vpp

import "time"

// Invitation is what one person holds for one generation of one VPP user: a
// link of ours, good until it expires or is withdrawn. A resend uses it again
// (F-11).
type Invitation struct {
	ID            InvitationID
	ProgramUserID ProgramUserID
	UserID        UserID
	LocationID    LocationID
	Generation    int
	Revision      int    // counts up when the link is replaced; older links stop working
	InvitedBy     string // the administrator or key whose run made it
	CreatedAt     time.Time
	ExpiresAt     time.Time // of our link; Apple's invite code does not expire
	WithdrawnAt   time.Time
	OpenedAt      time.Time // first time the landing page was seen
	OpenedOn      string    // kind of device: iphone, ipad, mac, windows, android, other
	ContinuedAt   time.Time // first time the person went on to Apple
	NotMeAt       time.Time // the reader said that they are somebody else
	CopiedAt      time.Time // an administrator took the link to hand it over
}

// InvitationState is derived from an invitation and its surroundings.
type InvitationState string

// The states of an invitation.
const (
	InvitationWaiting   InvitationState = "waiting"
	InvitationSent      InvitationState = "sent"
	InvitationAccepted  InvitationState = "accepted"
	InvitationExpired   InvitationState = "expired"
	InvitationWithdrawn InvitationState = "withdrawn"
	InvitationFailed    InvitationState = "failed"
)

// State derives the invitation's state from itself and its VPP user.
func (i Invitation) State(p ProgramUser, now time.Time) InvitationState {
	current := i.Generation == p.Generation
	switch {
	case current && p.AppleStatus == AppleAssociated:
		return InvitationAccepted
	case !i.WithdrawnAt.IsZero(), !current:
		return InvitationWithdrawn
	case !i.ExpiresAt.IsZero() && !now.Before(i.ExpiresAt):
		return InvitationExpired
	case !p.HandedOverAt.IsZero():
		return InvitationSent
	case p.AppleError != 0, p.MailProblem == DeliveryRefused, p.MailProblem == DeliveryBounced:
		return InvitationFailed
	}
	return InvitationWaiting
}

// Visit is what a reader did on the landing page.
type Visit string

// The visits that are kept.
const (
	VisitOpened    Visit = "opened"
	VisitContinued Visit = "continued"
	VisitDone      Visit = "done" // said that it is done; Apple is asked
	VisitNotMe     Visit = "not_me"
	VisitNewLink   Visit = "new_link"
)

// Channel is a way for an invitation to reach a person.
type Channel string

// The channels.
const (
	ChannelMail   Channel = "mail"
	ChannelLink   Channel = "link"
	ChannelDevice Channel = "device" // the MDM command InviteToProgram
	ChannelBoth   Channel = "both"   // mail and device
)

// Delivery is one message by one channel to one address.
type Delivery struct {
	ID            DeliveryID
	InvitationID  InvitationID
	ProgramUserID ProgramUserID
	TaskID        TaskID
	Channel       Channel
	Address       string // of mail, or the enrollment id of a device
	MDM           MDMID  // of ChannelDevice: who carries it
	MDMName       string // of a connector; "" for the MDM server inside
	DeviceID      DeviceID
	DeviceName    string
	Command       CommandState // of ChannelDevice
	QueuedAt      time.Time
	ReadyAt       time.Time // the record exists at Apple, so it may go
	NextAttemptAt time.Time
	Attempts      int
	Outcome       DeliveryOutcome
	OutcomeAt     time.Time
	AcceptedAt    time.Time // of what came back afterwards
	Answer        string    // the mail server's last words, one line
	Sentence      string    // what that means and what to do
}

// State derives how far a delivery by device is.
func (d Delivery) State() CommandState { return DeriveCommandState(d.Outcome, d.Command) }

// DeliveryOutcome is how the latest attempt fared.
type DeliveryOutcome string

// The outcomes. Queued, deferred and underway are open; the others are final.
const (
	DeliveryQueued     DeliveryOutcome = "queued"
	DeliveryAccepted   DeliveryOutcome = "accepted"
	DeliveryDeferred   DeliveryOutcome = "deferred"
	DeliveryUnderway   DeliveryOutcome = "underway" // with the MDM server; the device has not answered
	DeliveryRefused    DeliveryOutcome = "refused"
	DeliveryWithdrawn  DeliveryOutcome = "withdrawn"
	DeliveryBounced    DeliveryOutcome = "bounced"    // accepted, and came back
	DeliveryComplained DeliveryOutcome = "complained" // arrived, and was reported as junk
)

// Open says whether the delivery may still be attempted.
func (o DeliveryOutcome) Open() bool {
	return o == DeliveryQueued || o == DeliveryDeferred || o == DeliveryUnderway
}
