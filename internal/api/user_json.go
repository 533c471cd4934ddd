package api

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// User is a person of the organization. Times are text already: in pages of
// people, encoding/json would take a third of its time to check that what
// time.Time makes of itself is JSON.
type User struct {
	ID             string   `json:"id"`
	ExternalID     string   `json:"external_id,omitempty" doc:"The key of the source, unique."`
	UserName       string   `json:"user_name,omitempty" doc:"Unique."`
	FirstName      string   `json:"first_name,omitempty"`
	LastName       string   `json:"last_name,omitempty"`
	FullName       string   `json:"full_name"`
	Email          string   `json:"email,omitempty"`
	ManagedAppleID string   `json:"managed_apple_id,omitempty" doc:"Managed Apple Account."`
	Groups         []string `json:"groups" nullable:"false"`
	Locale         string   `json:"locale,omitempty" doc:"BCP 47."`
	Notes          string   `json:"notes,omitempty"`
	Source         string   `json:"source,omitempty" doc:"Where the person came from: csv, console, api, apple."`
	PausedAt       string   `json:"paused_at,omitempty" format:"date-time" doc:"Nothing is sent to the person since then, until they are resumed."`
	CreatedAt      string   `json:"created_at" format:"date-time"`
	UpdatedAt      string   `json:"updated_at" format:"date-time"`
}

func userOf(u vpp.User) User {
	groups := u.Groups
	if groups == nil {
		groups = []string{}
	}
	return User{
		ID: string(u.ID), ExternalID: u.ExternalID, UserName: u.UserName, FirstName: u.FirstName, LastName: u.LastName,
		FullName: u.FullName, Email: u.Email, ManagedAppleID: u.ManagedAppleID, Groups: groups, Locale: u.Locale,
		Notes: u.Notes, Source: u.Source, PausedAt: stamp(u.PausedAt), CreatedAt: stamp(u.CreatedAt), UpdatedAt: stamp(u.UpdatedAt),
	}
}

// stamp is a time as JSON has it, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Place is a person's place in the program at one location. Beside our word
// stands Apple's, which means something else: Apple's Registered is our invited.
type Place struct {
	VPPUserID       string `json:"vpp_user_id"`
	LocationID      string `json:"location_id"`
	VPPStatus       string `json:"vpp_status" enum:"not_invited,invited,registered,removed" doc:"Our word. Invited needs both: a record at Apple, and the invitation handed over."`
	AppleStatus     string `json:"apple_status" enum:",Registered,Associated,Retired,Deleted" doc:"Apple's own word, empty without a record. Registered there means that the invitation is open."`
	Step            string `json:"step" enum:",queued,waiting,created,mail_deferred,mail_refused,mail_bounced,refused,awaits_person,update_waiting,removal_held,removing" doc:"What the case waits for, empty for nothing."`
	Since           string `json:"since,omitempty" format:"date-time" doc:"Since when the status is this one."`
	NotAssignable   string `json:"not_assignable,omitempty" doc:"Why no license may be assigned to the person here: only who is registered may get some. Empty when licenses may be assigned."`
	ClientUserID    string `json:"client_user_id,omitempty" doc:"The name by which Apple knows the VPP user."`
	Generation      int    `json:"generation" doc:"Counts the records at Apple, one after the other."`
	Pending         string `json:"pending,omitempty" enum:"create,update,retire" doc:"The write that waits for Apple."`
	PendingSince    string `json:"pending_since,omitempty" format:"date-time"`
	AppleEmail      string `json:"apple_email,omitempty" doc:"The address that Apple has."`
	AppleCreatedAt  string `json:"apple_created_at,omitempty" format:"date-time" doc:"When the record was first seen at Apple."`
	HandedOverAt    string `json:"handed_over_at,omitempty" format:"date-time" doc:"When the invitation was first handed over."`
	AssociatedAt    string `json:"associated_at,omitempty" format:"date-time"`
	RetiredAt       string `json:"retired_at,omitempty" format:"date-time"`
	ReadAt          string `json:"read_at,omitempty" format:"date-time" doc:"When Apple was last asked about this person."`
	AppleError      int    `json:"apple_error,omitempty" doc:"Apple's last refusal."`
	AppleErrorText  string `json:"apple_error_text,omitempty" doc:"What that means and what to do."`
	AppleErrorAt    string `json:"apple_error_at,omitempty" format:"date-time"`
	ManagedError    int    `json:"managed_error,omitempty" doc:"Why Apple would not link the Managed Apple Account."`
	Differs         bool   `json:"differs,omitempty" doc:"Apple has another address than is known here, or could link a Managed Apple Account."`
	EditedAt        string `json:"edited_at,omitempty" format:"date-time" doc:"When the address or the Managed Apple Account was last changed here."`
	Relinked        bool   `json:"relinked,omitempty" doc:"The Managed Apple Account was changed here after an account was linked: Apple never exchanges a linked account, so this is not sent."`
	MailProblem     string `json:"mail_problem,omitempty" enum:"deferred,refused,bounced,complained"`
	AccountHashSeen bool   `json:"account_linked" doc:"Apple reports a linked account."`
	RemovalAt       string `json:"removal_at,omitempty" format:"date-time" doc:"A removal is sent to Apple then, and can be undone until then."`
	RemovalTask     string `json:"removal_task,omitempty" doc:"The task of that removal."`
}

