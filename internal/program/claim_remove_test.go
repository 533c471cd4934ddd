package program_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// leftOf counts the rows that are still about a location, table by table:
// those that the schema has, whatever they are.
func leftOf(t *testing.T, db *store.DB, id vpp.LocationID) string {
	t.Helper()
	tables := "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'location_id'"
	if db.Postgres() != nil {
		tables = "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'location_id'"
	}
	var left []string
	for _, table := range column(t, db, tables) {
		if n := column(t, db, "SELECT CAST(count(*) AS TEXT) FROM "+table+" WHERE location_id = $1", id)[0]; n != "0" && table != "tasks" && table != "imports" && table != "webhooks" {
			left = append(left, table+" "+n)
		}
	}
	return strings.Join(left, ", ")
}

func column(t *testing.T, db *store.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

func wantConflict(t *testing.T, err error, field, sentence string) {
	t.Helper()
	e, ok := errors.AsType[*vpp.Error](err)
	if !ok || e.Field != field || !strings.Contains(e.Message, sentence) {
		t.Errorf("got %v, want %q about %q", err, sentence, field)
	}
}

// A location that was added by mistake goes: what is ours at Apple first, then
// its token, places and all that was read. People stay, each with a place; it
// is refused while records of theirs live, or work is under way.
func TestRemoveLocation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := reached(t, url, applesim.Options{})
		storetest.Exec(t, w.db, "INSERT INTO locations (id, name, is_default, created_at, uid) VALUES ('south', 'South', FALSE, 2, 'uid-s')")
		storetest.Exec(t, w.db, "INSERT INTO tenders (location_id) VALUES ('south')")
		storetest.AddPeople(t, w.db, school, 5, vpp.WriteCreate)
		storetest.Exec(t, w.db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at)
			VALUES ('south-0', 'user-0000', 'south', 'x', FALSE, 1)`)
		wantConflict(t, w.RemoveLocation(t.Context(), anna, school, false), "", "5 changes of people wait for Apple")
		w.settle(t)
		w.wantTold(t)
		p, err := w.PreviewRemoveLocation(t.Context(), school)
		if err != nil || p.People != 5 || p.Only != 4 || p.Invited != 5 || p.Registered != 0 || p.Untold != "" {
			t.Errorf("%+v %v", p, err)
		}
		for _, without := range []bool{false, true} {
			wantConflict(t, w.RemoveLocation(t.Context(), anna, school, without), "", "5 people of Test School have a living record at Apple (0 registered, 5 not yet): use Delete from VPP first")
		}
		task, err := w.StartDelete(t.Context(), anna, all, true, "")
		if err != nil {
			t.Fatal(err)
		}
		wantConflict(t, w.RemoveLocation(t.Context(), anna, school, false), "", "1 task is under way")
		w.expand(t, task.ID)
		w.settle(t)
		if w.claimant(t) == "" {
			t.Error("a refused removal let the location go")
		}
		storetest.Exec(t, w.db, "INSERT INTO strangers (location_id, client_user_id, apple_status, apple_email, account_hash, read_at) VALUES ($1, 's', 'Registered', '', '', 1)", school)
		storetest.Exec(t, w.db, "INSERT INTO notifications (id, location_id, at) VALUES ('n', $1, 1)", school)
		storetest.Exec(t, w.db, "INSERT INTO webhooks (id, name, url, secret_sealed, location_id, created_at) VALUES ('w', 'desk', 'https://desk.test', '', $1, 1)", school)
		storetest.Exec(t, w.db, `INSERT INTO license_wishes (user_id, adam_id, pricing_param, wanted_at, wanted_by, task_id, line_at, apple_location, op, send_location, batch_id)
			VALUES ('user-0001', '1', 'STDQ', 1, '', '', 5, $1, 'disassociate', $1, 'b')`, school)

		if err := w.RemoveLocation(t.Context(), anna, school, false); err != nil {
			t.Fatal(err)
		}
		if got := w.told(t); w.claimant(t) != "" || got.NotificationURL != "" {
			t.Errorf("Apple still shows %+v", got)
		}
		if _, err := w.db.Location(t.Context(), school); vpp.KindOf(err) != vpp.NotFound {
			t.Error(err)
		}
		if left := leftOf(t, w.db, school); left != "" {
			t.Errorf("left: %s", left)
		}
		if said := column(t, w.db, "SELECT off_why FROM webhooks WHERE off_at > 0"); len(said) != 1 || said[0] != "Its location was removed." {
			t.Errorf("the webhook: %q", said)
		}
		if wish := column(t, w.db, "SELECT apple_location || op || send_location || batch_id || line_at FROM license_wishes"); wish[0] != "9007199254740991" {
			t.Errorf("the wish: %q", wish)
		}
		w.wantPlaces(t, "user-0000 South, user-0001 Without a location, user-0002 Without a location, user-0003 Without a location, user-0004 Without a location")
		counts, err := w.db.CountPeople(t.Context(), "")
		if err != nil || counts.Total != 1 {
			t.Errorf("South is the default location: %+v %v", counts, err)
		}
		said := column(t, w.db, "SELECT actor || ' ' || summary || before FROM entries WHERE action = 'location.remove'")
		if len(said) != 1 || !strings.HasPrefix(said[0], "anna Test School was removed.") || !strings.Contains(said[0], `"uid":"`+w.uid+`"`) || !strings.Contains(said[0], `"people":5`) {
			t.Errorf("the history says %q", said)
		}
		w.settle(t) // a promise that is left does nothing
		if err := w.RemoveLocation(t.Context(), anna, school, false); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("removed twice: %v", err)
		}

		nowhere := vpp.LocationID(column(t, w.db, "SELECT id FROM locations WHERE name = $1", vpp.NowhereName)[0])
		wantConflict(t, w.RemoveLocation(t.Context(), anna, nowhere, false), "", "4 people have no place but in Without a location")
		if _, err := w.db.PlacePeople(t.Context(), anna, "south", vpp.Selection{All: true, Filter: vpp.Filter{Location: nowhere}}); err != nil {
			t.Fatal(err)
		}
		if err := w.RemoveLocation(t.Context(), anna, nowhere, false); err != nil {
			t.Error(err)
		}
		w.wantPlaces(t, "user-0000 South, user-0001 South, user-0002 South, user-0003 South, user-0004 South")
	})
}

// wantPlaces holds where everybody has their places.
func (w *world) wantPlaces(t *testing.T, want string) {
	t.Helper()
	got := strings.Join(column(t, w.db, `SELECT p.user_id || ' ' || l.name FROM program_users p JOIN locations l ON l.id = p.location_id
		WHERE p.apple_status = '' AND p.client_user_id = '' ORDER BY p.user_id, l.name`), ", ")
	if got != want {
		t.Errorf("places: %s, want %s", got, want)
	}
}

// The only location that there is makes way for the empty one that every
// installation begins with.
func TestRemoveOnlyLocation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 2, vpp.WriteNone)
		w.wake(t, true)
		if err := w.RemoveLocation(t.Context(), anna, school, false); err != nil {
			t.Fatal(err)
		}
		l, err := w.db.Location(t.Context(), "")
		if err != nil || l.Name != vpp.DefaultLocationName || l.UID != "" || !l.Default {
			t.Errorf("%+v %v", l, err)
		}
		w.wantPlaces(t, "user-0000 Your organization, user-0001 Your organization")
		wantConflict(t, w.RemoveLocation(t.Context(), anna, l.ID, false), "", "There is nothing to remove")
	})
}

// Where Apple cannot be told, a location is removed only if somebody says so.
func TestRemoveLocationUntold(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*testing.T, *world)
		says   string
	}{
		"the token is dead": {func(t *testing.T, w *world) {
			if err := w.apple.RevokeToken(w.token); err != nil {
				t.Fatal(err)
			}
			w.wake(t, true)
		}, "The content token of Test School does not work any more"},
		"another server has it": {func(t *testing.T, w *world) { w.writes(t, thief); w.wake(t, true); w.wake(t, true) }, "“Other MDM” manages Test School"},
		"Apple is unwell": {func(_ *testing.T, w *world) {
			w.wire.step(func(call string, _ int) *http.Response {
				if strings.HasSuffix(call, "client/config") {
					return unwell()
				}
				return nil
			}, nil)
		}, "Apple could not be told that this server lets Test School go."},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := newWorld(t, url, applesim.Options{})
				w.wake(t, true)
				w.wantState(t, vpp.ClaimOurs)
				c.before(t, w)
				for range 2 {
					wantConflict(t, w.RemoveLocation(t.Context(), anna, school, false), program.WithoutField, c.says)
				}
				if l := w.school(t); l.UID != w.uid {
					t.Fatal("a refused removal removed it")
				}
				writes := w.wire.of("POST client/config")
				if err := w.RemoveLocation(t.Context(), anna, school, true); err != nil {
					t.Fatal(err)
				}
				if n := w.wire.of("POST client/config") - writes; n != 0 {
					t.Errorf("Apple was told %d times", n)
				}
				if said := column(t, w.db, "SELECT summary FROM entries WHERE action = 'location.remove'"); fmt.Sprint(said) != "[Test School was removed without telling Apple.]" {
					t.Errorf("%q", said)
				}
			})
		})
	}
}

// A location that is removed while it is being read is gone, and its reader goes
// away.
func TestRemoveLocationWhileItIsRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteNone)
		var once sync.Once
		w.wire.step(nil, func(call string, _ int) {
			if strings.HasPrefix(call, "GET users") {
				once.Do(func() {
					if err := w.RemoveLocation(context.Background(), anna, school, true); err != nil {
						t.Error(err)
					}
				})
			}
		})
		if err := w.db.WantRead(t.Context(), school, true); err != nil {
			t.Fatal(err)
		}
		err := w.Tend(t.Context(), vpp.TendLocation{LocationID: school})
		if err != nil && vpp.KindOf(err) != vpp.NotFound {
			t.Error(err)
		}
		w.settle(t)
		if left := leftOf(t, w.db, school); left != "" {
			t.Errorf("left: %s", left)
		}
	})
}
