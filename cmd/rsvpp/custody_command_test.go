package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// The commands of custody, through a running server.
func TestCustodyCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	key, err := s.server.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	soon := s.mint(t, applesim.TokenOptions{ExpiresAt: time.Now().AddDate(0, 0, 12)})
	later := s.mint(t, applesim.TokenOptions{ExpiresAt: time.Now().AddDate(1, 0, 0)})
	w := world{
		env:   map[string]string{"RSVPP_SERVER": s.server.url, "RSVPP_API_KEY": key, "RSVPP_DATA_DIR": dir, "RSVPP_DATABASE": filepath.Join(dir, "a.db")},
		files: map[string]string{"soon.vpptoken": soon.Content, "later.vpptoken": later.Content},
	}
	for _, c := range []struct {
		args   string
		status int
		says   string
	}{
		{"token check", exitOK, "Apple accepts the token of North School"},
		{"token renew north_school soon.vpptoken", exitUsage, "there is no location"},
		{"token renew NAME soon.vpptoken", exitFailed, "it may be an older file"},
		{"token renew NAME soon.vpptoken --sooner", exitOK, "Renewed North School"},
		{"token list", exitOK, "expires in 12 days"},
		{"location test NAME", exitOK, "ok, but  token: The content token of North School expires in 12 days"},
		{"token renew NAME later.vpptoken", exitOK, "Renewed North School"},
		{"location test", exitOK, "notifications: Apple reached this server at"},
		{"export -", exitOK, `"table":"locations"`},
		{"seal forget", exitOK, "nothing to forget"},
		{"seal new", exitOK, "rsvpp-key-v1:"},
	} {
		args := strings.Fields(c.args)
		for i, a := range args {
			if a == "NAME" {
				args[i] = "North School"
			}
		}
		status, out, errs := w.run(t, args...)
		if status != c.status || !strings.Contains(out+errs, c.says) {
			t.Errorf("rsvpp %s ended with %d and said:\n%s%s\nwant %q", c.args, status, out, errs, c.says)
		}
	}
	if err := s.apple.RevokeToken(later.Content); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := w.run(t, "location", "test"); status != exitFailed || !strings.Contains(out, "NOT OK   token: The content token was revoked") {
		t.Errorf("%d: %s%s", status, out, errs)
	}
}
