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
	if unknown, _ := vpp.ExplainReach("of the future"); said[unknown] || unknown == "" {
		t.Error(unknown)
	}
}