func placeOf(p vpp.ProgramUser) Place {
	out := Place{
		VPPUserID: string(p.ID), LocationID: string(p.LocationID), VPPStatus: string(p.VPPStatus()), AppleStatus: string(p.AppleStatus),
		Step: string(p.Step()), Since: stamp(since(p)), ClientUserID: string(p.ClientUserID), Generation: p.Generation,
		Pending: string(p.Pending), PendingSince: stamp(p.PendingSince), AppleEmail: p.AppleEmail, AppleCreatedAt: stamp(p.CreatedAt),
		HandedOverAt: stamp(p.HandedOverAt), AssociatedAt: stamp(p.AssociatedAt), RetiredAt: stamp(p.RetiredAt), ReadAt: stamp(p.ReadAt),
		AppleError: p.AppleError, AppleErrorAt: stamp(p.AppleErrorAt), ManagedError: p.ManagedError, MailProblem: string(p.MailProblem),
		Differs: p.Differs, EditedAt: stamp(p.EditedAt), Relinked: p.Relinked(),
		AccountHashSeen: p.AccountHash != "", RemovalAt: stamp(p.Removing.At), RemovalTask: string(p.Removing.Task),
	}
	if err := p.Assignable(); err != nil {
		out.NotAssignable = vpp.MessageOf(err)
	}
	if p.AppleError != 0 {
		out.AppleErrorText = vpp.ExplainApple(p.AppleError).Advice()
	}
	return out
}

// since is when the status became what it is, as far as is known.
func since(p vpp.ProgramUser) time.Time {
	switch p.VPPStatus() {
	case vpp.Registered:
		return p.AssociatedAt
	case vpp.Removed:
		return p.RetiredAt
	case vpp.Invited: // the later of its two facts
		if p.CreatedAt.After(p.HandedOverAt) {
			return p.CreatedAt
		}
		return p.HandedOverAt
	case vpp.NotInvited:
	}
	return time.Time{}
}

// Person is a user as seen from one location: the row of the Users list.
type Person struct {
	User
	Place
}

func personOf(p vpp.Person) Person { return Person{userOf(p.User), placeOf(p.Program)} }

// Profile is a user with every place.
type Profile struct {
	User
	Places []Place `json:"places" nullable:"false"`
}

func profileOf(p roster.Profile) Profile {
	return Profile{userOf(p.User), each(p.Places, placeOf)}
}
