package vpp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// S0-10…S0-13 and trap 1: "Registered" means opposite things.
func TestVPPStatus(t *testing.T) {
	for _, c := range []struct {
		apple  vpp.AppleStatus
		handed bool
		want   vpp.VPPStatus
	}{
		{vpp.AppleNone, false, vpp.NotInvited},
		{vpp.AppleNone, true, vpp.NotInvited},
		{vpp.AppleRegistered, false, vpp.NotInvited},
		{vpp.AppleRegistered, true, vpp.Invited},
		{vpp.AppleAssociated, false, vpp.Registered},
		{vpp.AppleAssociated, true, vpp.Registered},
		{vpp.AppleRetired, true, vpp.Removed},
		{vpp.AppleDeleted, false, vpp.Removed},
	} {
		if got := vpp.DeriveVPPStatus(c.apple, c.handed); got != c.want {
			t.Errorf("%q handed over %v: %s, want %s", c.apple, c.handed, got, c.want)
		}
	}
}

// S0-03, S0-10: licenses are for who is registered, and nobody else.
func TestAssignable(t *testing.T) {
	now := time.Unix(1, 0)
	for _, c := range []struct {
		p    vpp.ProgramUser
		says string // "" when licenses may be assigned
	}{
		{vpp.ProgramUser{}, "has to be invited"},
		{vpp.ProgramUser{HandedOverAt: now}, "has to be invited"},
		{vpp.ProgramUser{AppleStatus: vpp.AppleRegistered}, "has to be invited"},
		{vpp.ProgramUser{AppleStatus: vpp.AppleRegistered, HandedOverAt: now}, "has accepted"},
		{vpp.ProgramUser{AppleStatus: vpp.AppleAssociated}, ""},
		{vpp.ProgramUser{AppleStatus: vpp.AppleAssociated, HandedOverAt: now, Pending: vpp.WriteUpdate}, ""},
		{vpp.ProgramUser{AppleStatus: vpp.AppleAssociated, Pending: vpp.WriteRetire}, "being removed"},
		{vpp.ProgramUser{AppleStatus: vpp.AppleAssociated, Removing: vpp.Removing{Task: "t", At: now}}, "being removed"},
		{vpp.ProgramUser{AppleStatus: vpp.AppleRetired}, "invited anew"},
		{vpp.ProgramUser{AppleStatus: vpp.AppleDeleted}, "invited anew"},
		{vpp.ProgramUser{AppleStatus: "Frozen"}, "has to be invited"}, // a word of Apple's that nobody knows
	} {
		err := c.p.Assignable()
		if c.says == "" != (err == nil) || err != nil && (vpp.KindOf(err) != vpp.Conflict || !strings.Contains(vpp.MessageOf(err), c.says)) {
			t.Errorf("%+v: %v, want %q", c.p, err, c.says)
		}
	}
}

func TestStep(t *testing.T) {
	now := time.Unix(1, 0)
	for _, c := range []struct {
		name string
		p    vpp.ProgramUser
		want vpp.Step
	}{
		{"nothing begun", vpp.ProgramUser{}, vpp.StepNone},
		{"queued", vpp.ProgramUser{Pending: vpp.WriteCreate}, vpp.StepQueued},
		{"waiting for Apple (trap 2)", vpp.ProgramUser{Pending: vpp.WriteCreate, BatchID: "b"}, vpp.StepWaiting},
		{"created, mail queued", vpp.ProgramUser{AppleStatus: vpp.AppleRegistered}, vpp.StepCreated},
		{"mail came back", vpp.ProgramUser{AppleStatus: vpp.AppleRegistered, MailProblem: vpp.DeliveryBounced}, vpp.StepMailBounced},
		{"mail refused", vpp.ProgramUser{AppleStatus: vpp.AppleRegistered, MailProblem: vpp.DeliveryRefused}, vpp.StepMailRefused},
		{"handed over", vpp.ProgramUser{AppleStatus: vpp.AppleRegistered, HandedOverAt: now}, vpp.StepAwaitsPerson},
		{"refused by Apple", vpp.ProgramUser{AppleError: 9635}, vpp.StepRefused},
		{"registered", vpp.ProgramUser{AppleStatus: vpp.AppleAssociated, AppleError: 9635}, vpp.StepNone},
		{"removal can be undone", vpp.ProgramUser{AppleStatus: vpp.AppleAssociated, Pending: vpp.WriteUpdate, Removing: vpp.Removing{Task: "t", At: now}}, vpp.StepRemovalHeld},
		{"removing", vpp.ProgramUser{AppleStatus: vpp.AppleAssociated, Pending: vpp.WriteRetire}, vpp.StepRemoving},
	} {
		if got := c.p.Step(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTokenState(t *testing.T) {
	now := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
	in := func(days int) vpp.Location {
		return vpp.Location{Token: vpp.ContentToken{AddedAt: now, ExpiresAt: now.AddDate(0, 0, days)}, Consent: vpp.Consent{At: now}}
	}
	with := func(change func(*vpp.Location)) vpp.Location {
		l := in(200)
		change(&l)
		return l
	}
	problem := func(number int) vpp.Location {
		return with(func(l *vpp.Location) { l.TokenProblem = number })
	}
	for _, c := range []struct {
		l              vpp.Location
		want           vpp.TokenState
		reads, changes bool
	}{
		{vpp.Location{}, vpp.TokenMissing, false, false},
		{in(200), vpp.TokenValid, true, true},
		{in(60), vpp.TokenExpiring, true, true},
		{in(0), vpp.TokenExpired, false, false},
		{problem(vpp.AppleTokenRevoked), vpp.TokenRevoked, false, false},
		{problem(vpp.AppleTokenInvalid), vpp.TokenInvalid, false, false},
		{problem(vpp.AppleNotAllowed), vpp.TokenNotAllowed, true, false},
		{with(func(l *vpp.Location) { l.FrozenAt = now }), vpp.TokenElsewhere, true, false},
		{with(func(l *vpp.Location) { l.MovedAt = now }), vpp.TokenElsewhere, true, false},
		{with(func(l *vpp.Location) { l.Consent = vpp.Consent{} }), vpp.TokenNoConsent, true, false}, // F-58
	} {
		if got := c.l.TokenState(now); got != c.want {
			t.Errorf("%+v: %s, want %s", c.l.Token, got, c.want)
		}
		if c.l.Usable(now) != c.reads || c.l.Writable(now) != c.changes {
			t.Errorf("%s: usable %t, writable %t", c.want, c.l.Usable(now), c.l.Writable(now))
		}
	}
}
