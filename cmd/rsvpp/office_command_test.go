package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/client"
)

// F-36, F-37, F-80, F-86: mail, letter, keys, administrators, history and
// taking an invitation back are commands too, over the wire.
func TestOfficeCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir})
	s.enrol(t, "ben")
	eve := s.enrol(t, "eve")
	table := filepath.Join(dir, "history.csv")
	files := map[string]string{
		"letter.txt": "Dear {{.FirstName}},\nplease follow {{.Link}}\n", "bare.txt": "No way in.\n", "page.html": "<p>{{.Link}}</p>",
		"ca.pem": "no certificate",
	}
	w := s.sayings(t, files, []saying{
		{"mail show", exitOK, "North School it@north.example"},
		{"mail show --json", exitOK, `"mode": "relay"`},
		{"mail set", exitUsage, "nothing to change"},
		{"mail set --reply-to help@north.example --bounce-to bounces@north.example", exitOK, "help@north.example"},
		{"mail show", exitOK, "Letters come back to  bounces@north.example"},
		{"mail set --bounce-to= --timeout-seconds 20 --json", exitOK, `"timeout_seconds": 20`},
		{"mail set --dkim", exitFailed, "There is no key yet"},
		{"mail set --trusted-ca ca.pem", exitFailed, "rsvpp: "},
		{"mail set --trusted-ca none.pem", exitFailed, "cannot be read"},
		{"mail set --mode pigeon", exitFailed, "mode"},
		{"mail set --username rsvpp --password --forget-password", exitUsage, "password"},
		{"mail test me@north.example", exitOK, "ok"},
		{"mail test me@north.example --json", exitOK, `"outcome": "accepted"`},
		{"mail test nonsense", exitFailed, "rsvpp: "},

		{"letter show", exitOK, "Subject: "},
		{"letter set", exitUsage, "nothing to change"},
		{"letter set --subject Apps_for_{{.FirstName}} --text letter.txt --html page.html", exitOK, "Subject: Apps for {{.FirstName}}\n\nDear {{.FirstName}},\nplease"},
		{"letter set --text bare.txt", exitFailed, "link"},
		{"letter set --text none.txt", exitFailed, "cannot be read"},
		{"letter show --json", exitOK, `"html": "<p>`},
		{"letter preview --user ben", exitOK, "/i/sample"},
		{"letter preview --subject Hello --json", exitOK, `"subject": "Hello"`},
		{"letter preview --user ghost", exitFailed, "rsvpp: "},
		{"letter test me@north.example --subject Trial", exitOK, "accepted"},
		{"letter test nonsense", exitFailed, "rsvpp: "},

		{"operators add eve --scopes read", exitFailed, "rsvpp: "}, // no password came
		{"operators list", exitOK, "owner"},
		{"operators set ghost --name x", exitUsage, "there is no administrator"},
		{"operators set owner", exitUsage, "nothing to change"},
		{"operators set owner --scopes read", exitFailed, "rsvpp: "}, // the last owner
		{"operators set owner --name Chief --json", exitOK, `"name": "Chief"`},
		{"operators list --json", exitOK, `"name": "Chief"`},

		{"keys create nightly_sync --days 30", exitOK, "rsvpp_"},
		{"keys create backup --scopes read,program --json", exitOK, `"secret": "rsvpp_`},
		{"keys create broad --scopes all", exitFailed, "There is no scope"},
		{"keys list", exitOK, "nightly sync"},
		{"keys list --operator chief --json", exitOK, `"name": "backup"`},
		{"keys list --operator ghost", exitUsage, "there is no administrator"},
		{"keys revoke nightly_sync", exitUsage, "nobody is here to confirm"},
		{"keys revoke nightly_sync --yes", exitOK, "Revoked nightly sync."},
		{"keys revoke nightly_sync --yes", exitUsage, "there is no API key"},
		{"keys list --revoked", exitOK, "revoked"},

		{"invite withdraw ben", exitUsage, "nobody is here to confirm"},
		{"invite withdraw ben --yes", exitOK, "Took back the invitation of ben."},
		{"invite withdraw ben --yes", exitFailed, "holds no invitation"},
		{"invite withdraw eve --yes --json", exitOK, `"withdrawn": "` + string(eve)},
		{"invite withdraw ghost --yes", exitFailed, "rsvpp: "},

		{"history", exitOK, "Changed the mail settings"},
		{"history --action key.create --json", exitOK, "nightly sync"},
		{"history --limit 1 --actor key:none", exitOK, "WHEN"},
		{"history --from 2999-01-01 --json", exitOK, `"items": []`},
		{"history --from yesterday", exitUsage, "no day or moment"},
		{"history --csv - --to 2999-01-01T00:00:00Z", exitOK, "at,who,from,action"},
		{"history --csv " + table, exitOK, ""},
		{"history --csv - --json", exitUsage, "csv"},
	})
	if text, err := os.ReadFile(table); err != nil || !strings.Contains(string(text), "Changed the mail settings") {
		t.Errorf("%s %v", text, err)
	}
	if l, ok := s.post.Find("me@north.example"); !ok {
		t.Errorf("no test letter came: %+v", l)
	}
	w.typed(t, "a long enough phrase\n", exitOK, "Added eve", "operators", "add", "eve", "--scopes", "read")
	w.typed(t, "another long phrase\n", exitOK, "Changed Eve", "operators", "set", "eve", "--password", "--name", "Eve")
	w.typed(t, "secret\n", exitOK, "kept", "mail", "set", "--username", "rsvpp", "--password")
	w.say(t, []saying{
		{"mail set --forget-password --username=", exitOK, ""},
		{"operators remove Eve", exitUsage, "nobody is here to confirm"},
		{"operators remove Eve --yes", exitOK, "Removed Eve."},
		{"keys create twice", exitOK, ""}, {"keys create twice", exitOK, ""},
		{"keys revoke twice --yes", exitUsage, "there are 2 API keys"},
	})
	_, out, _ := w.run(t, "keys", "list", "--json")
	var list struct{ Items []client.Key }
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Items) < 2 {
		t.Fatal(out, err)
	}
	w.say(t, []saying{{"keys revoke " + list.Items[0].ID + " --yes --json", exitOK, list.Items[0].ID}})
	for _, words := range [][]string{{"keys", "revoke"}, {"operators", "set"}} {
		if status, out, _ := w.run(t, append(append([]string{"__complete"}, words...), "")...); status != exitOK || !strings.Contains(out, map[string]string{"keys": "twice", "operators": "Chief"}[words[0]]) {
			t.Errorf("%v completes to %q", words, out)
		}
	}
}

// typed is a command line to which something comes on standard input.
func (w world) typed(t *testing.T, in string, status int, says string, args ...string) {
	t.Helper()
	var out, errs strings.Builder
	p := w.cli(&out, &errs)
	p.in = strings.NewReader(in)
	if got := p.run(t.Context(), args); got != status || !strings.Contains(out.String()+errs.String(), says) {
		t.Errorf("rsvpp %v ended with %d and said:\n%s%s\nwant %q", args, got, out.String(), errs.String(), says)
	}
}
