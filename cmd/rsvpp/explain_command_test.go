package main

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The command says what the table says, without any server.
func TestExplainCommand(t *testing.T) {
	status, out, errs := world{}.run(t, "explain", "9635", "9999")
	p := vpp.ExplainApple(vpp.AppleAccountUnusable)
	for _, want := range []string{"9635", p.Sentence, p.Cause, p.Next, "not documented"} {
		if status != exitOK || !strings.Contains(out, want) {
			t.Errorf("status %d, %q, %q: lacks %q", status, out, errs, want)
		}
	}
	if status, _, errs := (world{}).run(t, "explain", "abc"); status != exitUsage || !strings.Contains(errs, "no number") {
		t.Errorf("status %d, %q", status, errs)
	}
	if status, out, _ := (world{}).run(t, "explain", "--json", "9603"); status != exitOK || !strings.Contains(out, `"number": 9603`) {
		t.Errorf("status %d, %q", status, out)
	}
}
