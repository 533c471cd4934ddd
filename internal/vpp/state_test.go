package vpp_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The states that docs/states.md draws, from the facts that they turn on.
func TestInvitationState(t *testing.T) {
	now := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
	open := vpp.Invitation{Generation: 2, ExpiresAt: now.AddDate(0, 0, 30)}
	old, expired, withdrawn := open, open, open
	old.Generation, expired.ExpiresAt, withdrawn.WithdrawnAt = 1, now, now
	place := func(change func(*vpp.ProgramUser)) vpp.ProgramUser {
		p := vpp.ProgramUser{Generation: 2, AppleStatus: vpp.AppleRegistered}
		change(&p)
		return p
	}
	fresh := place(func(*vpp.ProgramUser) {})
	handed := place(func(p *vpp.ProgramUser) { p.HandedOverAt = now })
	linked := place(func(p *vpp.ProgramUser) { p.AppleStatus = vpp.AppleAssociated })
	for _, c := range []struct {
		name string
		i    vpp.Invitation
		p    vpp.ProgramUser
		want vpp.InvitationState
	}{
		{"nothing handed over yet", open, fresh, vpp.InvitationWaiting},
		{"handed over", open, handed, vpp.InvitationSent},
		{"the account is linked", open, linked, vpp.InvitationAccepted},
		{"linked, whatever became of the link", expired, linked, vpp.InvitationAccepted},
		{"the link's time is over", expired, handed, vpp.InvitationExpired},
		{"withdrawn", withdrawn, handed, vpp.InvitationWithdrawn},
		{"of a record before this one", old, linked, vpp.InvitationWithdrawn},
		{"the letter came back", open, place(func(p *vpp.ProgramUser) { p.MailProblem = vpp.DeliveryBounced }), vpp.InvitationFailed},
		{"the mail server refused", open, place(func(p *vpp.ProgramUser) { p.MailProblem = vpp.DeliveryRefused }), vpp.InvitationFailed},
		{"Apple refused", open, place(func(p *vpp.ProgramUser) { p.AppleStatus, p.AppleError = vpp.AppleNone, vpp.AppleBadEmail }), vpp.InvitationFailed},
		{"put off by the mail server", open, place(func(p *vpp.ProgramUser) { p.MailProblem = vpp.DeliveryDeferred }), vpp.InvitationWaiting},
	} {
		if got := c.i.State(c.p, now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTaskState(t *testing.T) {
	now := time.Unix(1, 0)
	for _, c := range []struct {
		name string
		t    vpp.Task
		want vpp.TaskState
	}{
		{"nothing done", vpp.Task{}, vpp.TaskQueued},
		{"some are done before everybody is known", vpp.Task{Skipped: 1}, vpp.TaskRunning},
		{"everybody is known", vpp.Task{ExpandedAt: now}, vpp.TaskRunning},
		{"there is time to undo", vpp.Task{ExpandedAt: now, HoldUntil: now, Skipped: 1}, vpp.TaskQueued},
		{"that time is over", vpp.Task{ExpandedAt: now, HoldUntil: now, ReleasedAt: now}, vpp.TaskRunning},
		{"undone", vpp.Task{ExpandedAt: now, HoldUntil: now, CanceledAt: now}, vpp.TaskCanceled},
		{"finished", vpp.Task{ExpandedAt: now, FinishedAt: now, Done: 3}, vpp.TaskDone},
		{"finished with failures", vpp.Task{ExpandedAt: now, FinishedAt: now, Done: 2, Failed: 1}, vpp.TaskFailed},
		{"canceled", vpp.Task{ExpandedAt: now, CanceledAt: now, Failed: 1}, vpp.TaskCanceled},
	} {
		if got := c.t.State(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
