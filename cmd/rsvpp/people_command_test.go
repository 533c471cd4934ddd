package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// saying is a command line and what it must answer. In it _ stands for a blank
// within a word.
type saying struct {
	args   string
	status int
	says   string
}

// sayings runs command lines one after the other against the scene's server.
func (w *scene) sayings(t *testing.T, files map[string]string, all []saying) world {
	t.Helper()
	key, err := w.server.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	outside := world{env: map[string]string{"RSVPP_SERVER": w.server.url, "RSVPP_API_KEY": key}, files: files}
	outside.say(t, all)
	return outside
}

func (w world) say(t *testing.T, all []saying) {
	t.Helper()
	for _, c := range all {
		args := strings.Fields(c.args)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "_", " ")
		}
		status, out, errs := w.run(t, args...)
		if status != c.status || !strings.Contains(out+errs, c.says) {
			t.Errorf("rsvpp %s ended with %d and said:\n%s%s\nwant %d and %q", c.args, status, out, errs, c.status, c.says)
		}
	}
}

// F-24, S4-17: --all is narrowed as lists are, and a resend by age.
func TestInviteNarrowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	s.enrol(t, "ben")
	for _, name := range []string{"eve", "ida"} {
		in := vpp.UserInput{UserName: name, FullName: name, Email: name + "@north.example", Groups: []string{"class of " + name}}
		if _, err := s.server.roster.Create(t.Context(), vpp.Server, "", in); err != nil {
			t.Fatal(err)
		}
	}
	s.sayings(t, nil, []saying{
		{"invite --all --dry-run --audience not-registered", exitOK, "3 of 3 people"},
		{"invite --all --dry-run --group class_of_eve", exitOK, "1 of 1 person"},
		{"invite --all --dry-run --search ida", exitOK, "1 of 1 person"},
		{"invite --all --dry-run --status not-invited", exitOK, "2 of 2 people"},
		{"invite --all --dry-run --status invited --resend", exitOK, "1 of 1 person"},
		{"invite --all --dry-run --attention no-address", exitOK, "0 of 0 people"},
		{"invite --all --dry-run --status nonsense", exitFailed, "status"},
		{"invite --user eve --group class_of_eve", exitUsage, "narrow --all"},
		{"invite --all --older-than 14d", exitUsage, "--resend"},
		{"invite --all --resend --status removed --older-than 14d", exitUsage, "--resend"},
		{"invite --all --resend --older-than fortnight", exitUsage, "14d or 36h"},
		{"invite --all --resend --older-than 14d --yes", exitOK, "Nobody was invited longer ago than 14d"},
		{"invite --all --resend --older-than 14d --yes --json", exitOK, `"people": 0`},
		{"invite --all --resend --older-than 0s --dry-run", exitOK, "1 of 1 person"},
		{"invite --all --resend --older-than 0s --search eve --yes", exitOK, "Nobody"},
		{"invite --all --resend --older-than 0s --search ben --yes --wait", exitOK, "1 of 1 person"},
	})
}

// F-02, S1-20: people are added, placed, taken out and removed by commands.
func TestPeopleCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	other, err := s.apple.AddLocation(applesim.Location{Name: "South School"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.apple.MintToken(other.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.server.locations.Add(t.Context(), vpp.Server, []byte(token.Content), true); err != nil {
		t.Fatal(err)
	}
	s.enrol(t, "ben")
	w := s.sayings(t, nil, []saying{
		{"users add --full-name Eve_North --email eve@north.example --groups staff", exitOK, "Added Eve North."},
		{"users add --full-name Ida --user-name ida --json", exitOK, `"user_name": "ida"`},
		{"users add --full-name Nobody", exitFailed, "rsvpp: "},
		{"users place South_School --user eve@north.example", exitOK, "1 person has a new place."},
		{"users place South_School --user eve@north.example", exitOK, "0 people have a new place."},
		{"users place South_School --all --json", exitOK, `"placed": 2`},
		{"users place East_School --all", exitUsage, "there is no location"},
		{"users place South_School", exitUsage, "nobody is chosen"},
		{"users unplace --user eve@north.example --user ben", exitOK, "1 person is out of the location.\n1 person stays: a record of theirs lives"},
		{"users unplace --user ida --location South_School --json", exitOK, `"taken": 1`},
		{"users unplace --user ida", exitOK, "1 person stays: they have no other place."},
		{"users remove ida", exitUsage, "nobody is here to confirm"},
		{"users remove ida --yes", exitOK, "Removed Ida"},
		{"users remove ben --yes", exitFailed, "rsvpp: "},
		{"users remove ghost --yes", exitFailed, "rsvpp: "},
		{"users remove eve@north.example --yes --json", exitOK, `"removed": "`},
	})

	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"users", "place", ""}, "South School\n"},
		{[]string{"users", "unplace", "--location", ""}, "North School\n"},
		{[]string{"invite", "--status", ""}, "not-invited\n"},
		{[]string{"invite", "--attention", ""}, "stuck\n"},
		{[]string{"tasks", "show", ""}, "Invite"},
		{[]string{"tasks", "show", "one", ""}, ":4\n"}, // nothing, and no files
	} {
		status, out, errs := w.run(t, append([]string{"__complete"}, c.args...)...)
		if status != exitOK || !strings.Contains(out, c.want) {
			t.Errorf("%q completes to %d %q %q, want %q", c.args, status, out, errs, c.want)
		}
	}
	w.env["RSVPP_SERVER"] = "http://127.0.0.1:1"
	if status, out, _ := w.run(t, "__complete", "users", "place", ""); status != exitOK || out != ":4\n" {
		t.Errorf("without a server: %d %q", status, out)
	}
}
