package console

import (
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// fault is an error about one input.
func fault(kind vpp.Kind, field, format string, args ...any) *vpp.Error {
	e := vpp.Errorf(kind, format, args...)
	e.Field = field
	return e
}

// thousands groups a count as people read it.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	rest := strconv.Itoa(n % 1000)
	return thousands(n/1000) + "," + strings.Repeat("0", 3-len(rest)) + rest
}

func users(n int) string {
	if n == 1 {
		return "1 user"
	}
	return thousands(n) + " users"
}

func statusWord(s vpp.VPPStatus) string { return view.Status(s).Word() }

// attentions are the filters for cases that need somebody, in their order.
func attentions() []vpp.Attention {
	return []vpp.Attention{vpp.AttentionWaiting, vpp.AttentionDiffers, vpp.AttentionMail, vpp.AttentionRefused, vpp.AttentionNoAddress, vpp.AttentionStuck, vpp.AttentionPaused}
}

func attentionWord(a vpp.Attention) string {
	switch a {
	case vpp.AttentionWaiting:
		return "Waiting for Apple"
	case vpp.AttentionDiffers:
		return "Changed here, not yet at Apple"
	case vpp.AttentionMail:
		return "Mail problem"
	case vpp.AttentionRefused:
		return "Refused by Apple"
	case vpp.AttentionNoAddress:
		return "No address"
	case vpp.AttentionStuck:
		return "Stuck for 7 days"
	case vpp.AttentionPaused:
		return "Paused"
	}
	return string(a)
}

// stepWord says what a case waits for, or why it stands still.
func stepWord(u vpp.User, p vpp.ProgramUser) string {
	switch p.Step() {
	case vpp.StepQueued:
		return "waits for its turn at Apple"
	case vpp.StepWaiting:
		return "waiting for Apple"
	case vpp.StepCreated:
		return "created at Apple, not yet handed over"
	case vpp.StepMailDeferred:
		return "mail deferred, tried again by itself"
	case vpp.StepMailRefused:
		return "mail refused: correct the address or take the link"
	case vpp.StepMailBounced:
		return "mail came back: correct the address or take the link"
	case vpp.StepRefused:
		return "refused by Apple: " + vpp.ExplainApple(p.AppleError).Sentence
	case vpp.StepAwaitsPerson:
		return "has not signed in at Apple yet"
	case vpp.StepUpdateWaiting:
		return "a changed address waits for Apple"
	case vpp.StepRemovalHeld:
		return "will be removed from VPP at " + p.Removing.At.UTC().Format("15:04 MST")
	case vpp.StepRemoving:
		return "removal waits for Apple"
	case vpp.StepNone:
	}
	if p.AppleStatus == vpp.AppleNone && u.Email == "" && u.ManagedAppleID == "" {
		return "no address: type one or take the link"
	}
	return ""
}
