package notice_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/notice"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var _ notice.Store = (*store.DB)(nil)

// office is the house around the room: a store, a mail server's answers, a clock.
type office struct {
	*notice.Service
	db       *store.DB
	now      time.Time
	admins   []string
	answers  map[string]vpp.DeliveryOutcome // by address; accepted without
	letters  []string                       // address and id of each attempt
	broken   error
	promised int
}

func (o *office) InsertSQL(_ context.Context, _ *sql.Tx, jobs []vpp.Job) error {
	o.promised += len(jobs)
	return nil
}

func (o *office) InsertPgx(_ context.Context, _ pgx.Tx, jobs []vpp.Job) error {
	o.promised += len(jobs)
	return nil
}

func (o *office) Administrators(context.Context) ([]string, error) { return o.admins, nil }

func (o *office) Post(_ context.Context, to, _, text, id string) (vpp.DeliveryOutcome, string, error) {
	if !strings.Contains(text, "https://rsvpp.example") {
		return "", "", errors.New("the letter does not say which server it is from")
	}
	o.letters = append(o.letters, to+" "+id)
	if a, ok := o.answers[to]; ok {
		return a, "Try later.", o.broken
	}
	return vpp.DeliveryAccepted, "", o.broken
}

func open(t *testing.T, url string) *office {
	t.Helper()
	o := &office{now: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC), admins: []string{"anna@x.example", "ben@x.example"}, answers: map[string]vpp.DeliveryOutcome{}}
	clock := func() time.Time { return o.now }
	o.db = storetest.Open(t, url, clock)
	o.db.Use(o)
	o.Service = notice.New(o.db, o, "https://rsvpp.example", clock, storetest.NewID)
	return o
}

func (o *office) send(t *testing.T) {
	t.Helper()
	if err := o.Send(t.Context(), vpp.SendNotices{}); err != nil {
		t.Fatal(err)
	}
}

func (o *office) latest(t *testing.T) vpp.Notice {
	t.Helper()
	list, err := o.Recent(t.Context(), 1)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0]
}

// F-54: the same warning is never written twice, and each administrator gets it once.
func TestToldOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		for range 3 {
			if err := o.db.Tell(t.Context(), vpp.Notice{Key: "token:1:30", Subject: "Soon", Text: "In 30 days."}); err != nil {
				t.Fatal(err)
			}
			o.send(t)
		}
		n := o.latest(t)
		if want := []string{"anna@x.example " + n.ID, "ben@x.example " + n.ID}; !cmp.Equal(o.letters, want) {
			t.Error(cmp.Diff(want, o.letters))
		}
		if n.SentAt.IsZero() || n.Problem != "" || o.promised != 1 {
			t.Errorf("%+v, promised %d", n, o.promised)
		}
	})
}

// Who got it is not written to again while another is tried again.
func TestTriedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		o.answers["ben@x.example"] = vpp.DeliveryDeferred
		if err := o.Tell(t.Context(), "Lost", "Another server took it."); err != nil {
			t.Fatal(err)
		}
		o.send(t)
		o.send(t) // not due yet
		if n := o.latest(t); !n.SentAt.IsZero() || !strings.Contains(n.Problem, "ben@x.example: Try later.") || !n.NextAt.After(o.now) {
			t.Errorf("%+v", n)
		}
		delete(o.answers, "ben@x.example")
		o.now = o.now.Add(2 * time.Minute)
		if o.promised = 0; o.Sweep(t.Context()) != nil || o.promised != 1 {
			t.Error("nobody was woken")
		}
		o.send(t)
		n := o.latest(t)
		if want := []string{"anna@x.example " + n.ID, "ben@x.example " + n.ID, "ben@x.example " + n.ID}; !cmp.Equal(o.letters, want) {
			t.Error(cmp.Diff(want, o.letters))
		}
		if n.SentAt.IsZero() {
			t.Error("it is not done")
		}
	})
}

// A sender that died is followed by another; until its time is over nobody sends.
func TestSenderDies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := open(t, url)
		if err := o.Tell(t.Context(), "Lost", "x"); err != nil {
			t.Fatal(err)
		}
		o.broken = errors.New("killed")
		if err := o.Send(t.Context(), vpp.SendNotices{}); !errors.Is(err, o.broken) {
			t.Fatal(err)
		}
		o.broken = nil
		if o.send(t); len(o.letters) != 1 {
			t.Fatalf("%v went out under the claim of another", o.letters)
		}
		o.now = o.now.Add(6 * time.Minute)
		if o.send(t); len(o.letters) != 3 || o.letters[0] != o.letters[1] {
			t.Errorf("letters %v: want the first repeated under the same id", o.letters)
		}
	})
}

// Without anybody to write to a notice waits for a week, and is then given up.
func TestNobodyToTell(t *testing.T) {
	o := open(t, storetest.SQLite(t))
	o.admins = nil
	if err := o.Tell(t.Context(), "Lost", "x"); err != nil {
		t.Fatal(err)
	}
	o.send(t)
	if n := o.latest(t); !strings.Contains(n.Problem, "Mail page") {
		t.Error(n.Problem)
	}
	o.admins = []string{"anna@x.example"}
	if err := o.db.HurryLetters(t.Context()); err != nil { // the settings were saved
		t.Fatal(err)
	}
	if o.send(t); fmt.Sprint(o.letters) != fmt.Sprint([]string{"anna@x.example " + o.latest(t).ID}) {
		t.Error(o.letters)
	}

	o.admins = nil
	if err := o.Tell(t.Context(), "Lost again", "x"); err != nil {
		t.Fatal(err)
	}
	for range 400 {
		o.send(t)
		o.now = o.now.Add(time.Hour)
	}
	if n := o.latest(t); n.SentAt.IsZero() || n.Attempts > 200 {
		t.Errorf("%+v", n)
	}
}
