package store_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var (
	epoch = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	admin = vpp.Actor{ID: "op", Name: "anna", From: "192.0.2.1"}
)

func clock() time.Time { return epoch }

// forgetful is a queue that promises and forgets.
type forgetful struct{}

func (forgetful) InsertSQL(context.Context, *sql.Tx, []vpp.Job) error { return nil }
func (forgetful) InsertPgx(context.Context, pgx.Tx, []vpp.Job) error  { return nil }

func open(t *testing.T, url string) *store.DB {
	t.Helper()
	db := storetest.Open(t, url, clock)
	db.Use(forgetful{})
	if err := db.EnsureDefaultLocation(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func home(t *testing.T, db *store.DB) vpp.LocationID {
	t.Helper()
	l, err := db.Location(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

func exec(t *testing.T, db *store.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, db *store.DB, u vpp.User, locations ...vpp.LocationID) vpp.User {
	t.Helper()
	u.ID, u.CreatedAt, u.UpdatedAt = vpp.UserID(storetest.NewID()), epoch, epoch
	if len(locations) == 0 {
		locations = []vpp.LocationID{home(t, db)}
	}
	if err := db.CreateUser(t.Context(), admin, u, locations); err != nil {
		t.Fatal(err)
	}
	return u
}

// crowd makes people with many equal names, in every status, and returns them
// as they are seen, in the order in which they came.
func crowd(t *testing.T, db *store.DB, n int) []vpp.Person {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	var people []vpp.Person
	var paused []vpp.UserID
	for i := range n {
		u := vpp.User{
			FirstName: pick("Anna", "Ben", "Zoë", "Ägidius", "李"), LastName: pick("Meyer", "Müller", "O'Neil", "100%", "a_b", `c\d`, `e"f`, "王"),
			UserName: fmt.Sprintf("user%d", i),
		}
		u.FullName = u.FirstName + " " + u.LastName
		if r.IntN(4) > 0 {
			u.Email = fmt.Sprintf("%d@example.org", i)
		}
		if r.IntN(3) == 0 {
			u.Groups = []string{"3a"}
		}
		u = add(t, db, u)
		apple := []vpp.AppleStatus{"", "Registered", "Associated", "Retired", "Deleted"}[r.IntN(5)]
		exec(t, db, `UPDATE program_users SET apple_status = $2, handed_over_at = $3, associated_at = $4, retired_at = $5,
			pending = $6, mail_problem = $7, apple_error = $8 WHERE user_id = $1`, u.ID, apple, r.IntN(2)*r.IntN(4), r.IntN(4), r.IntN(4),
			pick("", "", "create"), pick("", "", "refused"), r.IntN(2)*9609)
		if i%4 == 0 {
			paused = append(paused, u.ID)
		}
	}
	if done, err := db.PausePeople(t.Context(), admin, vpp.Selection{IDs: paused}, true); err != nil || done != len(paused) {
		t.Fatal(done, err)
	}
	err := db.EachPerson(t.Context(), vpp.Selection{All: true}, func(some []vpp.Person) error {
		people = append(people, some...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(people) != n {
		t.Fatalf("%d people, want %d", len(people), n)
	}
	slices.SortFunc(people, func(a, b vpp.Person) int { return cmp.Compare(number(a), number(b)) })
	return people
}

// number is how many people came before.
func number(p vpp.Person) (n int) {
	_, _ = fmt.Sscanf(p.UserName, "user%d", &n)
	return n
}

// expected is what a list has to show, by a plain filter and sort.
func expected(people []vpp.Person, f vpp.Filter, sort vpp.Sort) []vpp.UserID {
	needle := strings.TrimSpace(vpp.User{FullName: strings.TrimSpace(f.Search)}.SearchText())
	var list []int
	for i, p := range people {
		fits := f.Status == "" || p.Program.VPPStatus() == f.Status
		switch f.Attention {
		case vpp.AttentionWaiting:
			fits = fits && p.Program.Pending != ""
		case vpp.AttentionMail:
			fits = fits && p.Program.MailProblem != ""
		case vpp.AttentionRefused:
			fits = fits && p.Program.AppleError != 0
		case vpp.AttentionNoAddress:
			fits = fits && p.Email == ""
		case vpp.AttentionPaused:
			fits = fits && p.Paused()
		}
		fits = fits && (f.Group == "" || slices.Contains(p.Groups, f.Group))
		if len([]rune(needle)) < 3 {
			fits = fits && strings.HasPrefix(p.SortKey(), needle)
		} else {
			fits = fits && strings.Contains(p.SearchText(), needle)
		}
		if fits {
			list = append(list, i)
		}
	}
	name, desc := strings.CutPrefix(string(sort), "-")
	slices.SortStableFunc(list, func(i, j int) int {
		a, b := people[i], people[j]
		order := cmp.Or(strings.Compare(a.SortKey(), b.SortKey()), cmp.Compare(i, j))
		switch {
		case len([]rune(needle)) >= 3:
			return cmp.Compare(i, j)
		case vpp.Sort(name) == vpp.SortStatus:
			order = cmp.Or(strings.Compare(string(a.Program.VPPStatus()), string(b.Program.VPPStatus())), order)
		case vpp.Sort(name) == vpp.SortSince:
			order = cmp.Or(since(a.Program).Compare(since(b.Program)), cmp.Compare(i, j))
		}
		if desc {
			return -order
		}
		return order
	})
	ids := make([]vpp.UserID, len(list))
	for i, at := range list {
		ids[i] = people[at].ID
	}
	return ids
}

func since(p vpp.ProgramUser) time.Time {
	switch p.VPPStatus() {
	case vpp.Registered:
		return p.AssociatedAt
	case vpp.Invited:
		return p.HandedOverAt
	case vpp.Removed:
		return p.RetiredAt
	}
	return epoch
}

// walk follows the cursors in one direction.
func walk(t rapid.TB, db *store.DB, f vpp.Filter, sort vpp.Sort, page vpp.Page, back bool) (ids []vpp.UserID, last vpp.List[vpp.Person]) {
	for {
		list, err := db.ListPeople(context.Background(), f, sort, page)
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Items) > page.Limit {
			t.Fatalf("%d people on a page of %d", len(list.Items), page.Limit)
		}
		if len(list.Items) == 0 && page.After+page.Before != "" {
			t.Fatal("a cursor leads to an empty page")
		}
		var some []vpp.UserID
		for _, p := range list.Items {
			some = append(some, p.ID)
		}
		if back {
			ids = append(some, ids...)
			page.Before = list.Prev
		} else {
			ids = append(ids, some...)
			page.After = list.Next
		}
		last = list
		if page.Before+page.After == "" {
			return ids, last
		}
		if len(ids) > 10_000 {
			t.Fatal("the list does not end")
		}
	}
}

// F-01: whatever the filter, the order and the size of a page, going through
// the pages shows everybody once, there and back.
func TestListPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		people := crowd(t, db, 150)
		sorts := []vpp.Sort{"", vpp.SortName, vpp.SortNameRev, vpp.SortStatus, "-" + vpp.SortStatus, vpp.SortSince, vpp.SortSinceRv}
		statuses := append([]vpp.VPPStatus{""}, vpp.VPPStatuses[:]...)
		attentions := []vpp.Attention{"", vpp.AttentionWaiting, vpp.AttentionMail, vpp.AttentionRefused, vpp.AttentionNoAddress, vpp.AttentionPaused}
		check := func(t rapid.TB, f vpp.Filter, sort vpp.Sort, limit int) {
			want := expected(people, f, sort)
			there, last := walk(t, db, f, sort, vpp.Page{Limit: limit}, false)
			if diff := gocmp.Diff(want, there); diff != "" && len(want)+len(there) > 0 {
				t.Fatalf("%+v by %q, %d a page (-want +got):\n%s", f, sort, limit, diff)
			}
			if last.Prev == "" {
				return
			}
			back, _ := walk(t, db, f, sort, vpp.Page{Limit: limit, Before: last.Prev}, true)
			if diff := gocmp.Diff(want[:len(want)-len(last.Items)], back); diff != "" {
				t.Fatalf("back through %+v by %q, %d a page (-want +got):\n%s", f, sort, limit, diff)
			}
		}
		for _, sort := range sorts { // all of them once, whole and in pages
			for _, status := range statuses {
				for _, attention := range attentions {
					check(t, vpp.Filter{Status: status, Attention: attention}, sort, 7)
				}
			}
			check(t, vpp.Filter{Group: "3a"}, sort, 1000)
		}
		rapid.Check(t, func(rt *rapid.T) {
			check(rt, vpp.Filter{
				Status:    rapid.SampledFrom(statuses).Draw(rt, "status"),
				Attention: rapid.SampledFrom(attentions).Draw(rt, "attention"),
				Group:     rapid.SampledFrom([]string{"", "3a"}).Draw(rt, "group"),
				Search:    rapid.SampledFrom([]string{"", "m", "me", " MEYER ", "müll", "zoë", "example.org", "user1", "0%", "%", "100%", "a_b", "a_", `c\d`, `\`, `e"f`, `"`, "o'n", "王 ", "李 王", "nobody", "anna m"}).Draw(rt, "search"),
			}, rapid.SampledFrom(sorts).Draw(rt, "sort"), rapid.IntRange(1, 60).Draw(rt, "limit"))
		})
	})
}

func TestListPeopleCursor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		crowd(t, db, 5)
		list, err := db.ListPeople(t.Context(), vpp.Filter{}, vpp.SortName, vpp.Page{Limit: 2})
		if err != nil || list.Next == "" {
			t.Fatal(list, err)
		}
		for _, sort := range []vpp.Sort{vpp.SortNameRev, vpp.SortSince, vpp.SortStatus} {
			if _, err := db.ListPeople(t.Context(), vpp.Filter{}, sort, vpp.Page{After: list.Next}); vpp.KindOf(err) != vpp.Invalid {
				t.Errorf("a cursor of the names in the order %q: %v", sort, err)
			}
		}
		for _, cursor := range []string{"x", "e30", "W10", "WyJhIl0", list.Next[1:]} {
			if _, err := db.ListPeople(t.Context(), vpp.Filter{}, vpp.SortName, vpp.Page{After: cursor}); vpp.KindOf(err) != vpp.Invalid {
				t.Errorf("cursor %q: %v", cursor, err)
			}
		}
		if _, err := db.ListPeople(t.Context(), vpp.Filter{Location: "nowhere"}, "", vpp.Page{}); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("a location that is not: %v", err)
		}
	})
}

// A selection of all is the filter less the exceptions; one of some is them.
func TestEachPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		people := crowd(t, db, 30)
		gather := func(s vpp.Selection) (ids []vpp.UserID) {
			if err := db.EachPerson(t.Context(), s, func(some []vpp.Person) error {
				for _, p := range some {
					ids = append(ids, p.ID)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			slices.Sort(ids)
			return ids
		}
		for _, f := range []vpp.Filter{{}, {Status: vpp.Invited}, {Search: "meyer"}, {Search: "me"}, {Group: "3a"}, {Group: "3a", Search: "meyer"}} {
			want := expected(people, f, "")
			slices.Sort(want)
			if diff := gocmp.Diff(want, gather(vpp.Selection{Filter: f, All: true})); diff != "" {
				t.Errorf("all of %+v (-want +got):\n%s", f, diff)
			}
		}
		one, two := people[3].ID, people[4].ID
		if diff := gocmp.Diff([]vpp.UserID{one, two}, gather(vpp.Selection{IDs: []vpp.UserID{two, "gone", one}})); diff != "" {
			t.Error(diff)
		}
		if got := gather(vpp.Selection{All: true, IDs: []vpp.UserID{one, two}}); len(got) != 28 || slices.Contains(got, one) {
			t.Errorf("all less two: %d people", len(got))
		}
	})
}

// S0-10…S0-13: the generated column is vpp.DeriveVPPStatus, for every
// combination of facts, and the kept counts follow.
func TestVPPStatusColumn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		for _, apple := range []vpp.AppleStatus{vpp.AppleNone, vpp.AppleRegistered, vpp.AppleAssociated, vpp.AppleRetired, vpp.AppleDeleted, "New"} {
			for _, handed := range []int{0, 5} {
				for _, pending := range []vpp.Write{vpp.WriteNone, vpp.WriteCreate, vpp.WriteUpdate, vpp.WriteRetire} {
					u := add(t, db, vpp.User{FullName: "Anna", Email: "a@example.org"})
					exec(t, db, "UPDATE program_users SET apple_status = $2, handed_over_at = $3, pending = $4 WHERE user_id = $1", u.ID, apple, handed, pending)
					want := vpp.DeriveVPPStatus(apple, handed > 0)
					list, err := db.ListPeople(t.Context(), vpp.Filter{Status: want}, "", vpp.Page{Limit: vpp.MaxPage})
					if err != nil {
						t.Fatal(err)
					}
					if !slices.ContainsFunc(list.Items, func(p vpp.Person) bool { return p.ID == u.ID }) {
						t.Errorf("%q handed over %d, pending %q is not %s in the table", apple, handed, pending, want)
					}
				}
			}
		}
		checkCounts(t, db)
	})
}

// checkCounts compares the kept counts of all locations to the people there.
func checkCounts(t *testing.T, db *store.DB) {
	t.Helper()
	locations, err := db.Locations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range locations {
		want := map[vpp.VPPStatus]int{}
		if err := db.EachPerson(t.Context(), vpp.Selection{Filter: vpp.Filter{Location: l.ID}, All: true}, func(some []vpp.Person) error {
			for _, p := range some {
				want[p.Program.VPPStatus()]++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		got, err := db.CountPeople(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range vpp.VPPStatuses {
			if got.Status[s] != want[s] {
				t.Errorf("%s: %d are %s, counted %d", l.Name, want[s], s, got.Status[s])
			}
		}
	}
}

func TestCountPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		people := crowd(t, db, 60)
		second := further(t, db, "Second")
		if _, err := db.PlacePeople(t.Context(), admin, second, vpp.Selection{All: true}); err != nil {
			t.Fatal(err)
		}
		checkCounts(t, db)
		r := rand.New(rand.NewPCG(3, 4))
		for range 60 {
			u := people[r.IntN(len(people))].User
			switch r.IntN(4) {
			case 0:
				exec(t, db, "UPDATE program_users SET handed_over_at = 7 WHERE user_id = $1", u.ID)
			case 1:
				exec(t, db, "UPDATE program_users SET apple_status = $2 WHERE user_id = $1", u.ID, []string{"", "Registered", "Associated", "Retired"}[r.IntN(4)])
			case 2:
				exec(t, db, "UPDATE program_users SET apple_status = 'Registered' WHERE vpp_status = 'removed'")
			case 3:
				exec(t, db, "DELETE FROM users WHERE id = $1", u.ID)
			}
		}
		checkCounts(t, db)
		if err := db.FoldCounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		checkCounts(t, db)
		counts, err := db.CountPeople(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []vpp.Attention{vpp.AttentionWaiting, vpp.AttentionMail, vpp.AttentionRefused, vpp.AttentionNoAddress, vpp.AttentionPaused, vpp.AttentionStuck} {
			n, _ := walk(t, db, vpp.Filter{Attention: a}, "", vpp.Page{Limit: vpp.MaxPage}, false)
			if counts.Attention[a] != len(n) {
				t.Errorf("%s: counted %d of %d", a, counts.Attention[a], len(n))
			}
		}
	})
}

func further(t *testing.T, db *store.DB, name string) vpp.LocationID {
	t.Helper()
	l := vpp.Location{ID: vpp.LocationID(storetest.NewID()), Name: name, UID: "uid of " + name, CreatedAt: epoch}
	l.Token.AddedAt, l.Token.ExpiresAt = epoch, epoch.AddDate(1, 0, 0)
	if err := db.AddLocation(t.Context(), admin, l, "sealed"); err != nil {
		t.Fatal(err)
	}
	return l.ID
}
