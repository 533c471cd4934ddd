package program_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// crowd adds many people, as storetest.AddPeople does, and has Apple know them.
func (w *world) crowd(t *testing.T, n int) {
	t.Helper()
	for from := 0; from < n; from += 500 {
		var users, places []string
		for i := from; i < min(from+500, n); i++ {
			users = append(users, strings.ReplaceAll(`('user-N', 'user-N', 'user-N', 'user-N', 'P', 'user-N', 'user-N', 'person.N@example.org',
				'person.N@example.org', '', '', '', '', 'test', 'user-N', 1, 1)`, "N", fmt.Sprintf("%04d", i)))
			places = append(places, strings.ReplaceAll(`('place-N', 'user-N', 'school', 'user-N', FALSE, 1, 'client-N', 1, 'create', 1)`, "N", fmt.Sprintf("%04d", i)))
		}
		storetest.Exec(t, w.db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at) VALUES `+strings.Join(users, ","))
		storetest.Exec(t, w.db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, client_user_id, generation, pending, pending_since)
			VALUES `+strings.Join(places, ","))
	}
	w.settle(t)
}

// retire retires people in Apple's portal.
func (w *world) retire(t *testing.T, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := w.apple.RetireByHand(w.uid, fmt.Sprintf("client-%04d", n)); err != nil {
			t.Fatal(err)
		}
	}
}

// A thief who retires thousands is found out by one full read, before anything
// is sent, and by few calls; and so is whoever retires thousands when Apple
// forgot the version. It goes on over any number of slices (F-56, S1-19).
func TestGreatLoss(t *testing.T) {
	t.Parallel()
	for _, slice := range []time.Duration{8 * time.Second, 20 * time.Millisecond} {
		t.Run(slice.String(), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := newWorldWith(t, url, applesim.Options{}, func(c *program.Config) { c.Slice = slice })
				w.crowd(t, 2600)
				w.writes(t, thief)
				w.wake(t, true)
				w.wantState(t, vpp.ClaimTaken)
				w.retire(t, 100, 1350)
				mark := len(w.wire.since(0))
				if _, err := w.TakeBack(t.Context(), anna, school, "thief"); err != nil {
					t.Fatal(err)
				}
				w.settle(t)
				w.equal(t)
				if l := w.school(t); !l.ReadFirst.IsZero() {
					t.Error("writes still wait")
				}
				if n := len(w.wire.since(mark)); n > 200 {
					t.Errorf("1250 who were retired took %d calls", n)
				}
				if err := w.apple.ForgetVersions(w.uid); err != nil {
					t.Fatal(err)
				}
				w.retire(t, 1350, 2600)
				w.wake(t, false) // 9721: everything is read
				w.equal(t)
			})
		})
	}
}

// Whoever registered anew has a retired record beside the living one: a loss
// among others does not end them.
func TestGreatLossSparesTheLiving(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), applesim.Options{})
	w.crowd(t, 1300)
	w.retire(t, 0, 50)
	w.wake(t, true)
	storetest.Exec(t, w.db, "UPDATE program_users SET pending = 'create', pending_since = 1, generation = 2 WHERE apple_status = 'Retired'")
	w.wake(t, false)
	w.retire(t, 0, 20)
	w.retire(t, 50, 1250)
	w.wake(t, true)
	w.equal(t)
	if n := w.statuses(t)[vpp.AppleRegistered]; n != 80 {
		t.Errorf("%d people live, not 80", n)
	}
}

// Pages that show nobody make nobody gone and cost no call for each; what waits
// for a full read goes on waiting for one that was whole.
func TestEmptyPages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.crowd(t, 2600)
		w.writes(t, thief)
		w.wake(t, true)
		if _, err := w.TakeBack(t.Context(), anna, school, "thief"); err != nil {
			t.Fatal(err)
		}
		w.wire.step(func(call string, _ int) *http.Response {
			if call != "GET users full" && call != "GET users retired" {
				return nil
			}
			page := fmt.Sprintf(`{"uId":%q,"users":[],"currentPageIndex":0,"totalPages":1,"size":0,"versionId":"v"}`, w.uid)
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(page)), Proto: "HTTP/1.1"}
		}, nil)
		mark := w.wire.of("GET users")
		w.settle(t)
		if n := w.wire.of("GET users") - mark; n > 1100 {
			t.Errorf("%d people were asked for by name", n)
		}
		w.equal(t)
		if l := w.school(t); l.ReadFirst.IsZero() || l.NextFullAt.IsZero() || !l.NextFullAt.Equal(l.NextReadAt) {
			t.Errorf("what waits for a full read no longer does, or the next one is late: %+v", l)
		}
		w.wire.step(nil, nil)
		w.wake(t, true)
		w.equal(t)
		if l := w.school(t); !l.ReadFirst.IsZero() {
			t.Error("writes still wait")
		}
	})
}

// manyLicenses is a world in which 1300 people hold an app.
func manyLicenses(t *testing.T, url string) *world {
	t.Helper()
	w := newWorld(t, url, applesim.Options{})
	if err := w.apple.AddAsset(w.uid, applesim.App("361309726", 1500)); err != nil {
		t.Fatal(err)
	}
	w.crowd(t, 1400)
	w.give(t, app, slices.Collect(numbers(0, 1300))...)
	w.wantLibrary(t, true)
	w.sameLibrary(t)
	return w
}

// Many licenses that are gone while pages move take another walk, and not a
// call for each holder.
func TestGreatLossOfLicenses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := manyLicenses(t, url)
		for n := range 1200 {
			w.take(t, app, n)
		}
		pages := w.wire.of("GET assignments")
		w.wire.step(nil, func(call string, n int) {
			if call == "GET assignments" && n == pages+1 {
				w.give(t, app, 1301)
			}
		})
		w.wantLibrary(t, true)
		w.sameLibrary(t)
		if n := w.wire.of("GET assignments") - pages; n > 100 {
			t.Errorf("1200 licenses that were gone took %d calls", n)
		}
	})
}

// Whoever is to be asked for by name is, however many there are.
func TestManyLooks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := manyLicenses(t, url)
		for n := range 1200 {
			w.take(t, app, n)
		}
		storetest.Exec(t, w.db, `INSERT INTO license_looks (location_id, client_user_id, serial_number)
			SELECT DISTINCT location_id, client_user_id, serial_number FROM assignments`)
		w.wantLibrary(t, false)
		w.sameLibrary(t)
	})
}
