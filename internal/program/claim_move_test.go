package program_test

import (
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Moving out leaves nobody's claim at Apple: none where Apple lets it be
// cleared, else one that says so; and no notifications, where Apple takes that.
func TestMoveOutClearsTheClaim(t *testing.T) {
	for name, c := range map[string]struct {
		quirks applesim.Quirks
		left   string // the id of the claim that is left
		told   bool   // notifications stay
	}{
		"empty clears":         {applesim.Quirks{EmptyMDMInfo: applesim.EmptyClears}, "", false},
		"empty is kept":        {applesim.Quirks{EmptyMDMInfo: applesim.EmptyKept}, "", false},
		"empty is refused":     {applesim.Quirks{EmptyMDMInfo: applesim.EmptyRefused}, vpp.ReleasedClaim, false},
		"post replaces":        {applesim.Quirks{EmptyMDMInfo: applesim.EmptyRefused, PostReplacesConfig: true}, vpp.ReleasedClaim, false},
		"notifications remain": {applesim.Quirks{EmptyMDMInfo: applesim.EmptyClears, ClearingRefused: true}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := reached(t, storetest.SQLite(t), applesim.Options{Quirks: c.quirks})
			storetest.AddPeople(t, w.db, school, 1, vpp.WriteCreate)
			w.settle(t)
			w.wantTold(t)
			for range 2 {
				l, err := w.MoveOut(t.Context(), anna, school)
				if err != nil || l.ClaimState() != vpp.ClaimMovedOut || l.Claim.ID != c.left {
					t.Fatalf("%+v %v", l, err)
				}
			}
			if id := w.claimant(t); id != c.left {
				t.Errorf("Apple shows the claim %q", id)
			}
			if told := w.told(t).NotificationURL != ""; told != c.told {
				t.Errorf("Apple notifies: %v", told)
			}
		})
	}
}
