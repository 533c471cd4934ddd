package vpp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What keeps a location from being removed, the first that fits, each with the
// way out.
func TestKeptBy(t *testing.T) {
	now := time.Now()
	here, moved, bare := vpp.Location{Name: "North", UID: "n"}, vpp.Location{Name: "North", UID: "n", MovedAt: now}, vpp.Location{Name: "North"}
	for name, c := range map[string]struct {
		l    vpp.Location
		n    vpp.Stake
		want string // "" for nothing
	}{
		"nothing":             {here, vpp.Stake{People: 5, Only: 5, Strangers: 9, Licenses: 3}, ""},
		"registered":          {here, vpp.Stake{People: 5, Registered: 2}, "2 people of North have a living record at Apple (2 registered, 0 not yet): use Delete from VPP first, or move the location out"},
		"invited":             {here, vpp.Stake{Invited: 1}, "1 person of North has a living record"},
		"waiting":             {here, vpp.Stake{Waiting: 1, Registered: 1}, "1 change of a person waits for Apple at North: wait until Apple has answered"},
		"a task":              {here, vpp.Stake{Tasks: 1, Waiting: 3}, "1 task is under way at North: wait for the end, or cancel under Tasks"},
		"moved out":           {moved, vpp.Stake{Registered: 7, Waiting: 1}, ""},
		"moved out, a task":   {moved, vpp.Stake{Tasks: 2}, "2 tasks are under way"},
		"the empty one":       {bare, vpp.Stake{People: 3, Only: 3}, "There is nothing to remove"},
		"empty, with others":  {bare, vpp.Stake{People: 3, Others: 1}, ""},
		"empty, people in it": {bare, vpp.Stake{People: 3, Only: 1, Others: 1}, "1 person has no place but in North: add them to another location first"},
	} {
		if got := c.l.KeptBy(c.n); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Where Apple cannot be told that a location is let go, a sentence says why.
func TestUntellable(t *testing.T) {
	now := time.Now()
	good := vpp.Location{Name: "North", UID: "n", Token: vpp.ContentToken{AddedAt: now, ExpiresAt: now.Add(time.Hour)}, Consent: vpp.Consent{At: now}, ClaimedAt: now}
	taken, revoked, moved := good, good, good
	taken.FrozenAt, taken.Claim = now, vpp.Claim{ID: "x", Name: "Other"}
	revoked.TokenProblem = vpp.AppleTokenRevoked
	moved.MovedAt, moved.Claim = now, taken.Claim
	for name, c := range map[string]struct {
		l    vpp.Location
		want string
	}{"good": {good, ""}, "taken": {taken, "“Other” manages North"}, "revoked": {revoked, "does not work any more"}, "moved out": {moved, ""}, "no token": {vpp.Location{Name: "North"}, ""}} {
		if got := c.l.Untellable(now); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
