package store_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// inviteHouse is a store with a location and its clock.
func inviteHouse(t *testing.T, url string, now vpp.Clock) *store.DB {
	t.Helper()
	db := storetest.Open(t, url, now)
	q, err := queue.New(t.Context(), db.SQLite(), db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	db.Use(q)
	inviteExec(t, db, "INSERT INTO locations (id, name, is_default, created_at) VALUES ('l', 'School', $1, 1)", true)
	return db
}

func inviteExec(t *testing.T, db *store.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// The doctor's groups in SQL are those of vpp.CaseOf, over every combination
// of facts; and each group lists exactly its own people.
func TestCasesAgree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		db := inviteHouse(t, url, time.Now)
		n := 0
		for _, status := range []string{"", "Registered", "Associated", "Retired", "Deleted"} {
			for _, pending := range []string{"", "create", "update", "retire"} {
				for bits := range 256 {
					n++
					email, managed, handed, appleError, corrected := "", "", 0, 0, 0
					if bits&1 > 0 {
						email = fmt.Sprintf("p%d@x.test", n)
					}
					if bits&2 > 0 {
						managed = "m@x.test"
					}
					if bits&4 > 0 {
						handed = 5
					}
					if bits&8 > 0 {
						appleError = 9635
					}
					if bits&16 > 0 {
						corrected = 9
					}
					paused := bits >> 7 * 7
					bad, why := "", ""
					switch bits >> 5 & 3 {
					case 1:
						bad, why = email, string(vpp.DeliveryRefused)
					case 2:
						bad, why = "corrected@x.test", string(vpp.DeliveryRefused)
					case 3:
						bad, why = email, string(vpp.DeliveryComplained)
					}
					inviteExec(t, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
						managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at, bad_email, bad_email_why, paused_at)
						VALUES ($1, '', '', '', '', '', $1, $2, $2, $3, '', '', '', '', 'x', 1, $4, $5, $6, $7)`, fmt.Sprintf("u%04d", n), email, managed, 3+corrected, bad, why, paused)
					inviteExec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, apple_status, pending, handed_over_at, apple_error, apple_error_at, managed_error)
						VALUES ($1, $2, 'l', 'x', $3, 1, $4, $5, $6, $7, 5, $8)`, fmt.Sprintf("p%04d", n), fmt.Sprintf("u%04d", n), email == "", status, pending, handed, appleError, bits&8)
				}
			}
		}
		everybody := vpp.Selection{All: true}
		want := map[vpp.Case]int{}
		var ids []vpp.UserID
		err := db.EachPerson(t.Context(), everybody, func(people []vpp.Person) error {
			for _, p := range people {
				want[vpp.CaseOf(p)]++
				ids = append(ids, p.ID)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]vpp.Selection{"all": everybody, "chosen": {IDs: ids}} {
			counts, err := db.CountCases(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			got := map[vpp.Case]int{}
			for _, c := range counts {
				got[c.Case] += c.N
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-Go +SQL):\n%s", name, diff)
			}
		}
		for c, n := range want {
			list, err := db.ListCases(t.Context(), everybody, []vpp.Case{c}, vpp.Page{Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			if len(list.Items) != n {
				t.Errorf("%+v lists %d people, want %d", c, len(list.Items), n)
			}
		}
	})
}

// Pain 41: a new link can be asked for, but not again and again; visits
// stay bounded.
func TestVisits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Helper()
		clock := time.UnixMilli(1_900_000_000_000)
		db := inviteHouse(t, url, func() time.Time { return clock })
		inviteExec(t, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
			VALUES ('u', '', '', '', '', '', 'A', 'a@x.test', 'a@x.test', '', '', '', '', '', 'a', 1, 1)`)
		inviteExec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, apple_status, generation)
			VALUES ('p', 'u', 'l', 'a', $1, 1, 'Registered', 1)`, false)
		held, err := db.CopyLink(t.Context(), vpp.Server, "u", "", clock.Add(time.Hour), func(vpp.Person) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			if err := db.NoteVisit(t.Context(), held.ID, vpp.VisitOpened, "iphone"); err != nil {
				t.Fatal(err)
			}
		}
		renew := func() error { return db.RenewLink(t.Context(), held.ID, clock.Add(24*time.Hour), "iphone") }
		sent := 0
		for range 200 { // every 5 minutes, over 16 hours
			switch err := renew(); vpp.KindOf(err) {
			case vpp.Exhausted:
			default:
				if err != nil {
					t.Fatal(err)
				}
				sent++
			}
			clock = clock.Add(5 * time.Minute)
		}
		if sent != 5 {
			t.Errorf("%d new links in a day, want 5", sent)
		}
		clock = clock.Add(25 * time.Hour)
		if err := renew(); err != nil {
			t.Errorf("the next day: %v", err)
		}
		h, err := db.CaseHistory(t.Context(), "u", "")
		if err != nil {
			t.Fatal(err)
		}
		var open int
		for _, d := range h.Deliveries {
			if d.Outcome.Open() {
				open++
			}
		}
		if open != 1 || len(h.Deliveries) != 6 || h.Deliveries[0].Address != "a@x.test" {
			t.Errorf("letters: %d open of %+v", open, h.Deliveries)
		}
		if h.Invitations[0].Revision != 2 || h.Invitations[0].OpenedOn != "iphone" { // expired once, before the last
			t.Errorf("the invitation: %+v", h.Invitations[0])
		}
		n, err := db.Query(t.Context(), "SELECT count(*) FROM visits")
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		var visits int
		for n.Next() {
			if err := n.Scan(&visits); err != nil {
				t.Fatal(err)
			}
		}
		if visits > 50 || visits < 10 {
			t.Errorf("%d visits are kept", visits)
		}
	})
}
