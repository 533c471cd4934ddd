package program_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What Apple answered about some is kept when it does not answer about
// others: else, on a bad day, nothing that asks for many by name ever ends.
func TestNamedReadsKeepWhatWasAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.config.Slice = 100 * time.Millisecond // what waits is given up soon
		w.Service = w.node()
		storetest.AddPeople(t, w.db, school, 30, vpp.WriteCreate)
		w.settle(t)
		for _, name := range []string{"client-0003", "client-0004", "client-0005", "client-0011"} {
			if err := w.apple.RetireByHand(w.uid, name); err != nil {
				t.Fatal(err)
			}
		}
		w.wire.failing("client-0004")
		if err := w.db.WantRead(t.Context(), school, true); err != nil {
			t.Fatal(err)
		}
		w.await(t, "everybody else's removal", func() bool { return w.statuses(t)[vpp.AppleRetired] == 3 })
		w.wire.failing("")
		w.settle(t)
		w.equal(t)
	})
}

// The same of licenses.
func TestLooksKeepWhatWasAnswered(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{})
		w.config.Slice = 100 * time.Millisecond
		w.Service = w.node()
		w.give(t, app, 1, 2, 3, 4, 5, 6)
		w.wantLibrary(t, true)
		for _, n := range []int{2, 3, 4, 5} {
			w.take(t, app, n)
		}
		w.wire.failing("client-0004")
		storetest.Exec(t, w.db, `INSERT INTO license_looks (location_id, client_user_id, serial_number)
			SELECT DISTINCT location_id, client_user_id, serial_number FROM assignments`)
		if err := w.db.WantLibraryRead(t.Context(), school); err != nil {
			t.Fatal(err)
		}
		w.await(t, "everybody else's licenses", func() bool { return len(w.held(t)) == 3 })
		w.wire.failing("")
		w.settle(t)
		w.sameLibrary(t)
	})
}

// await tends, as the queue would, until something is so.
func (w *world) await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !so(); {
		if time.Now().After(deadline) {
			l, _ := w.db.Location(t.Context(), school)
			t.Fatalf("%s does not come: %q", what, l.ReadProblem)
		}
		_ = w.Tend(t.Context(), vpp.TendLocation{LocationID: school}) // vpp.Later: at once is soon enough
		w.pass(time.Second)
	}
}

// statuses counts people by what Apple says of them, as far as we know.
func (w *world) statuses(t *testing.T) map[vpp.AppleStatus]int {
	t.Helper()
	found := map[vpp.AppleStatus]int{}
	if err := w.db.EachPerson(t.Context(), all, func(people []vpp.Person) error {
		for _, p := range people {
			found[p.Program.AppleStatus]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// A refusal that cannot be read, at the second asking, does not make less of
// what the first one said: the token was revoked.
func TestRevokedStaysRevoked(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), applesim.Options{})
	w.wake(t, true)
	if err := w.apple.RevokeToken(w.token); err != nil {
		t.Fatal(err)
	}
	w.wire.step(func(call string, _ int) *http.Response {
		if call != "GET client/config" {
			return nil
		}
		return &http.Response{StatusCode: http.StatusUnauthorized, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"errorNumber":96`))}
	}, nil)
	w.wake(t, true)
	if l := w.school(t); l.TokenProblem != vpp.AppleTokenRevoked {
		t.Errorf("the token's problem is %d: %s", l.TokenProblem, l.ReadProblem)
	}
}
