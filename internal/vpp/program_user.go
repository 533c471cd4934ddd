package vpp

import "time"

// AppleStatus is Apple's own word for a VPP user; "" when Apple has no record.
type AppleStatus string

// Apple's words. Beware: Apple's Registered is our Invited (trap 1).
const (
	AppleNone       AppleStatus = ""
	AppleRegistered AppleStatus = "Registered"
	AppleAssociated AppleStatus = "Associated"
	AppleRetired    AppleStatus = "Retired"
	AppleDeleted    AppleStatus = "Deleted"
)

// Known says whether the word is one of Apple's that we know. Nothing may be
// concluded from others.
func (s AppleStatus) Known() bool {
	switch s {
	case AppleRegistered, AppleAssociated, AppleRetired, AppleDeleted:
		return true
	case AppleNone:
	}
	return false
}

// Living says whether the record takes part in the program.
func (s AppleStatus) Living() bool { return s == AppleRegistered || s == AppleAssociated }

// VPPStatus is one of the four words on screen.
type VPPStatus string

// The four words (S0-10…S0-13).
const (
	NotInvited VPPStatus = "not_invited"
	Invited    VPPStatus = "invited"
	Registered VPPStatus = "registered"
	Removed    VPPStatus = "removed"
)

// VPPStatuses lists the four in the order of a person's way.
var VPPStatuses = [...]VPPStatus{NotInvited, Invited, Registered, Removed}

// Write is a kind of change we ask Apple for.
type Write string

// The writes of Apple's users endpoints.
const (
	WriteNone   Write = ""
	WriteCreate Write = "create"
	WriteUpdate Write = "update"
	WriteRetire Write = "retire"
)

// ProgramUser is a person's place in the program at one location: what we
// want there, and what Apple says is there. Only program writes the latter.
type ProgramUser struct {
	ID         ProgramUserID
	UserID     UserID
	LocationID LocationID

	// What we want.
	ClientUserID ClientUserID // stored before the first call; "" until then
	Generation   int          // 1 for the first record, +1 for each new one after a removal
	Pending      Write        // the write that is queued or in flight
	PendingSince time.Time
	BatchID      BatchID // the call that carries it; "" while queued

	// What Apple says.
	AppleStatus  AppleStatus
	AppleEmail   string
	AccountHash  string    // Apple's idHash
	HasCode      bool      // an invite code is known (sealed)
	CreatedAt    time.Time // first seen Registered or Associated in this generation
	AssociatedAt time.Time // first seen Associated in this generation
	RetiredAt    time.Time // first seen Retired in this generation
	ReadAt       time.Time // when the read that told us was asked
	AppleError   int       // Apple's last refusal about this person, 0 if none
	AppleErrorAt time.Time
	ManagedError int // why Apple would not link the Managed Apple Account, 0 if it may be tried

	// What differs between here and Apple.
	Differs         bool      // see Person.Differs
	EditedAt        time.Time // the address or the Managed Apple Account was last changed here
	ManagedEditedAt time.Time // the Managed Apple Account was
	Removing        Removing  // a removal that can be undone; lists and stories know it, work does not

	// What the channels say.
	HandedOverAt time.Time       // first delivery accepted in this generation
	MailProblem  DeliveryOutcome // refused, deferred, bounced or complained: how the latest mail fared
}

// VPPStatus derives the word on screen. Invited needs both facts of S0-11:
// the record at Apple and the invitation handed over.
func (p ProgramUser) VPPStatus() VPPStatus {
	return DeriveVPPStatus(p.AppleStatus, !p.HandedOverAt.IsZero())
}

// DeriveVPPStatus is the rule behind ProgramUser.VPPStatus. The store's
// generated column says the same in SQL; a test holds them equal.
func DeriveVPPStatus(apple AppleStatus, handedOver bool) VPPStatus {
	switch {
	case apple == AppleAssociated:
		return Registered
	case apple == AppleRegistered && handedOver:
		return Invited
	case apple == AppleRetired, apple == AppleDeleted:
		return Removed
	}
	return NotInvited
}

