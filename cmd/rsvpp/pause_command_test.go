package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// F-13: pausing and resuming by command, through a running server's API.
func TestPauseCommands(t *testing.T) {
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	key, err := s.server.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	s.enrol(t, "ben")
	w := world{env: map[string]string{"RSVPP_SERVER": s.server.url, "RSVPP_API_KEY": key}}
	say := func(status int, want string, args ...string) {
		t.Helper()
		got, out, errs := w.run(t, args...)
		if got != status || !strings.Contains(out+errs, want) {
			t.Errorf("rsvpp %v ended with %d and said:\n%s%s\nwant %q", args, got, out, errs, want)
		}
	}
	say(exitOK, "1 person was paused.", "users", "pause", "--user", "ben")
	say(exitOK, `"paused": 0`, "users", "pause", "--all", "--json")
	say(exitOK, "ben", "users", "list", "--attention", "paused", "--columns", "name,paused")
	say(exitOK, "Resume. Nothing is sent to this person", "users", "show", "ben")
	say(exitOK, "Paused: nothing is sent", "invite", "--user", "ben", "--audience", "not-registered", "--dry-run")
	say(exitOK, "1 person was resumed.", "users", "resume", "--user", "ben")
	say(exitOK, `"resumed": 0`, "users", "resume", "--all", "--json")
	say(exitUsage, "nobody is chosen", "users", "pause")
}
