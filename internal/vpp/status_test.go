package vpp_test

import (
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
