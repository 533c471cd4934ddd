package program_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	lending "github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var appID = vpp.AssetID{AdamID: app.AdamID, PricingParam: app.PricingParam}

// office is a second location.
const office vpp.LocationID = "office"

// store is a world whose people have accepted, the last of them first, and
// whose location has so many licenses of the app.
func withApp(t *testing.T, url string, people, licenses int, o applesim.Options) *world {
	t.Helper()
	w := newWorld(t, url, o)
	if err := w.apple.AddAsset(w.uid, applesim.App(app.AdamID, licenses)); err != nil {
		t.Fatal(err)
	}
	storetest.AddPeople(t, w.db, school, people, vpp.WriteCreate)
	w.settle(t)
	for i := people - 1; i >= 0; i-- {
		w.accept(t, w.uid, i)
		w.pass(time.Second)
		w.wake(t, false)
	}
	w.wantLibrary(t, false)
	return w
}

// accept lets one person accept at a location of Apple's.
func (w *world) accept(t *testing.T, uid string, n int) {
	t.Helper()
	for u := range w.apple.Users(uid) {
		if strings.HasSuffix(u.ClientUserID, fmt.Sprintf("client-%04d", n)) && u.Status == applesim.Registered {
			if _, err := w.apple.Accept(u.InviteCode, fmt.Sprintf("p%d@home.test", n)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func (w *world) licenses() *lending.Service { return lending.New(w.db, w.now, storetest.NewID) }

// assign asks for licenses for some, or for all, without tending.
func (w *world) assign(t *testing.T, hold bool, people ...int) vpp.TaskID {
	t.Helper()
	sel := vpp.Selection{All: true, Filter: vpp.Filter{Location: school}}
	if len(people) > 0 {
		sel = vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: usersNo(people...)}
	}
	task, err := w.licenses().Assign(t.Context(), vpp.Actor{Name: "anna"}, sel, appID, hold, "")
	if err != nil {
		t.Fatal(err)
	}
	return w.expanded(t, task)
}

func (w *world) takeBack(t *testing.T, people ...int) vpp.TaskID {
	t.Helper()
	task, err := w.licenses().TakeBack(t.Context(), vpp.Actor{Name: "anna"}, vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: usersNo(people...)}, appID, "")
	if err != nil {
		t.Fatal(err)
	}
	return w.expanded(t, task)
}

func (w *world) expanded(t *testing.T, task vpp.Task) vpp.TaskID {
	t.Helper()
	if err := w.licenses().Expand(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	return task.ID
}

func usersNo(people ...int) (ids []vpp.UserID) {
	for _, n := range people {
		ids = append(ids, vpp.UserID(fmt.Sprintf("user-%04d", n)))
	}
	return ids
}

// states are how the first n people's wishes stand, "-" where there is none.
func (w *world) states(t *testing.T, n int) (list []string) {
	t.Helper()
	for _, id := range usersNo(slices.Collect(numbers(0, n))...) {
		wishes, err := w.db.Wishes(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		state := "-"
		for _, x := range wishes {
			if state = string(x.State()); x.Position > 0 {
				state += fmt.Sprintf(" %d", x.Position)
			}
			if x.Location != "" && x.Location != school {
				state += " at " + string(x.Location)
			}
		}
		list = append(list, state)
	}
	return list
}

func (w *world) stand(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.states(t, len(want))); diff != "" {
		t.Errorf("wishes (-want +got):\n%s", diff)
	}
}

// doubled counts assignments at Apple that a person has twice.
func (w *world) once(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for a := range w.apple.Assignments(w.uid) {
		if key := a.AdamID + a.ClientUserID; seen[key] {
			t.Errorf("%s has it twice", a.ClientUserID)
		} else {
			seen[key] = true
		}
	}
}

// F-60, F-63, F-70, S0-23, trap 2, pain 26: licenses go out in the order in
// which people accepted; who comes too late waits, knows their place, and is
// served when stock grows, or a license comes back.
func TestAssign(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 6, 3, applesim.Options{EventDelay: applesim.Range{Max: 10 * time.Millisecond}})
		storetest.AddPerson(t, w.db, school, "0006", vpp.WriteCreate)
		w.settle(t)
		task := w.assign(t, true)
		w.stand(t, "in_line 6", "in_line 5", "in_line 4", "in_line 3", "in_line 2", "in_line 1", "held")
		w.settle(t)
		w.stand(t, "in_line 3", "in_line 2", "in_line 1", "assigned", "assigned", "assigned", "held")
		w.sameLibrary(t)
		done := w.task(t, task)
		if done.State() != vpp.TaskDone || done.Done != 3 || done.Skipped != 4 {
			t.Errorf("the task is %s: %+v", done.State(), done)
		}
		items := w.items(t, task)
		for id, want := range map[vpp.UserID]string{"user-0005": "Assigned.", "user-0000": "In line: it is assigned when a license is free.", "user-0006": "Held: it is assigned when the person is registered."} {
			if items[id].Detail != want {
				t.Errorf("%s: %s %q, want %q", id, items[id].State, items[id].Detail, want)
			}
		}
		calls := w.wire.of("POST assets/associate")
		w.wantLibrary(t, false)
		if n := w.wire.of("POST assets/associate"); n != calls || calls != 1 {
			t.Errorf("%d calls to assign, then %d, though nothing changed", calls, n)
		}
		// One more is bought; one comes back; the one who was held registers.
		if err := w.apple.Buy(w.uid, app.AssetKey, 1); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, false)
		w.stand(t, "in_line 2", "in_line 1", "assigned", "assigned", "assigned", "assigned", "held")
		back := w.takeBack(t, 5)
		w.stand(t, "in_line 2", "in_line 1", "assigned", "assigned", "assigned", "taking_back", "held")
		w.settle(t)
		w.stand(t, "in_line 1", "assigned", "assigned", "assigned", "assigned", "taken_back", "held")
		if i := w.items(t, back)["user-0005"]; i.Detail != "Taken back." || w.task(t, back).State() != vpp.TaskDone {
			t.Errorf("%+v %+v", i, w.task(t, back))
		}
		w.accept(t, w.uid, 6)
		w.wake(t, false)
		w.stand(t, "in_line 1", "assigned", "assigned", "assigned", "assigned", "taken_back", "in_line 2")
		w.takeBack(t, 0) // was in line: nothing is asked of Apple
		if err := w.apple.Buy(w.uid, app.AssetKey, 1); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, false)
		w.stand(t, "taken_back", "assigned", "assigned", "assigned", "assigned", "taken_back", "assigned")
		w.sameLibrary(t)
		w.once(t)
	})
}

