package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The commands around licenses, through a running server: what would happen,
// assigning, the line, the order, taking back (F-57, F-60, F-63).
func TestLicenseCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	key, err := s.server.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	ben, cia := s.enrol(t, "ben"), s.enrol(t, "cia")
	for u := range s.apple.Users(s.school.UID) {
		if _, err := s.apple.Accept(u.InviteCode, u.Email); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.apple.AddAsset(s.school.UID, applesim.App("361309726", 1)); err != nil {
		t.Fatal(err)
	}
	w := world{env: map[string]string{"RSVPP_SERVER": s.server.url, "RSVPP_API_KEY": key}}
	say := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errs := w.run(t, args...)
		if got != status || !strings.Contains(out+errs, want) {
			t.Errorf("rsvpp %v ended with %d and said:\n%s%s\nwant %q", args, got, out, errs, want)
		}
	}
	say(exitOK, "", "vpp", "sync", "--full", "--wait")
	for _, id := range []vpp.UserID{ben, cia} {
		s.server.await(t, func() bool { return s.standing(t, id).VPPStatus() == vpp.Registered })
	}
	s.server.await(t, func() bool {
		assets, err := s.server.program.Assets(t.Context(), s.place.ID)
		return err == nil && len(assets) == 1
	})
	say(exitOK, "1 person can get a license now; 1 waits in line.", "licenses", "assign", "361309726", "--all", "--dry-run")
	say(exitOK, "", "licenses", "assign", "361309726", "--all", "--yes", "--wait")
	say(exitOK, "In line", "licenses", "line", "361309726")
	say(exitOK, "1 license is taken back", "licenses", "take-back", "361309726", "--all", "--dry-run")
	say(exitOK, "LOCATION", "licenses", "order", "361309726", "--set", s.place.Name)
	say(exitOK, "LOCATION", "licenses", "order", "361309726", "--reset")
	if err := s.apple.Buy(s.school.UID, applesim.AssetKey{AdamID: "361309726", PricingParam: applesim.PricingStandard}, 1); err != nil {
		t.Fatal(err)
	}
	say(exitOK, "", "vpp", "sync", "--full", "--wait")
	s.server.await(t, func() bool {
		counts, err := s.server.licenses.Counts(t.Context(), vpp.AssetID{AdamID: "361309726"})
		return err == nil && counts[vpp.WishAssigned] == 2
	})
	say(exitOK, "Nobody waits for it.", "licenses", "line", "361309726")
	say(exitOK, "Assigned", "licenses", "list", "cia")
	say(exitOK, "", "licenses", "take-back", "361309726", "--user", "cia", "--yes", "--wait")
	say(exitOK, "Taken back", "licenses", "list", "cia")
	say(exitFailed, "No location has this app or book", "licenses", "order", "7")
}
