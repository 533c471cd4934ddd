package store_test

import (
	"fmt"
	"maps"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var licensed = vpp.AssetID{AdamID: "361309726", PricingParam: "STDQ"}

// licenseHouse is a database with two locations, of which one has the app, and
// a removal that can still be undone.
func licenseHouse(t *testing.T, url string) *store.DB {
	t.Helper()
	db := storetest.Open(t, url, time.Now)
	storetest.AddLocation(t, db, "has", "1")
	storetest.Exec(t, db, "INSERT INTO locations (id, name, is_default, created_at) VALUES ('without', 'Without', FALSE, 2)")
	storetest.Exec(t, db, `INSERT INTO assets (location_id, adam_id, pricing_param, product_type, total, assigned, available, retired, unlimited,
		device_assignable, revocable, platforms, read_at) VALUES ('has', $1, 'STDQ', 'App', 10, 0, 10, 0, FALSE, TRUE, TRUE, '', 1)`, licensed.AdamID)
	storetest.Exec(t, db, `INSERT INTO tasks (id, kind, location_id, title, created_by, created_at, hold_until) VALUES ('leaving', 'delete', 'has', '', '', 1, 2)`)
	return db
}

// F-60, S0-03, S0-10: the state of a wish is the same in SQL as in vpp, over
// every combination of facts; so are the cases that assigning turns on.
func TestWishesAgree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := licenseHouse(t, url)
		want := map[vpp.WishCase]int{}
		states, n := map[vpp.WishState]int{}, 0
		for _, place := range []struct {
			status, pending string
			held, without   bool // being removed, can be undone; registered where the app is not
		}{
			{status: "Associated"},
			{status: "Associated", pending: "update"},
			{status: "Associated", pending: "retire"},
			{status: "Associated", held: true},
			{without: true},
			{status: "Registered"},
			{status: "Retired"},
			{},
		} {
			for bits := range 1 << 6 {
				for _, op := range []vpp.Write{"", vpp.WriteAssociate, vpp.WriteDisassociate} {
					n++
					name := fmt.Sprintf("%05d", n)
					paused, shown := int64(bits&1), bits&2 > 0
					wish := bits&32 == 0
					storetest.AddPerson(t, db, "has", name, vpp.WriteNone)
					storetest.Exec(t, db, "UPDATE users SET paused_at = $2 WHERE id = $1", "user-"+name, paused)
					storetest.Exec(t, db, "UPDATE program_users SET apple_status = $2, pending = $3 WHERE id = $1", "place-"+name, place.status, place.pending)
					if place.held {
						storetest.Exec(t, db, "INSERT INTO task_items (task_id, program_user_id, state, detail, updated_at) VALUES ('leaving', $1, 'queued', '', 1)", "place-"+name)
					}
					if place.without {
						storetest.Exec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, apple_status)
							VALUES ($1, $2, 'without', 'x', FALSE, 1, 'Associated')`, "other-"+name, "user-"+name)
					}
					if shown {
						storetest.Exec(t, db, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at)
							VALUES ('has', $1, 'STDQ', $2, '', 1)`, licensed.AdamID, "client-"+name)
					}
					w := vpp.Wish{Paused: paused > 0, Op: op, Assignable: place.status == "Associated" && place.pending != "retire" && !place.held}
					if shown {
						w.Location = "has"
					}
					ended, number := int64(bits&4), int64(bits&8)
					if ended > 0 {
						w.EndedAt = time.Unix(1, 0)
					}
					w.AppleError = int(number)
					c := vpp.WishCase{Has: shown, Paused: w.Paused, Assignable: w.Assignable, Leaving: place.pending == "retire" || place.held}
					c.Status = vpp.DeriveVPPStatus(vpp.AppleStatus(place.status), false)
					if wish {
						storetest.Exec(t, db, `INSERT INTO license_wishes (user_id, adam_id, pricing_param, wanted_at, wanted_by, task_id, ended_at, op, apple_location, apple_error)
							VALUES ($1, $2, 'STDQ', 1, '', '', $3, $4, $5, $6)`, "user-"+name, licensed.AdamID, ended, string(op), string(w.Location), number)
						states[w.State()]++
						c.Open, c.Ended, c.Asked = ended == 0, ended > 0, op != ""
						c.Refused = c.Open && op == "" && number > 0
					}
					want[c]++
				}
			}
		}
		got, err := db.CountWishes(t.Context(), licensed)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(states, got); diff != "" || len(got) != len(vpp.WishStates()) {
			t.Errorf("states (-vpp +SQL):\n%s", diff)
		}
		counts, err := db.CountWishCases(t.Context(), vpp.Selection{All: true, Filter: vpp.Filter{Location: "has"}}, licensed)
		if err != nil {
			t.Fatal(err)
		}
		found := map[vpp.WishCase]int{}
		for _, c := range counts {
			found[c.Case] += c.N
		}
		if !maps.Equal(want, found) {
			t.Errorf("cases (-vpp +SQL):\n%s", cmp.Diff(want, found))
		}
		// Read one by one, each derives the same.
		derived := map[vpp.WishState]int{}
		for page := (vpp.Page{Limit: 100}); ; {
			list, err := db.Line(t.Context(), licensed, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range list.Items {
				derived[w.State()]++
			}
			if page.After = list.Next; page.After == "" {
				break
			}
		}
		for _, s := range []vpp.WishState{vpp.WishHeld, vpp.WishPaused, vpp.WishInLine, vpp.WishWaiting, vpp.WishRefused} {
			if derived[s] != states[s] {
				t.Errorf("%d in the line are %s, want %d", derived[s], s, states[s])
			}
		}
	})
}

// F-63: the line is in the order in which people accepted, whoever was asked
// for first; pages of it neither skip nor repeat, and know each one's place.
func TestLine(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := licenseHouse(t, url)
		for i := range 7 {
			name := fmt.Sprintf("%04d", i)
			storetest.AddPerson(t, db, "has", name, vpp.WriteNone)
			line := strconv.Itoa(100 - i)
			if i == 2 {
				line = "9007199254740991" // is not registered
			} else {
				storetest.Exec(t, db, "UPDATE program_users SET apple_status = 'Associated', associated_at = 100 - seq WHERE id = $1", "place-"+name)
			}
			storetest.Exec(t, db, `INSERT INTO license_wishes (user_id, adam_id, pricing_param, wanted_at, wanted_by, task_id, line_at)
				VALUES ($1, $2, 'STDQ', 1, 'anna', '', `+line+")", "user-"+name, licensed.AdamID)
		}
		var got []string
		var page vpp.Page
		for page.Limit = 3; ; {
			list, err := db.Line(t.Context(), licensed, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range list.Items {
				got = append(got, fmt.Sprintf("%s %s %d", w.UserID, w.State(), w.Position))
			}
			if page.After = list.Next; page.After == "" {
				back, err := db.Line(t.Context(), licensed, vpp.Page{Limit: 3, Before: list.Prev})
				if err != nil || len(back.Items) != 3 || back.Items[0].UserID != "user-0003" || back.Items[0].Position != 4 {
					t.Errorf("back: %+v %v", back.Items, err)
				}
				break
			}
		}
		want := []string{
			"user-0006 in_line 1", "user-0005 in_line 2", "user-0004 in_line 3", "user-0003 in_line 4", "user-0001 in_line 5", "user-0000 in_line 6", "user-0002 held 0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the line (-want +got):\n%s", diff)
		}
		mine, err := db.Wishes(t.Context(), "user-0003")
		if err != nil || len(mine) != 1 || mine[0].Position != 4 {
			t.Errorf("%+v %v", mine, err)
		}
	})
}
