package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// benchSync measures reads of what is known already: nothing changed, some
// changed, and what Apple tells by itself.
func benchSync(t *testing.T, e *benchEngine, r *benchReport) {
	_, few := e.measureSync(t, r, r.people(10_000), false)
	large, some := e.measureSync(t, r, r.people(1_000_000), true)
	ratio := large.ours.Seconds() / large.floor.Seconds()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("read %s users and as many licenses in full, nothing changed", million(r.people(1_000_000))),
		floorOf: "A full read of what is as it was: fetching and decoding all pages of users and of assignments alone.",
		floor:   seconds(large.floor), ours: fmt.Sprintf("%s (users %s, licenses %s)", seconds(large.ours), seconds(large.users), seconds(large.ours-large.users)),
		ratio: ratio, aim: "≤ 1.3 ×", met: ratio <= 1.3,
	})
	ratio = some.Seconds() / few.Seconds()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("read %s changes among %s users", million(r.people(10_000)/10), million(r.people(1_000_000))),
		floorOf: fmt.Sprintf("A read of changes: as many changes among %s users.", million(r.people(10_000))),
		floor:   millis(few), ours: millis(some), ratio: ratio, aim: "≤ 1.5 ×", met: ratio <= 1.5,
	})
}

type syncTimes struct{ floor, ours, users time.Duration }

func (e *benchEngine) measureSync(t *testing.T, r *benchReport, n int, notify bool) (full syncTimes, delta time.Duration) {
	database, data := e.seeded(t, n, true)
	w := openSyncWorld(t, n)
	v := benchServer(t, database, w.Apple, data)
	v.addSchool(t, &benchWorld{Token: w.Token})
	l := v.whole(t, time.Time{}, 30*time.Minute)
	analyze(t, v.db)
	full.ours, full.floor = time.Hour, time.Hour
	for range 3 { // the best of three each, in turns
		full.floor = min(full.floor, w.walkAlone(t, n))
		began := time.Now()
		if err := v.db.WantRead(t.Context(), l.ID, true); err != nil {
			t.Fatal(err)
		}
		after := v.whole(t, began, 30*time.Minute)
		if took := time.Since(began); took < full.ours {
			full.ours, full.users = took, after.FullReadAt.Sub(began)
		}
	}
	time.Sleep(5 * time.Second) // what the reads before left for later is done
	var times []time.Duration
	for range 9 {
		w.ask(t, fmt.Sprint("accept ", r.people(10_000)/10))
		began := time.Now()
		if err := v.db.WantRead(t.Context(), l.ID, false); err != nil {
			t.Fatal(err)
		}
		until(t, time.Minute, began, func() bool {
			l, err := v.db.Location(t.Context(), l.ID)
			if err != nil {
				t.Fatal(err)
			}
			if l.ReadAt.After(began) {
				times = append(times, l.ReadAt.Sub(began))
			}
			return l.ReadAt.After(began)
		})
	}
	times = times[2:] // the first find pages as full as reading in bulk left them
	slices.Sort(times)
	if notify {
		e.measureNotified(t, r, v, w, l.ID)
	}
	return full, times[len(times)/2]
}

// whole waits until users and licenses have been read in full since a time.
func (v *testServer) whole(t *testing.T, since time.Time, most time.Duration) (l vpp.Location) {
	t.Helper()
	until(t, most, time.Now(), func() bool {
		all, err := v.db.Locations(t.Context())
		if err != nil || all[0].ReadProblem != "" {
			t.Fatal(err, all[0].ReadProblem)
		}
		l = all[0]
		return l.FullReadAt.After(since) && l.AssignmentsFullReadAt.After(l.FullReadAt) && l.AssignmentsFullReadAt.After(since)
	})
	return l
}

