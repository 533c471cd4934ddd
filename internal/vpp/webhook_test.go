package vpp_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The states of a webhook, over every combination of its facts.
func TestWebhookState(t *testing.T) {
	now := time.UnixMilli(1)
	for _, c := range []struct {
		off, failing time.Time
		why          string
		want         vpp.WebhookState
	}{
		{want: vpp.WebhookOn},
		{why: "old", want: vpp.WebhookOn},
		{failing: now, want: vpp.WebhookFailing},
		{failing: now, why: "old", want: vpp.WebhookFailing},
		{off: now, want: vpp.WebhookOff},
		{off: now, failing: now, want: vpp.WebhookOff},
		{off: now, why: "gone", want: vpp.WebhookGivenUp},
		{off: now, why: "gone", failing: now, want: vpp.WebhookGivenUp},
	} {
		if got := (vpp.Webhook{OffAt: c.off, OffWhy: c.why, FailingSince: c.failing}).State(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// A webhook is told what it chose, where it chose, and nothing while it is off.
func TestWebhookWants(t *testing.T) {
	w := vpp.Webhook{Kinds: []vpp.EventKind{vpp.EventOpened}, Location: "north"}
	if !w.Wants(vpp.EventOpened, "north") || w.Wants(vpp.EventOpened, "south") || w.Wants(vpp.EventInvited, "north") {
		t.Error("told of something else")
	}
	if w.OffAt = time.UnixMilli(1); w.Wants(vpp.EventOpened, "north") {
		t.Error("told while it is off")
	}
	for _, k := range vpp.EventKinds() {
		if !(vpp.Webhook{}).Wants(k, "anywhere") {
			t.Errorf("who chose nothing is not told of %s", k)
		}
	}
}
