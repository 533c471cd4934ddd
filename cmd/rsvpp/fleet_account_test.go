package main

import (
	"testing"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// F-10: whoever accepts is signed in on their device, unless it has another
// account or none; on a Shared iPad on their seat only.
func TestShopper(t *testing.T) {
	keys, err := mdmtest.NewKeys(1)
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{keys: keys}
	anna, ben := &mdmtest.Person{ShortName: "anna@school.test"}, &mdmtest.Person{ShortName: "ben@school.test"}
	own, other, none := f.device(mdmtest.IPhone, "own", ""), f.device(mdmtest.IPad, "other", ""), f.device(mdmtest.IPad, "none", "")
	other.shops(withAnother)
	none.shops(withNone)
	if hash := other.SignedIn(nil); hash == "" || own.SignedIn(nil) != "" {
		t.Errorf("before anybody accepts: %q, %q", hash, own.SignedIn(nil))
	}
	for _, g := range []*gadget{own, other, none} {
		g.accepts(g.seatOf(""), "the account")
	}
	if own.SignedIn(nil) != "the account" || other.SignedIn(nil) != strangersHash("other") || none.SignedIn(nil) != "" {
		t.Errorf("%q, %q and %q are signed in", own.SignedIn(nil), other.SignedIn(nil), none.SignedIn(nil))
	}
	shared := f.device(mdmtest.SharedIPad, "cart", "", anna, ben)
	shared.accepts(shared.seatOf("ben@school.test"), "Ben's")
	if shared.SignedIn(ben) != "Ben's" || shared.SignedIn(anna) != "" {
		t.Errorf("%q and %q sit at the cart", shared.SignedIn(anna), shared.SignedIn(ben))
	}
}
