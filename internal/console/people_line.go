package console

import (
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// lineOf is a person in the list, with what the caller may do about them.
func lineOf(p vpp.Person, scopes operator.Scopes, now time.Time) view.UserLine {
	return view.UserLine{
		ID: string(p.ID), Name: p.FullName, Email: p.Email, UserName: p.UserName, Managed: p.ManagedAppleID,
		ExternalID: p.ExternalID, Standing: standingOf(p.User, p.Program, now),
		InvitedAt: view.At(p.Program.HandedOverAt, now), RegisteredAt: view.At(p.Program.AssociatedAt, now),
		PausedAt: view.At(p.PausedAt, now), Differs: p.Program.Differs, Can: strings.Join(mayDo(p.Program, p.Paused(), scopes), " "),
	}
}

func standingOf(u vpp.User, p vpp.ProgramUser, now time.Time) view.Standing {
	return view.Standing{
		Status: view.Status(p.VPPStatus()), Apple: string(p.AppleStatus), Step: stepWord(u, p), Since: view.At(sinceOf(p), now), Paused: u.Paused(),
	}
}

// sinceOf is when the person's status became what it is.
func sinceOf(p vpp.ProgramUser) time.Time {
	switch p.VPPStatus() {
	case vpp.Registered:
		return p.AssociatedAt
	case vpp.Invited:
		return p.HandedOverAt
	case vpp.Removed:
		return p.RetiredAt
	case vpp.NotInvited:
	}
	if p.Pending != vpp.WriteNone {
		return p.PendingSince
	}
	return p.CreatedAt
}

// mayDo names the acts that a person is eligible for and that the caller may
// do (S1-08). Whether an act succeeds is for the services to say.
func mayDo(p vpp.ProgramUser, paused bool, scopes operator.Scopes) []string {
	var can []string
	add := func(word string, scope operator.Scope, eligible bool) {
		if eligible && scopes.Allow(scope) {
			can = append(can, word)
		}
	}
	leaving := p.Pending == vpp.WriteRetire || !p.Removing.At.IsZero()
	status := p.VPPStatus()
	add("invite", operator.ScopeInvite, !leaving && !paused && (status == vpp.NotInvited || status == vpp.Removed))
	add("register", operator.ScopeInvite, !leaving && !paused && status == vpp.Removed && p.Pending == vpp.WriteNone)
	add("resend", operator.ScopeInvite, !leaving && !paused && p.AppleStatus == vpp.AppleRegistered && p.Pending != vpp.WriteCreate)
	add("sync", operator.ScopeProgram, p.AppleStatus != vpp.AppleNone || p.Pending != vpp.WriteNone)
	add("delete", operator.ScopeProgram, !leaving && p.AppleStatus.Living())
	add("pause", operator.ScopeRoster, !paused)
	add("resume", operator.ScopeRoster, paused)
	return can
}