// Assignable says whether licenses may be assigned to the person at this
// location: only who is registered may get some (S0-03, S0-10). Otherwise the
// error is Conflict, and says what has to happen first.
func (p ProgramUser) Assignable() error {
	switch p.VPPStatus() {
	case Registered:
		if p.Pending == WriteRetire || !p.Removing.At.IsZero() {
			return Errorf(Conflict, "No license can be assigned: the person is being removed.")
		}
		return nil
	case Invited:
		return Errorf(Conflict, "No license can be assigned before the person has accepted the invitation.")
	case Removed:
		return Errorf(Conflict, "No license can be assigned: the person was removed, and has to be invited anew and accept.")
	case NotInvited:
	}
	return Errorf(Conflict, "No license can be assigned: the person has to be invited and accept first.")
}

// Step says, within a status, what the person's case waits for.
type Step string

// The steps, in the order a case takes them.
const (
	StepNone          Step = ""
	StepQueued        Step = "queued"         // our write waits for its turn
	StepWaiting       Step = "waiting"        // Apple has our request and has not confirmed
	StepCreated       Step = "created"        // record at Apple, nothing handed over yet
	StepMailDeferred  Step = "mail_deferred"  // the mail server asked to try later
	StepMailRefused   Step = "mail_refused"   // the mail server refused for good
	StepMailBounced   Step = "mail_bounced"   // the mail server took it, and it came back
	StepRefused       Step = "refused"        // Apple refused
	StepAwaitsPerson  Step = "awaits_person"  // handed over; the person has not signed in
	StepUpdateWaiting Step = "update_waiting" // a changed address waits for Apple
	StepRemovalHeld   Step = "removal_held"   // a removal is sent to Apple soon, and can be undone until then
	StepRemoving      Step = "removing"       // a removal waits for Apple
)

// Step derives what the case waits for.
func (p ProgramUser) Step() Step {
	switch {
	case p.Pending == WriteRetire:
		return StepRemoving
	case !p.Removing.At.IsZero():
		return StepRemovalHeld
	case p.Pending == WriteUpdate:
		return StepUpdateWaiting
	case p.Pending == WriteCreate && p.BatchID == "":
		return StepQueued
	case p.Pending == WriteCreate:
		return StepWaiting
	case p.AppleError != 0 && p.AppleStatus != AppleAssociated:
		return StepRefused
	case p.AppleStatus == AppleRegistered && p.MailProblem == DeliveryRefused:
		return StepMailRefused
	case p.AppleStatus == AppleRegistered && p.MailProblem == DeliveryBounced:
		return StepMailBounced
	case p.AppleStatus == AppleRegistered && p.MailProblem == DeliveryDeferred:
		return StepMailDeferred
	case p.AppleStatus == AppleRegistered && p.HandedOverAt.IsZero():
		return StepCreated
	case p.AppleStatus == AppleRegistered:
		return StepAwaitsPerson
	}
	return StepNone
}

// Person is a user as seen from one location: the row of the Users list.
type Person struct {
	User
	Program ProgramUser
}

// Differs says whether Apple has another address than the person has here, or
// could link a Managed Apple Account that it does not know of. An address that
// was taken away here stays at Apple.
func (p Person) Differs() bool {
	return Differs(p.Program, p.Email, p.ManagedAppleID)
}

// Differs is the rule behind Person.Differs. The store keeps it with the place
// as column and filter.
func Differs(p ProgramUser, email, managed string) bool {
	if !p.AppleStatus.Living() {
		return false
	}
	link := managed != "" && p.ManagedError == 0 && p.AppleStatus == AppleRegistered
	return link || email != "" && FoldKey(email) != FoldKey(p.AppleEmail)
}

// Relinked says whether the person's Managed Apple Account was changed here
// after an account was linked: Apple never exchanges a linked account, so that
// this change is not sent.
func (p ProgramUser) Relinked() bool {
	return p.AppleStatus == AppleAssociated && !p.ManagedEditedAt.IsZero() && p.ManagedEditedAt.After(p.AssociatedAt)
}

// Batch is one call to Apple that changes up to maxUsers VPP users, or who has
// an app or book, and its receipt.
type Batch struct {
	ID         BatchID
	LocationID LocationID
	Op         Write
	Asset      AssetID // of licenses: what all in it are to have, or to give back
	Size       int
	CreatedAt  time.Time
	NextCallAt time.Time // when it is sent, or its event looked at
	SentAt     time.Time
	Attempts   int
	EventID    string
	SettledAt  time.Time // Apple is done; a read shows the results
}
