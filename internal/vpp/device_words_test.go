package vpp_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-23, F-42: every reach and every state of the account has a sentence of its
// own, and whatever is closed says what can be done.
func TestExplainReach(t *testing.T) {
	said := map[string]bool{}
	for _, r := range vpp.Reaches {
		sentence, next := vpp.ExplainReach(r)
		if !strings.HasSuffix(sentence, ".") || said[sentence] || !r.Open() && next == "" {
			t.Errorf("%q: %q %q", r, sentence, next)
		}
		said[sentence] = true
	}
	for _, s := range vpp.AccountStates {
		sentence, next := vpp.ExplainAccount(s)
		if !strings.HasSuffix(sentence, ".") || said[sentence] || s != vpp.AccountRight && next == "" {
			t.Errorf("%q: %q %q", s, sentence, next)
		}
		said[sentence] = true
	}
	// F-40: what taking back comes to is said as it is.
	for want, c := range map[string]vpp.DeviceCommand{
		"before the MDM server had it": {MDM: "m1"}, "may still show it": {MDM: vpp.BuiltinMDM, Carried: vpp.CommandPushed}, "takes nothing back": {MDM: "m1", Carried: vpp.CommandQueued},
	} {
		if got := c.TakenBack(); !strings.Contains(got, want) {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if got := strings.Join(vpp.Abilities{ListsDevices: true, MapsUsers: true, UserChannel: true, Results: true}.Cannot(), " "); !strings.Contains(got, "takes nothing back") {
		t.Error(got)
	}
	if unknown, _ := vpp.ExplainReach("of the future"); said[unknown] || unknown == "" {
		t.Error(unknown)
	}
}