// withOffice adds a second location that has the app, too, with a place there
// for the first n people, who have accepted.
func (w *world) withOffice(t *testing.T, n, licenses int) (uid string) {
	t.Helper()
	l, err := w.apple.AddLocation(applesim.Location{Name: "Office"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.apple.MintToken(l.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.apple.AddAsset(l.UID, applesim.App(app.AdamID, licenses)); err != nil {
		t.Fatal(err)
	}
	w.also = map[vpp.LocationID]string{office: token.Content}
	storetest.Exec(t, w.db, `INSERT INTO locations (id, name, is_default, created_at, token_sealed, token_added_at, token_expires_at, uid, consent_at, consent_by)
		VALUES ('office', 'Office', FALSE, 2, 'sealed', 1, 9000000000000, $1, 1, 'admin')`, l.UID)
	storetest.Exec(t, w.db, "INSERT INTO tenders (location_id) VALUES ('office')")
	for i := range n {
		storetest.Exec(t, w.db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, client_user_id, generation, pending, pending_since)
			VALUES ($1, $2, 'office', 'x', FALSE, 1, $3, 1, 'create', 1)`, fmt.Sprintf("desk-%04d", i), fmt.Sprintf("user-%04d", i), fmt.Sprintf("office-client-%04d", i))
	}
	w.settle(t)
	for i := range n {
		w.accept(t, l.UID, i)
	}
	for _, read := range []func() error{
		func() error { return w.db.WantRead(t.Context(), office, false) },
		func() error { return w.db.WantLibraryRead(t.Context(), office) },
	} {
		if err := read(); err != nil {
			t.Fatal(err)
		}
	}
	w.settle(t)
	return l.UID
}

// F-57, pain 31: licenses come from the first location of the app's order, and
// from the next for whom the first has none; one that is left out gives none.
func TestOrderOfLocations(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 5, 2, applesim.Options{})
		w.withOffice(t, 3, 2)
		w.assign(t, false)
		w.settle(t)
		// The last accepted first: 4 and 3 get what the school has, 2 and 1 the office's.
		w.stand(t, "in_line 1", "assigned at office", "assigned at office", "assigned", "assigned")
		w.takeBack(t, 4, 3, 2, 1, 0)
		w.settle(t)
		w.stand(t, "taken_back", "taken_back", "taken_back", "taken_back", "taken_back")
		if _, err := w.licenses().SetOrder(t.Context(), vpp.Actor{Name: "anna"}, appID, []vpp.LocationID{office, school}); err != nil {
			t.Fatal(err)
		}
		w.assign(t, false)
		w.settle(t)
		w.stand(t, "in_line 1", "assigned at office", "assigned at office", "assigned", "assigned")
		if _, err := w.licenses().SetOrder(t.Context(), vpp.Actor{Name: "anna"}, appID, []vpp.LocationID{office}); err != nil {
			t.Fatal(err)
		}
		if err := w.apple.Buy(w.uid, app.AssetKey, 3); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, false)
		w.stand(t, "in_line 1", "assigned at office", "assigned at office", "assigned", "assigned")
		if _, err := w.licenses().SetOrder(t.Context(), vpp.Actor{Name: "anna"}, appID, nil); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.stand(t, "assigned", "assigned at office", "assigned at office", "assigned", "assigned")
		w.sameLibraryAt(t)
	})
}

// sameLibraryAt compares who holds what at all locations.
func (w *world) sameLibraryAt(t *testing.T) {
	t.Helper()
	var want, got []string
	for _, id := range append(slices.Collect(keysOf(w.also)), school) {
		l, err := w.db.Location(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for a := range w.apple.Assignments(l.UID) {
			want = append(want, a.AdamID+" "+a.PricingParam+" "+a.ClientUserID)
		}
	}
	for _, a := range w.held(t) {
		got = append(got, a.AdamID+" "+a.PricingParam+" "+string(a.ClientUserID))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("licenses (-Apple +ours):\n%s", diff)
	}
}

func keysOf(m map[vpp.LocationID]string) func(func(vpp.LocationID) bool) {
	return func(yield func(vpp.LocationID) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// Killed at any point, nobody loses a license or gets a second one: before the
// call, after it, when its answer is lost, and while it is looked at.
func TestAssignCrash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		call string
		then bool // the call reaches Apple
	}{
		{"before the call", "POST assets/associate", false},
		{"after the call", "POST assets/associate", true},
		{"before the look", "GET status", false},
		{"after the look", "GET status", true},
		{"after the read", "GET assignments", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := withApp(t, url, 4, 3, applesim.Options{Quirks: applesim.Quirks{AssignTwiceNumber: 9616, UnassignAbsentNumber: 9619}})
				task := w.assign(t, false)
				ctx, kill := context.WithCancel(t.Context())
				from := w.wire.of(c.call)
				w.wire.step(func(call string, n int) *http.Response {
					if call == c.call && n == from+1 && !c.then {
						kill()
					}
					return nil
				}, func(call string, n int) {
					if call == c.call && n == from+1 && c.then {
						kill()
					}
				})
				err := w.Tend(ctx, vpp.TendLocation{LocationID: school})
				for later := new(vpp.Later); ctx.Err() == nil && errors.As(err, &later); {
					_ = sleep(ctx, later.At.Sub(w.now()))
					err = w.Tend(ctx, vpp.TendLocation{LocationID: school})
				}
				if ctx.Err() == nil {
					t.Fatalf("it was not killed: %v, %v", err, w.wire.since(0)[max(0, len(w.wire.since(0))-8):])
				}
				w.wire.step(nil, nil)
				storetest.Exec(t, w.db, "UPDATE tenders SET holder = '', tend_at = 0")
				w.Service = w.node()
				storetest.Exec(t, w.db, "UPDATE locations SET wait_until = 0")
				w.settle(t)
				w.stand(t, "in_line 1", "assigned", "assigned", "assigned")
				w.sameLibrary(t)
				w.once(t)
				if done := w.task(t, task); done.Done != 3 || done.Skipped != 1 || done.State() != vpp.TaskDone {
					t.Errorf("the task is %s: %+v", done.State(), done)
				}
			})
		})
	}
}

// F-63, pain 22: Apple has fewer than it counted. Who got none waits in line,
// is not asked for again and again, and gets one when there is one.
func TestAssignShort(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 4, 3, applesim.Options{})
		for i := range 2 { // somebody else assigns two meanwhile, and we have not read it
			if err := w.apple.AssignByHand(w.uid, app.AssetKey, "", fmt.Sprintf("C02SERIAL00%d", i)); err != nil {
				t.Fatal(err)
			}
		}
		w.assign(t, false)
		w.settle(t)
		w.stand(t, "in_line 3", "in_line 2", "in_line 1", "assigned")
		if n := w.wire.of("POST assets/associate"); n != 1 {
			t.Errorf("%d calls to assign", n)
		}
		w.sameLibrary(t)
		if err := w.apple.UnassignByHand(w.uid, app.AssetKey, "", "C02SERIAL000"); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, true)
		w.stand(t, "in_line 2", "in_line 1", "assigned", "assigned")
		w.sameLibrary(t)
	})
}

// Who was given the license by hand meanwhile has it; whom somebody else took
// it from gets it not again.
func TestAssignedOutside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 3, 3, applesim.Options{})
		w.give(t, app, 1)
		w.assign(t, false)
		w.settle(t)
		w.stand(t, "assigned", "assigned", "assigned")
		w.take(t, app, 2)
		w.wantLibrary(t, true)
		w.stand(t, "assigned", "assigned", "taken_back")
		if mine, err := w.db.Wishes(t.Context(), "user-0002"); err != nil || mine[0].Why() != "Was taken back outside of rsvpp." {
			t.Errorf("%+v %v", mine, err)
		}
		w.settle(t)
		w.sameLibrary(t)
	})
}

// F-13, F-58 and S1-17: who is paused or being removed is passed over; who was
// deleted keeps the wish, and gets the license after registering again.
func TestAssignAndLeave(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 3, 1, applesim.Options{})
		if _, err := w.db.PausePeople(t.Context(), vpp.Actor{Name: "anna"}, vpp.Selection{IDs: usersNo(2), Filter: vpp.Filter{Location: school}}, true); err != nil {
			t.Fatal(err)
		}
		w.assign(t, false)
		w.settle(t)
		w.stand(t, "in_line 2", "assigned", "paused")
		if _, err := w.db.PausePeople(t.Context(), vpp.Actor{Name: "anna"}, vpp.Selection{IDs: usersNo(2), Filter: vpp.Filter{Location: school}}, false); err != nil {
			t.Fatal(err)
		}
		w.stand(t, "in_line 2", "assigned", "in_line 1")
		task, err := w.StartDelete(t.Context(), vpp.Actor{Name: "anna"}, vpp.Selection{IDs: usersNo(1), Filter: vpp.Filter{Location: school}}, true, "")
		if err != nil {
			t.Fatal(err)
		}
		w.expand(t, task.ID)
		w.settle(t)
		w.stand(t, "in_line 1", "held", "assigned")
		// The same person, registered again.
		storetest.Exec(t, w.db, "UPDATE program_users SET pending = 'create', pending_since = 1, generation = 2 WHERE id = 'place-0001'")
		if err := w.db.WantRead(t.Context(), school, false); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.accept(t, w.uid, 1)
		if err := w.apple.Buy(w.uid, app.AssetKey, 2); err != nil {
			t.Fatal(err)
		}
		w.wake(t, false)
		w.wantLibrary(t, false)
		w.stand(t, "assigned", "assigned", "assigned")
		w.sameLibrary(t)
	})
}

// Nothing is assigned while another server has the location; what waits goes
// out once it is ours again.
func TestAssignFrozen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 2, 2, applesim.Options{})
		storetest.Exec(t, w.db, "UPDATE locations SET frozen_at = 1")
		w.assign(t, false)
		w.settle(t)
		w.stand(t, "in_line 2", "in_line 1")
		if n := w.wire.of("POST assets/associate"); n != 0 {
			t.Errorf("%d calls to assign", n)
		}
		storetest.Exec(t, w.db, "UPDATE locations SET frozen_at = 0")
		w.settle(t)
		w.stand(t, "assigned", "assigned")
	})
}

// F-69: a book is never taken back, and nothing is asked of Apple.
func TestBooksStay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 2, 2, applesim.Options{})
		if err := w.apple.AddAsset(w.uid, book); err != nil {
			t.Fatal(err)
		}
		w.give(t, book, 0)
		w.wantLibrary(t, true)
		s := w.licenses()
		id := vpp.AssetID{AdamID: book.AdamID, PricingParam: book.PricingParam}
		sel := vpp.Selection{All: true, Filter: vpp.Filter{Location: school}}
		p, err := s.Preview(t.Context(), sel, id, false)
		if err != nil || !p.Kept || p.Returns[vpp.ReturnKept] != 1 || p.Grants[vpp.GrantHas] != 1 || p.Now() != 1 {
			t.Errorf("%+v %v", p, err)
		}
		task, err := s.TakeBack(t.Context(), vpp.Actor{Name: "anna"}, sel, id, "")
		if err != nil {
			t.Fatal(err)
		}
		w.expanded(t, task)
		w.settle(t)
		if i := w.items(t, task.ID)["user-0000"]; i.State != vpp.ItemFailed || !strings.Contains(i.Detail, "takes no book back") {
			t.Errorf("%+v", i)
		}
		if n := w.wire.of("POST assets/disassociate"); n != 0 {
			t.Errorf("%d calls to take a book back", n)
		}
		w.sameLibrary(t)
	})
}

// Features.md section 3, item 5: the preview of a deletion says whom in line the
// licenses that come back will serve; who is deleted too is not served.
func TestRemovalServes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withApp(t, url, 6, 3, applesim.Options{})
		w.assign(t, false)
		w.settle(t)
		w.stand(t, "in_line 3", "in_line 2", "in_line 1", "assigned", "assigned", "assigned")
		for _, c := range []struct {
			people []int
			want   int
		}{{[]int{5}, 1}, {[]int{5, 4, 3}, 3}, {[]int{5, 4, 3, 0}, 2}, {[]int{0}, 0}, {nil, 0}} {
			sel := vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: usersNo(c.people...)}
			if c.people == nil {
				sel.All = true
			}
			r, err := w.PreviewDelete(t.Context(), sel)
			if err != nil || r.Serves() != c.want {
				t.Errorf("deleting %v serves %d, want %d (%v)", c.people, r.Serves(), c.want, err)
			}
		}
		sel := vpp.Selection{All: true, Filter: vpp.Filter{Location: school}, IDs: usersNo(0, 1)} // all but two who wait
		if r, err := w.PreviewDelete(t.Context(), sel); err != nil || r.Serves() != 2 {
			t.Errorf("deleting all but two serves %d (%v)", r.Serves(), err)
		}
		task, err := w.StartDelete(t.Context(), vpp.Actor{Name: "anna"}, vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: usersNo(5, 4)}, true, "")
		if err != nil {
			t.Fatal(err)
		}
		w.expand(t, task.ID)
		w.settle(t)
		w.stand(t, "in_line 1", "assigned", "assigned", "assigned", "held", "held")
		w.sameLibrary(t)
	})
}
