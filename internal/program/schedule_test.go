package program_test

import (
	"math"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-47, S1-20, S2-10: a location is read as often as its schedule says, changes
// and everything each in its own time, and not while it is paused.
func TestSchedule(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 60, vpp.WriteCreate)
		w.wake(t, true)
		l := w.location(t)
		within(t, "the next read", l.NextReadAt, l.ReadAt, time.Hour)
		within(t, "the next full read", l.NextFullAt, l.FullReadAt, time.Hour)
		w.sweep(t, 0)

		l, err := w.SetSchedule(t.Context(), vpp.Server, school, vpp.Schedule{Every: 5 * time.Minute, FullEvery: 2 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		within(t, "the next read by its own schedule", l.NextReadAt, l.ReadAt, 5*time.Minute)
		within(t, "the next full read by its own schedule", l.NextFullAt, l.FullReadAt, 2*time.Hour)

		storetest.Exec(t, w.db, "UPDATE locations SET next_read_at = 1")
		w.sweep(t, 1) // a delta is one page
		storetest.Exec(t, w.db, "UPDATE locations SET next_full_at = 1")
		w.sweep(t, 2) // everybody are two
		if l = w.location(t); !l.NextReadAt.After(time.Now()) || !l.NextFullAt.After(time.Now()) {
			t.Errorf("the next reads are %s and %s", l.NextReadAt, l.NextFullAt)
		}

		if l, err = w.SetSchedule(t.Context(), vpp.Server, school, vpp.Schedule{Paused: true}); err != nil || !l.NextReadAt.IsZero() {
			t.Fatal(l.NextReadAt, err)
		}
		w.sweep(t, 0)
		w.apple.ResetCalls()
		w.wake(t, false) // somebody asks
		if n := w.apple.Calls().Of(applesim.UsersRead); n != 1 {
			t.Errorf("paused and asked: %d reads", n)
		}
		if l, err = w.SetSchedule(t.Context(), vpp.Server, school, vpp.Schedule{}); err != nil || l.NextReadAt.IsZero() {
			t.Errorf("going on: %s %v", l.NextReadAt, err)
		}
	})
}

func TestScheduleRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		for _, s := range []vpp.Schedule{{Every: time.Second}, {Every: 8 * 24 * time.Hour}, {FullEvery: time.Minute}, {FullEvery: 31 * 24 * time.Hour}, {Every: -time.Hour}} {
			if _, err := w.SetSchedule(t.Context(), vpp.Server, school, s); vpp.KindOf(err) != vpp.Invalid {
				t.Errorf("%+v: %v", s, err)
			}
		}
	})
}

func (w *world) location(t *testing.T) vpp.Location {
	t.Helper()
	l, err := w.db.Location(t.Context(), school)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// sweep sweeps and counts the pages of users that are read because of it.
func (w *world) sweep(t *testing.T, pages int) {
	t.Helper()
	w.apple.ResetCalls()
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle(t)
	if n := w.apple.Calls().Of(applesim.UsersRead); n != pages {
		t.Errorf("sweeping read %d pages, not %d", n, pages)
	}
}

func within(t *testing.T, what string, got, from time.Time, span time.Duration) {
	t.Helper()
	if off := math.Abs(float64(got.Sub(from)-span)) / float64(span); off > 0.11 {
		t.Errorf("%s is %s after the last, not about %s", what, got.Sub(from), span)
	}
}
