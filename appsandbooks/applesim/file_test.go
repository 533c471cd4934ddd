package applesim_test

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

func truth(a *applesim.Apple) string {
	return fmt.Sprint(slices.Collect(a.Users(uid)), a.Events(uid), a.Tokens(uid), a.Locations())
}

// A restart keeps everything: users, events under way, tokens, configuration, invite codes and versions.
func TestRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "apple.jsonl")
	now := newClock()
	o := applesim.Options{File: file, Now: now.Now, EventDelay: applesim.Range{Min: time.Minute}}
	old := newWorld(t, o)
	hook, _ := newHook(t, nil)
	old.subscribe(hook, "USER_MANAGEMENT")
	old.post("/users/create", crowd("u", 5))
	now.add(time.Minute)
	_, version, _ := old.walk(url.Values{})
	code := old.User(uid, "u3")[0].InviteCode
	if _, err := old.Accept(old.User(uid, "u2")[0].InviteCode, "a@home.example"); err != nil {
		t.Fatal(err)
	}
	under := old.post("/users/retire", crowd("u", 1)).str("eventId")
	before := truth(old.Apple)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}

	w := newWorld(t, o)
	w.token = old.token
	if d := cmp.Diff(before, strings.Replace(truth(w.Apple), " "+fmt.Sprint(w.Tokens(uid)[1]), "", 1)); d != "" {
		t.Fatal(d)
	}
	now.add(time.Minute)
	w.wantStatus(w.get("/status?eventId="+under), "COMPLETE", 1)
	if seen, _, _ := w.walk(url.Values{"sinceVersionId": {version}}); ids(seen) != "u0 u2" {
		t.Fatal(seen)
	}
	if _, err := w.Accept(code, "b@home.example"); err != nil {
		t.Fatal(err)
	}
	if w.get("/client/config").str("notificationUrl") != hook {
		t.Error("the configuration was lost")
	}
	if again := w.post("/users/create", crowd("u", 1)).str("eventId"); again == under {
		t.Error("an eventId came twice")
	}
}

// After much history the file is rewritten at the start; versions and records stay.
func TestCompaction(t *testing.T) {
	file := filepath.Join(t.TempDir(), "apple.jsonl")
	o := applesim.Options{File: file}
	old := newWorld(t, o)
	if err := old.Seed(uid, 200, applesim.SeedOptions{RetiredEvery: 7, AssociatedEvery: 3}); err != nil {
		t.Fatal(err)
	}
	old.run("create", crowd("u", 100))
	_, version, _ := old.walk(url.Values{})
	for range 20 {
		old.run("update", crowd("u", 100))
	}
	before := truth(old.Apple)
	old.Close()
	was, _ := os.Stat(file)
	a, err := applesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, truth(a)); d != "" {
		t.Fatal(d)
	}
	if is, _ := os.Stat(file); is.Size() > was.Size()/2 {
		t.Errorf("%d of %d bytes left", is.Size(), was.Size())
	}
	// 2000 changes of 100 users: all but the last of each are superseded.
	out := record(a, "GET", "/mdm/v2/users?sinceVersionId="+version, old.token.Content, "")
	if n := strings.Count(out.Body.String(), "clientUserId"); n != 100 {
		t.Error(n, "users in the delta")
	}
	a.Close()
	b, err := applesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, truth(b)); d != "" {
		t.Error(d)
	}
	b.Close()
}

// A torn last line is what a kill may leave: it is dropped. A damaged line elsewhere is an error.
func TestTornFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "apple.jsonl")
	w := newWorld(t, applesim.Options{File: file})
	w.run("create", crowd("u", 3))
	before := truth(w.Apple)
	w.Close()
	text, _ := os.ReadFile(file)
	if err := os.WriteFile(file, append(slices.Clone(text), `{"k":"user","user":{"l":0,"i`...), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := applesim.New(applesim.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, truth(a)); d != "" {
		t.Error(d)
	}
	a.Close()
	for _, bad := range []string{"garbage\n", `{"k":"user","user":{"l":9}}` + "\n", `{"k":"user","user":{"l":0,"i":99}}` + "\n", `{"k":"token"}` + "\n", `{"k":"key","key":"zz"}` + "\n"} {
		if err := os.WriteFile(file, append(slices.Clone(text), bad...), 0o600); err != nil {
			t.Fatal(err)
		}
		if a, err := applesim.New(applesim.Options{File: file}); err == nil {
			t.Errorf("%q was swallowed", bad)
			a.Close()
		}
	}
}

// kill -9: what was answered is kept. The test starts itself as the process to be killed.
func TestKill(t *testing.T) {
	if file := os.Getenv("APPLESIM_KILL"); file != "" {
		w := newWorld(t, applesim.Options{File: file})
		for i := 0; ; i++ {
			w.run("create", people(person{"clientUserId": fmt.Sprint("k", i)}))
			fmt.Println("done", i)
		}
	}
	file := filepath.Join(t.TempDir(), "apple.jsonl")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKill$")
	child.Env = append(os.Environ(), "APPLESIM_KILL="+file)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, err := fmt.Sscanf(lines.Text(), "done %d", &last); err == nil && last == 50 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // killed: an error of course
	a, err := applesim.New(applesim.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for i := range last + 1 {
		if u := a.User(uid, fmt.Sprint("k", i)); len(u) != 1 {
			t.Fatalf("answered, then lost: k%d", i)
		}
	}
	if last < 50 {
		t.Error("only", last)
	}
}