// measureNotified lets people sign in, fifty a second, and looks when each
// shows in the list, read again whenever the stream says that something
// changed.
func (e *benchEngine) measureNotified(t *testing.T, r *benchReport, v *testServer, w *syncWorld, id vpp.LocationID) {
	key, err := v.bootstrap(t.Context(), "bench", "correct horse battery staple")
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(client.Config{Address: v.url, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	until(t, time.Minute, time.Now(), func() bool { // while much is written, Apple's test may come too late
		v.locations.announceAll(t.Context())
		l, err := v.db.Location(t.Context(), id)
		return err == nil && l.NotifyURL != ""
	})
	changes := max(100, r.people(10_000)/10)
	w.ask(t, "reset")
	after := time.Now()
	signedIn := make(chan signIns, 1)
	go func() { signedIn <- w.trickle(changes, 50) }()
	seen := map[string]time.Time{}
	for _, err := range c.Events(t.Context(), "users") {
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.ListUsers(t.Context(), client.Filter{Location: string(id), Status: client.Registered}, "-since", client.Page{Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.Items {
			if _, known := seen[p.ClientUserID]; !known && p.AssociatedAt.After(after) {
				seen[p.ClientUserID] = time.Now()
			}
		}
		if len(seen) >= changes || time.Since(after) > time.Duration(changes)*20*time.Millisecond+20*time.Second {
			break
		}
	}
	var took []time.Duration
	did := <-signedIn
	for i, ms := range did.At {
		at, shown := seen[benchClient(did.Who[i])]
		if !shown {
			t.Fatalf("the person who signed in as number %d never showed", i)
		}
		took = append(took, at.Sub(time.UnixMilli(ms)))
	}
	slices.Sort(took)
	if len(took) == 0 {
		t.Fatal("nobody showed")
	}
	worst := took[len(took)-1]
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("from the sign-in at Apple to the row, %s people at 50 a second (the middle %s)", million(changes), millis(took[len(took)/2])),
		floor: "–", ours: millis(worst) + " at worst", aim: "≤ 2 s", met: worst <= 2*time.Second,
	})
	calls := w.ask(t, "calls")
	least := (changes + 999) / 1000
	r.add(benchRow{
		engine: e.name, what: "the same, calls to Apple for 10,000 such changes",
		floorOf: "Calls for changes: the pages of one read of all of them, which would show nobody before the last has signed in.",
		floor:   million(least * 10_000 / changes), ours: million(calls.Total * 10_000 / changes), aim: "listed", met: true,
	})
}

// syncWorld is a pretend Apple in a process of its own, with as many licenses
// as people.
type syncWorld struct {
	Apple, Token string

	in  io.Writer
	out *bufio.Scanner
}

// signIns are people by number, and when each signed in, in milliseconds.
type signIns struct {
	Who []int
	At  []int64
}

func openSyncWorld(t *testing.T, people int) *syncWorld {
	t.Helper()
	w := &syncWorld{}
	w.in, w.out = startChild(t, "TestBenchSyncWorld", syncVariable, people)
	hear(t, w.out, w)
	return w
}

func (w *syncWorld) ask(t *testing.T, question string) (c worldCalls) {
	t.Helper()
	if _, err := fmt.Fprintln(w.in, question); err != nil {
		t.Fatal(err)
	}
	hear(t, w.out, &c)
	return c
}

// trickle lets people sign in at a pace, and tells who did when.
func (w *syncWorld) trickle(n, perSecond int) (all signIns) {
	_, _ = fmt.Fprintf(w.in, "trickle %d %d\n", n, perSecond)
	for w.out.Scan() {
		if text, ours := cutChild(w.out.Text()); ours {
			_ = json.Unmarshal([]byte(text), &all)
			return all
		}
	}
	return all
}

func cutChild(line string) (string, bool) {
	const mark = "child: "
	if len(line) < len(mark) || line[:len(mark)] != mark {
		return "", false
	}
	return line[len(mark):], true
}

// walkAlone fetches and decodes everything, and does nothing with it.
func (w *syncWorld) walkAlone(t *testing.T, n int) time.Duration {
	t.Helper()
	token, err := appsandbooks.ParseContentToken([]byte(w.Token))
	if err != nil {
		t.Fatal(err)
	}
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.Apple, Token: token.Bearer})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	users, err := c.WalkUsers(t.Context(), appsandbooks.UsersQuery{ActiveOnly: true}, func(*appsandbooks.UsersPage) error { return nil })
	if err != nil || users.Records != n {
		t.Fatal(users, err)
	}
	licenses, err := c.WalkAssignments(t.Context(), appsandbooks.AssignmentsQuery{}, func(*appsandbooks.AssignmentsPage) error { return nil })
	if err != nil || licenses.Records != n {
		t.Fatal(licenses, err)
	}
	return time.Since(began)
}

const (
	syncVariable    = "RSVPP_BENCH_SYNC"
	benchRegistered = 10 // every so-and-so-many-th person is registered already
)

// TestBenchSyncWorld is not a test: it is the child that openSyncWorld starts.
func TestBenchSyncWorld(t *testing.T) {
	options := os.Getenv(syncVariable)
	if options == "" {
		t.Skip("a part of TestBench")
	}
	people := 0
	if err := json.Unmarshal([]byte(options), &people); err != nil {
		t.Fatal(err)
	}
	apple, err := applesim.NewServer(applesim.Options{Limits: applesim.UnlimitedRate(), PlainHooks: true})
	if err != nil {
		t.Fatal(err)
	}
	school, err := apple.AddLocation(applesim.Location{Name: "North School"})
	if err != nil {
		t.Fatal(err)
	}
	if err := apple.Seed(school.UID, people, applesim.SeedOptions{ClientUserID: benchClient, Email: benchEmail, AssociatedEvery: benchRegistered}); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := apple.AddAsset(school.UID, applesim.App(fmt.Sprint(361309720+i), people)); err != nil {
			t.Fatal(err)
		}
	}
	holder := func(n int) (string, string) { return benchClient(n), "" }
	if err := apple.SeedAssignments(school.UID, people, applesim.SeedAssignmentsOptions{Holder: holder}); err != nil {
		t.Fatal(err)
	}
	token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tell(syncWorld{Apple: apple.BaseURL(), Token: token.Content})
	next := -1
	accept := func() (who int, at int64) {
		for {
			next++
			u := apple.User(school.UID, benchClient(next))[0]
			if u.Status != applesim.Registered {
				continue
			}
			at = time.Now().UnixMilli()
			if _, err := apple.Accept(u.InviteCode, u.Email); err != nil {
				t.Error(err)
			}
			return next, at
		}
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var n, perSecond int
		switch {
		case in.Text() == "reset":
			apple.ResetCalls()
			tell(worldCalls{})
		case in.Text() == "calls":
			tell(worldCalls{Total: apple.Calls().Total()})
		case scans(in.Text(), "accept %d", &n): // unheard of, so that the read that follows is the first to see any of it
			apple.SetFaults(applesim.Faults{Chance: map[applesim.Fault]float64{applesim.NoteLost: 1}, Total: -1, Run: -1})
			for range n {
				accept()
			}
			apple.SetFaults(applesim.FaultsNone())
			tell(worldCalls{})
		case scans(in.Text(), "trickle %d %d", &n, &perSecond):
			var all signIns
			for tick := time.NewTicker(time.Second / time.Duration(perSecond)); len(all.At) < n; <-tick.C {
				who, at := accept()
				all.Who, all.At = append(all.Who, who), append(all.At, at)
			}
			tell(all)
		}
	}
}

func scans(text, format string, into ...any) bool {
	n, err := fmt.Sscanf(text, format, into...)
	return err == nil && n == len(into)
}
