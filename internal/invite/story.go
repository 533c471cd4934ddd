package invite

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// StoryStore reads what a story is told from.
type StoryStore interface {
	// CaseHistory reads everything known of one person at one location, the
	// default one for "".
	CaseHistory(ctx context.Context, user vpp.UserID, location vpp.LocationID) (vpp.CaseHistory, error)
}

// Story answers "why is this person not registered?".
type Story struct {
	User        vpp.User
	Place       vpp.ProgramUser
	Location    vpp.Location
	Status      vpp.VPPStatus
	Step        vpp.Step
	Why         string  // the answer, in one sentence
	Next        Next    // the one best thing to do
	Events      []Event // newest first
	Invitation  *vpp.Invitation
	State       vpp.InvitationState // of the invitation, "" without one
	Deliveries  []vpp.Delivery      // newest first
	Invitations []vpp.Invitation    // newest first
	SameAccount []vpp.User          // others who are registered with the same Apple Account
	Before      vpp.HeldBefore      // what a removed person held
}

// Tone says how an event feels.
type Tone string

// The tones.
const (
	ToneNeutral Tone = "neutral"
	ToneGood    Tone = "good"
	ToneWarn    Tone = "warn"
	ToneBad     Tone = "bad"
)

// Event is one thing that happened.
type Event struct {
	At     time.Time
	Kind   string // "person.added", "mail.refused", "link.opened", …
	Tone   Tone
	Title  string
	Detail string // an answer word for word, or an explanation
	By     string // who did it, "" when nobody did
}

// Action names the next best thing to do.
type Action string

// The actions.
const (
	ActNone        Action = ""
	ActWait        Action = "wait"
	ActAddToken    Action = "add_token"
	ActRenewToken  Action = "renew_token"
	ActConsent     Action = "consent" // confirm that people's data may go to Apple
	ActAddress     Action = "edit_address"
	ActAccount     Action = "edit_account"
	ActInvite      Action = "invite"
	ActResend      Action = "resend"
	ActCopyLink    Action = "copy_link"
	ActMail        Action = "mail_settings"
	ActInviteAgain Action = "invite_again"
	ActByMail      Action = "invite_by_mail" // in place of a device that does not help
	ActOnDevice    Action = "invite_on_device"
	ActRemind      Action = "remind_on_device"
	ActRemoval     Action = "show_removal"
	ActConflict    Action = "show_conflict"
	ActResume      Action = "resume"
)

// Next is the one best thing to do.
type Next struct {
	Action Action
	Label  string // on the button, "" when there is nothing to do
	Why    string
}

// Story tells one person's way at one location.
func (s *Service) Story(ctx context.Context, user vpp.UserID, location vpp.LocationID) (Story, error) {
	h, err := s.store.CaseHistory(ctx, user, location)
	if err != nil {
		return Story{}, err
	}
	mail, err := s.mailReady(ctx)
	if err != nil {
		return Story{}, err
	}
	return tell(h, mail, s.now()), nil
}

// tell makes the story from the facts.
func tell(h vpp.CaseHistory, mail bool, now time.Time) Story {
	story := Story{
		User: h.User, Place: h.Place, Location: h.Location, Status: h.Place.VPPStatus(), Step: h.Place.Step(),
		Events: timeline(h, now), Deliveries: h.Deliveries, Invitations: h.Invitations,
		SameAccount: h.SameAccount, Before: h.Before,
	}
	if len(h.Invitations) > 0 && h.Invitations[0].Generation == h.Place.Generation {
		story.Invitation = &h.Invitations[0]
		story.State = story.Invitation.State(h.Place, now)
	}
	story.Why, story.Next = answer(story, h, mail, now)
	return story
}
