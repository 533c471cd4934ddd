package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// enrol brings somebody to a living record at Apple.
func (w *scene) enrol(t *testing.T, name string) vpp.UserID {
	t.Helper()
	u, err := w.server.roster.Create(t.Context(), vpp.Server, "", vpp.UserInput{UserName: name, FullName: name, Email: name + "@north.example"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.server.invite.Start(t.Context(), vpp.Server, invite.Request{Selection: vpp.Selection{IDs: []vpp.UserID{u.ID}}})
	if err != nil {
		t.Fatal(err)
	}
	w.server.await(t, func() bool { return w.standing(t, u.ID).VPPStatus() == vpp.Invited })
	return u.ID
}

func (w *scene) standing(t *testing.T, id vpp.UserID) vpp.ProgramUser {
	t.Helper()
	p, err := w.server.roster.Profile(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p.Places[0]
}

// The commands around Delete from VPP, through a running server: preview,
// undo, too late, register again, conflicts.
func TestRemovalCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir, "undo-time": "1h"})
	key, err := s.server.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	ben := s.enrol(t, "ben")
	w := world{env: map[string]string{"RSVPP_SERVER": s.server.url, "RSVPP_API_KEY": key}}
	say := func(status int, want string, args ...string) string {
		t.Helper()
		got, out, errs := w.run(t, args...)
		if got != status || !strings.Contains(out+errs, want) {
			t.Errorf("rsvpp %v ended with %d and said:\n%s%s\nwant %q", args, got, out, errs, want)
		}
		return out
	}
	say(exitOK, "1 record will be retired", "vpp", "delete", "--user", "ben", "--dry-run")
	s.server.await(t, func() bool { return !s.now(t).AssignmentsReadAt.IsZero() })
	say(exitOK, "0 licenses come back, 0 never", "vpp", "delete", "--user", "ben", "--dry-run")
	var begun struct{ Task client.Task }
	if err := json.Unmarshal([]byte(say(exitOK, "", "vpp", "delete", "--user", "ben", "--yes", "--json")), &begun); err != nil || !begun.Task.Undoable {
		t.Fatalf("%+v %v", begun, err)
	}
	say(exitOK, "Will be removed from VPP at", "users", "show", "ben")
	say(exitOK, "rsvpp vpp undo "+begun.Task.ID, "tasks", "show", begun.Task.ID)
	say(exitOK, "Undone. Nothing was sent to Apple.", "vpp", "undo", begun.Task.ID)
	say(exitFailed, "canceled before", "vpp", "undo", begun.Task.ID)
	if err := json.Unmarshal([]byte(say(exitOK, "", "vpp", "delete", "--user", "ben", "--yes", "--json")), &begun); err != nil {
		t.Fatal(err)
	}
	say(exitOK, "Canceled before anything was sent to Apple.", "tasks", "cancel", begun.Task.ID)
	if p := s.standing(t, ben); p.VPPStatus() != vpp.Invited || p.Pending != vpp.WriteNone {
		t.Errorf("Ben is %+v", p)
	}
	if err := json.Unmarshal([]byte(say(exitOK, "", "vpp", "delete", "--user", "ben", "--yes", "--at-once", "--wait", "--json")), &begun); err != nil || begun.Task.State != "done" {
		t.Fatalf("%+v %v", begun, err)
	}
	say(exitFailed, "finished", "vpp", "undo", begun.Task.ID)
	say(exitOK, "Register again", "users", "show", "ben")
	say(exitOK, "Register again 1 person", "invite", "--all", "--audience", "removed", "--yes", "--wait")
	if p := s.standing(t, ben); p.Generation != 2 || p.VPPStatus() == vpp.Removed {
		t.Errorf("Ben registered again is %+v", p)
	}
	say(exitOK, "0 second records", "vpp", "conflicts")
	say(exitOK, `"same_account": 0`, "vpp", "conflicts", "--json")
}

// The time to undo passes while the server is down: what was begun is not lost.
func TestRemovalAfterRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := &scene{}
	var err error
	if s.apple, err = applesim.NewServer(applesim.Options{PlainHooks: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.apple.Close() })
	if s.school, err = s.apple.AddLocation(applesim.Location{Name: "North School"}); err != nil {
		t.Fatal(err)
	}
	if s.post, err = mailtest.NewServer(mailtest.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.post.Close() })
	s.token = s.mint(t, applesim.TokenOptions{})
	flags := map[string]string{"data-dir": dir, "undo-time": "2s", "database": filepath.Join(dir, "a.db"), "apple-url": s.apple.BaseURL()}
	var ben vpp.UserID
	t.Run("begun", func(t *testing.T) {
		w := &scene{server: startServer(t, flags), apple: s.apple, school: s.school}
		if _, err := w.server.locations.Add(t.Context(), vpp.Server, []byte(s.token.Content), true); err != nil {
			t.Fatal(err)
		}
		if err := w.server.invite.SaveMailSettings(t.Context(), vpp.Server, invite.MailSettings{
			Mode: "relay", Host: s.post.Host(), Port: s.post.Port(), Security: "none", FromName: "N", FromAddress: "it@north.example",
		}); err != nil {
			t.Fatal(err)
		}
		ben = w.enrol(t, "ben")
		task, err := w.server.program.StartDelete(t.Context(), vpp.Server, vpp.Selection{IDs: []vpp.UserID{ben}}, false, "")
		if err != nil || !task.Held() {
			t.Fatal(task, err)
		}
	})
	t.Run("done", func(t *testing.T) {
		w := &scene{server: startServer(t, flags), apple: s.apple}
		w.server.await(t, func() bool { return w.standing(t, ben).VPPStatus() == vpp.Removed })
	})
}
