package vpp_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-60, S0-03, S0-10: only who is registered gets a license; the wish of the
// others is refused, unless it is to be held. F-69: books do not come back.
func TestGrantAndReturn(t *testing.T) {
	for _, c := range []struct {
		c        vpp.WishCase
		hold     bool
		grant    vpp.Grant
		sentence string
		back     vpp.Return
		book     vpp.Return
	}{
		{vpp.WishCase{}, false, vpp.GrantRefused, "has to be invited and accept first", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Invited}, false, vpp.GrantRefused, "before the person has accepted", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Removed}, false, vpp.GrantRefused, "was removed", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Registered, Leaving: true}, false, vpp.GrantRefused, "is being removed", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Registered}, false, vpp.GrantRefused, "not registered at a location that gives it", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Invited}, true, vpp.GrantHeld, "Held", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true}, false, vpp.GrantReady, "Waits", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Paused: true}, false, vpp.GrantPaused, "paused", vpp.ReturnNothing, vpp.ReturnNothing},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Open: true}, false, vpp.GrantWished, "before", vpp.ReturnEnded, vpp.ReturnEnded},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Open: true, Refused: true}, false, vpp.GrantReady, "Waits", vpp.ReturnEnded, vpp.ReturnEnded},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Open: true, Asked: true}, false, vpp.GrantWished, "before", vpp.ReturnBusy, vpp.ReturnBusy},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Open: true, Has: true}, false, vpp.GrantHas, "already", vpp.ReturnTaken, vpp.ReturnKept},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Ended: true, Has: true}, false, vpp.GrantBusy, "taken back just now", vpp.ReturnBusy, vpp.ReturnBusy},
		{vpp.WishCase{Status: vpp.Registered, Assignable: true, Ended: true}, false, vpp.GrantReady, "Waits", vpp.ReturnNothing, vpp.ReturnNothing},
	} {
		grant, why := c.c.Grant(c.hold)
		if grant != c.grant || !strings.Contains(why, c.sentence) {
			t.Errorf("%+v: %s, %q; want %s", c.c, grant, why, c.grant)
		}
		if back, _ := c.c.Return(true); back != c.back {
			t.Errorf("%+v comes back %s, want %s", c.c, back, c.back)
		}
		if back, _ := c.c.Return(false); back != c.book {
			t.Errorf("a book of %+v comes back %s, want %s", c.c, back, c.book)
		}
	}
}
