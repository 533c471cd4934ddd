package applesim_test

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

var (
	notes = applesim.AssetKey{AdamID: "408709785", PricingParam: "STDQ"}
	novel = applesim.AssetKey{AdamID: "502351833", PricingParam: "STDQ"}
)

// stocked is a world with an app for ten, a book for five, and users u0 to u4.
func stocked(t *testing.T, o applesim.Options) *world {
	t.Helper()
	w := newWorld(t, o)
	w.stock(applesim.App(notes.AdamID, 10), applesim.Book(novel.AdamID, 5))
	w.run("create", crowd("u", 5))
	return w
}

func (w *world) stock(assets ...applesim.Asset) {
	w.t.Helper()
	for _, s := range assets {
		if err := w.AddAsset(uid, s); err != nil {
			w.t.Fatal(err)
		}
	}
}

// counts is total, available, assigned and retired of an asset as it truly is.
func (w *world) counts(key applesim.AssetKey) string {
	w.t.Helper()
	s, ok := w.Asset(uid, key)
	if !ok {
		w.t.Fatal("no asset", key)
	}
	return fmt.Sprint(s.Total, s.Available(), s.Assigned, s.Retired)
}

func (w *world) wantCounts(key applesim.AssetKey, want string) {
	w.t.Helper()
	if got := w.counts(key); got != want {
		w.t.Fatalf("%s has %s (total, available, assigned, retired), want %s", key.AdamID, got, want)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// Section 4: a retire frees licenses that can be taken back; books stay with the retired record, counted as retired.
func TestRetireFreesLicenses(t *testing.T) {
	w := stocked(t, applesim.Options{})
	w.must(w.AssignByHand(uid, notes, "u0", ""))
	w.must(w.AssignByHand(uid, novel, "u0", ""))
	w.must(w.AssignByHand(uid, notes, "", "C02XYZ"))
	w.wantCounts(notes, "10 8 2 0")
	w.run("retire", crowd("u", 1))
	w.wantCounts(notes, "10 9 1 0")
	w.wantCounts(novel, "5 4 0 1")
	if got := w.AssignmentsOf(uid, "u0"); len(got) != 1 || got[0].AssetKey != novel || got[0].UserStatus != applesim.Retired {
		t.Fatal(got)
	}
	w.run("create", crowd("u", 1))
	w.must(w.AssignByHand(uid, novel, "u0", "")) // the new record is somebody else, until the same account signs in
	w.wantCounts(novel, "5 3 1 1")
	for name, err := range map[string]error{
		"book on a device":   w.AssignByHand(uid, novel, "", "C02XYZ"),
		"book taken back":    w.UnassignByHand(uid, novel, "u0", ""),
		"nobody":             w.AssignByHand(uid, notes, "nobody", ""),
		"twice":              w.AssignByHand(uid, novel, "u0", ""),
		"not held":           w.UnassignByHand(uid, notes, "u3", ""),
		"unknown asset":      w.Buy(uid, applesim.AssetKey{AdamID: "1", PricingParam: "STDQ"}, 1),
		"more than are left": w.Buy(uid, notes, -10),
		"bad asset":          w.AddAsset(uid, applesim.App("x1", 1)),
	} {
		if err == nil {
			t.Error(name, "is allowed")
		}
	}
	w.must(w.Buy(uid, notes, 5))
	w.must(w.Buy(uid, notes, -14))
	w.wantCounts(notes, "1 0 1 0")
	if err := w.AssignByHand(uid, notes, "u3", ""); !errors.Is(err, applesim.ErrTooFew) {
		t.Error(err)
	}
}

// Section 4: what cannot be taken back follows the person, whichever record survives a return with the same account.
func TestBooksFollowThePerson(t *testing.T) {
	for _, same := range []applesim.SameAccount{applesim.NewSurvives, applesim.OldSurvives, applesim.OldDeleted} {
		w := stocked(t, applesim.Options{Quirks: applesim.Quirks{SameAccount: same}})
		accept := func() {
			_, err := w.Accept(w.User(uid, "u0")[0].InviteCode, "u0@home.example")
			w.must(err)
		}
		accept()
		w.must(w.AssignByHand(uid, novel, "u0", ""))
		w.run("retire", crowd("u", 1))
		w.wantCounts(novel, "5 4 0 1")
		w.run("create", crowd("u", 1))
		w.must(w.AssignByHand(uid, notes, "u0", ""))
		accept()
		w.wantCounts(novel, "5 4 1 0")
		w.wantCounts(notes, "10 9 1 0")
		for _, g := range w.AssignmentsOf(uid, "u0") {
			if g.UserStatus != applesim.Associated {
				t.Error(same, g)
			}
		}
	}
}

// An assignment accepted before a restart is made after it.
func TestRestartFinishesAssignments(t *testing.T) {
	now := newClock()
	o := applesim.Options{File: filepath.Join(t.TempDir(), "apple.jsonl"), Now: now.Now, EventDelay: applesim.Range{Min: time.Minute}}
	old := newWorld(t, o)
	old.stock(applesim.App(app, 10))
	id := old.want(old.post("/assets/associate", give(nil, []string{"C01", "C02"}, asset(app, "STDQ"))), 200, 0).str("eventId")
	_, v, _ := old.walkList("/assignments", "assignments", url.Values{})
	old.must(old.Close())
	w := newWorld(t, o)
	w.token = old.token
	w.wantNumbers(w.get("/status?eventId="+id), "PENDING", 0, 2)
	now.add(time.Minute)
	w.wantNumbers(w.get("/status?eventId="+id), "COMPLETE", 2, 2)
	if seen, _, _ := w.walkList("/assignments", "assignments", url.Values{"sinceVersionId": {v}}); ids(seen) != "C01/"+app+" C02/"+app {
		t.Error(seen)
	}
	w.wantCounts(notes, "10 8 2 0")
}

// A restart keeps assets, assignments and counts, with and without compaction.
func TestLicensesInFile(t *testing.T) {
	o := applesim.Options{File: filepath.Join(t.TempDir(), "apple.jsonl")}
	w := stocked(t, o)
	for range 400 { // enough history for a compaction
		w.must(w.AssignByHand(uid, notes, "u1", ""))
		w.must(w.UnassignByHand(uid, notes, "u1", ""))
		w.must(w.Buy(uid, notes, 1))
	}
	w.must(w.AssignByHand(uid, novel, "u0", ""))
	w.must(w.AssignByHand(uid, notes, "", "C02XYZ"))
	w.must(w.SeedAssignments(uid, 3, applesim.SeedAssignmentsOptions{
		Assets: []applesim.AssetKey{notes}, Holder: func(n int) (string, string) { return fmt.Sprint("u", n), "" },
	}))
	w.run("retire", crowd("u", 2))
	licenses := func(a *applesim.Apple) string {
		return fmt.Sprint(slices.Collect(a.Assignments(uid)), a.Assets(uid), a.AssignmentsOn(uid, "C02XYZ"))
	}
	before := licenses(w.Apple)
	w.must(w.Close())
	for range 2 {
		a, err := applesim.New(o)
		w.must(err)
		if d := cmp.Diff(before, licenses(a)); d != "" {
			t.Fatal(d)
		}
		w.must(a.Close())
	}
}
