package roster_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var _ roster.Store = (*store.DB)(nil)

var anna = vpp.Actor{ID: "op", Name: "anna", From: "192.0.2.1"}

// promises keeps what is promised, for the test to run.
type promises struct{ jobs []vpp.Job }

func (p *promises) InsertSQL(_ context.Context, _ *sql.Tx, jobs []vpp.Job) error {
	p.jobs = append(p.jobs, jobs...)
	return nil
}

func (p *promises) InsertPgx(_ context.Context, _ pgx.Tx, jobs []vpp.Job) error {
	p.jobs = append(p.jobs, jobs...)
	return nil
}

// house is a roster on a fresh database with the default location.
type house struct {
	*roster.Service
	db  *store.DB
	now time.Time
	promises
}

func build(t testing.TB, url string) *house {
	t.Helper()
	h := &house{now: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)}
	h.db = storetest.Open(t, url, func() time.Time { return h.now })
	h.db.Use(&h.promises)
	if err := h.db.EnsureDefaultLocation(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Service = roster.New(h.db, func() time.Time { return h.now }, storetest.NewID)
	return h
}

// upload uploads a file.
func (h *house) upload(t testing.TB, text string) roster.Import {
	t.Helper()
	i, err := h.Upload(t.Context(), anna, "people.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// load uploads a file and imports it to the end.
func (h *house) load(t testing.TB, text string, location vpp.LocationID) (roster.Import, vpp.Task) {
	t.Helper()
	i := h.upload(t, text)
	task, err := h.Run(t.Context(), anna, i.ID, location)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.RunImport(t.Context(), vpp.ImportPeople{TaskID: task.ID}); err != nil {
		t.Fatal(err)
	}
	if task, err = h.db.Task(t.Context(), task.ID); err != nil {
		t.Fatal(err)
	}
	return i, task
}

// everybody lists the people of a location by name.
func (h *house) everybody(t testing.TB, location vpp.LocationID) []vpp.Person {
	t.Helper()
	list, err := h.List(t.Context(), vpp.Filter{Location: location}, vpp.SortName, vpp.Page{Limit: vpp.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// location makes a further location.
func (h *house) location(t testing.TB, id vpp.LocationID, name string) {
	t.Helper()
	l := vpp.Location{ID: id, Name: name, UID: "uid-" + string(id), CreatedAt: h.now}
	l.Token.AddedAt, l.Token.ExpiresAt = h.now, h.now.AddDate(1, 0, 0)
	if err := h.db.AddLocation(t.Context(), anna, l, "sealed"); err != nil {
		t.Fatal(err)
	}
}

func (h *house) mustLocation(t testing.TB) vpp.LocationID {
	t.Helper()
	l, err := h.db.Location(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

func wantKind(t testing.TB, err error, kind vpp.Kind, parts ...string) {
	t.Helper()
	if err == nil || vpp.KindOf(err) != kind {
		t.Fatalf("error %v, want one of kind %s", err, kind)
	}
	for _, part := range parts {
		if !strings.Contains(vpp.MessageOf(err), part) {
			t.Errorf("sentence %q lacks %q", vpp.MessageOf(err), part)
		}
	}
}
