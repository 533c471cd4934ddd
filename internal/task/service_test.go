package task_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/task"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var _ task.Store = (*store.DB)(nil)

var anna = vpp.Actor{ID: "op", Name: "anna"}

type forgetful struct{}

func (forgetful) InsertSQL(context.Context, *sql.Tx, []vpp.Job) error { return nil }
func (forgetful) InsertPgx(context.Context, pgx.Tx, []vpp.Job) error  { return nil }

type house struct {
	*task.Service
	db      *store.DB
	now     time.Time
	started []vpp.Selection
	params  map[string]string
	place   vpp.LocationID
	people  []vpp.ProgramUser
}

func build(t *testing.T, url string, people int) *house {
	t.Helper()
	h := &house{now: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	h.db = storetest.Open(t, url, clock)
	h.db.Use(forgetful{})
	if err := h.db.EnsureDefaultLocation(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, err := h.db.Location(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	h.place = l.ID
	for i := range people {
		u := vpp.User{ID: vpp.UserID(storetest.NewID()), UserName: strconv.Itoa(i), FullName: fmt.Sprintf("Person %d", i), CreatedAt: h.now, UpdatedAt: h.now}
		if err := h.db.CreateUser(t.Context(), anna, u, []vpp.LocationID{l.ID}); err != nil {
			t.Fatal(err)
		}
		places, err := h.db.Places(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		h.people = append(h.people, places...)
	}
	h.Service = task.New(h.db, clock, map[vpp.TaskKind]task.Starter{vpp.TaskInvite: h.start})
	return h
}

func (h *house) start(ctx context.Context, by vpp.Actor, s vpp.Selection, params map[string]string, key string) (vpp.Task, error) {
	h.started, h.params = append(h.started, s), params
	return h.db.BeginTask(ctx, by, vpp.Task{
		ID: vpp.TaskID(storetest.NewID()), Kind: vpp.TaskInvite, Title: "Again", CreatedBy: by.Name, CreatedAt: h.now, Params: params,
	}, s, key)
}

func (h *house) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := h.db.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// begin makes a task in which the people are in the given states.
func (h *house) begin(t *testing.T, kind vpp.TaskKind, states ...vpp.ItemState) vpp.TaskID {
	t.Helper()
	made, err := h.db.BeginTask(t.Context(), anna, vpp.Task{
		ID: vpp.TaskID(storetest.NewID()), Kind: kind, Title: "A task", CreatedBy: "anna", CreatedAt: h.now, Params: map[string]string{"channel": "mail"},
	}, vpp.Selection{All: true}, "")
	if err != nil {
		t.Fatal(err)
	}
	plan := func([]vpp.Person) (plans []vpp.Planned) {
		for i, s := range states {
			plans = append(plans, vpp.Planned{ID: h.people[i].ID, State: s, Detail: "so far"})
		}
		return plans
	}
	if done, err := h.db.PlanTask(t.Context(), made.ID, plan); err != nil || !done {
		t.Fatal(done, err)
	}
	return made.ID
}

func (h *house) pending(t *testing.T, i int) vpp.Write {
	t.Helper()
	places, err := h.db.Places(t.Context(), h.people[i].UserID)
	if err != nil {
		t.Fatal(err)
	}
	return places[0].Pending
}

func wantKind(t *testing.T, err error, kind vpp.Kind) {
	t.Helper()
	if err == nil || vpp.KindOf(err) != kind {
		t.Fatalf("error %v, want one of kind %s", err, kind)
	}
}

// S4-22: tasks, the newest first, and who is in them.
func TestListAndItems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url, 5)
		var ids []vpp.TaskID
		for i := range 7 {
			kind, state := vpp.TaskInvite, vpp.ItemQueued
			if i%2 == 1 {
				kind, state = vpp.TaskDelete, vpp.ItemDone
			}
			ids = append(ids, h.begin(t, kind, state))
		}
		slices.Reverse(ids)
		walk := func(f vpp.TaskFilter) (got []vpp.TaskID) {
			for page := (vpp.Page{Limit: 2}); ; {
				list, err := h.List(t.Context(), f, page)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range list.Items {
					got = append(got, x.ID)
				}
				if page.After = list.Next; page.After == "" {
					return got
				}
			}
		}
		if diff := cmp.Diff(ids, walk(vpp.TaskFilter{})); diff != "" {
			t.Error(diff)
		}
		odd := []vpp.TaskID{ids[0], ids[2], ids[4], ids[6]}
		for _, f := range []vpp.TaskFilter{{Open: true}, {Kind: vpp.TaskInvite}, {Open: true, Kind: vpp.TaskInvite, Location: h.place}} {
			if diff := cmp.Diff(odd, walk(f)); diff != "" {
				t.Errorf("%+v: %s", f, diff)
			}
		}
		if got := walk(vpp.TaskFilter{Location: "elsewhere"}); got != nil {
			t.Error(got)
		}

		id := h.begin(t, vpp.TaskInvite, vpp.ItemFailed, vpp.ItemDone, vpp.ItemFailed, vpp.ItemSkipped, vpp.ItemFailed)
		h.exec(t, "DELETE FROM users WHERE id = $1", h.people[4].UserID)
		first, err := h.Items(t.Context(), id, vpp.ItemFailed, vpp.Page{Limit: 2})
		if err != nil || len(first.Items) != 2 || first.Prev != "" || first.Items[1].FullName != "Person 2" {
			t.Fatal(first, err)
		}
		second, err := h.Items(t.Context(), id, vpp.ItemFailed, vpp.Page{Limit: 2, After: first.Next})
		if err != nil || len(second.Items) != 1 || second.Next != "" || second.Items[0].FullName != "" {
			t.Fatal(second, err)
		}
		back, err := h.Items(t.Context(), id, vpp.ItemFailed, vpp.Page{Limit: 2, Before: second.Prev})
		if diff := cmp.Diff(first.Items, back.Items); err != nil || diff != "" || back.Prev != "" {
			t.Error(err, diff)
		}
		n := 0
		if err := h.EachItem(t.Context(), id, "", func(some []vpp.TaskItem) error { n += len(some); return nil }); err != nil || n != 5 {
			t.Error(n, err)
		}
		_, err = h.Items(t.Context(), id, "broken", vpp.Page{})
		wantKind(t, err, vpp.Invalid)
		_, err = h.Items(t.Context(), "none", "", vpp.Page{})
		wantKind(t, err, vpp.NotFound)
	})
}

func TestCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url, 6)
		// 0 queued, 1 in flight, 2 queued and in another task too, 3 being removed, 4 done, 5 not in it
		id := h.begin(t, vpp.TaskInvite, vpp.ItemQueued, vpp.ItemWaiting, vpp.ItemQueued, vpp.ItemWaiting, vpp.ItemDone)
		h.begin(t, vpp.TaskResend, vpp.ItemSkipped, vpp.ItemSkipped, vpp.ItemQueued)
		for i, write := range []string{"create", "create", "create", "retire", "create", "create"} {
			h.exec(t, "UPDATE program_users SET pending = $2, pending_since = 5 WHERE id = $1", h.people[i].ID, write)
		}
		h.exec(t, "UPDATE program_users SET batch_id = 'b' WHERE id = $1", h.people[1].ID)
		for i, claim := range []string{"", "node", "", ""} {
			invitation := storetest.NewID()
			h.exec(t, `INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at) VALUES ($1, $2, $3, $4, 1, 1, 1)`,
				invitation, h.people[i].ID, h.people[i].UserID, h.place)
			of := id
			if i == 3 {
				of = "another"
			}
			h.exec(t, `INSERT INTO deliveries (id, invitation_id, program_user_id, task_id, channel, address, queued_at, claim, claimed_until)
				VALUES ($1, $2, $3, $4, 'mail', 'a@example.org', 1, $5, $6)`, strconv.Itoa(i), invitation, h.people[i].ID, of, claim, h.now.Add(time.Minute).UnixMilli())
		}

		got, err := h.Cancel(t.Context(), anna, id)
		if err != nil || got.State() != vpp.TaskCanceled || got.Skipped != 4 || got.Done != 1 {
			t.Fatal(got, err)
		}
		for i, want := range []vpp.Write{"", "create", "create", "retire", "create", "create"} {
			if got := h.pending(t, i); got != want {
				t.Errorf("person %d waits for %q, want %q", i, got, want)
			}
		}
		rows, err := h.db.Query(t.Context(), "SELECT outcome FROM deliveries ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var outcomes []string
		for rows.Next() {
			var o string
			if err := rows.Scan(&o); err != nil {
				t.Fatal(err)
			}
			outcomes = append(outcomes, o)
		}
		if diff := cmp.Diff([]string{"withdrawn", "queued", "withdrawn", "queued"}, outcomes); diff != "" {
			t.Error(diff)
		}
		list, err := h.Items(t.Context(), id, "", vpp.Page{})
		if err != nil || list.Items[0].Detail != "Canceled." || list.Items[1].Detail != "Canceled, but Apple has the request already." || list.Items[4].State != vpp.ItemDone {
			t.Error(list, err)
		}
		_, err = h.Cancel(t.Context(), anna, id)
		wantKind(t, err, vpp.Conflict)
		_, err = h.Cancel(t.Context(), anna, h.begin(t, vpp.TaskInvite, vpp.ItemDone))
		wantKind(t, err, vpp.Conflict)
		_, err = h.Cancel(t.Context(), anna, "none")
		wantKind(t, err, vpp.NotFound)
	})
}

func TestRetry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url, 3)
		id := h.begin(t, vpp.TaskInvite, vpp.ItemFailed, vpp.ItemDone, vpp.ItemFailed)
		first, err := h.Retry(t.Context(), anna, id)
		if err != nil {
			t.Fatal(err)
		}
		want := vpp.Selection{Filter: vpp.Filter{Location: h.place}, IDs: []vpp.UserID{h.people[0].UserID, h.people[2].UserID}}
		if diff := cmp.Diff([]vpp.Selection{want}, h.started); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"channel": "mail", "retry_of": string(id)}, h.params); diff != "" {
			t.Error(diff)
		}
		// Whoever asks a second time, it is still one: letters would go twice.
		again, err := h.Retry(t.Context(), vpp.Actor{ID: "op", Name: "key:nightly"}, id)
		if err != nil || again.ID != first.ID || again.CreatedBy != "anna" {
			t.Errorf("a second task %s after %s: %v", again.ID, first.ID, err)
		}
		for _, other := range []vpp.TaskID{
			h.begin(t, vpp.TaskInvite, vpp.ItemDone),                   // nobody failed
			h.begin(t, vpp.TaskInvite, vpp.ItemFailed, vpp.ItemQueued), // under way
			h.begin(t, vpp.TaskDelete, vpp.ItemFailed),                 // nobody starts these
		} {
			_, err := h.Retry(t.Context(), anna, other)
			wantKind(t, err, vpp.Conflict)
		}
		// After a long time it is forgotten who was in it; the counts stay.
		h.now = h.now.Add(task.Keep + time.Hour)
		if err := h.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = h.Retry(t.Context(), anna, id)
		wantKind(t, err, vpp.Conflict)
		if got, err := h.Get(t.Context(), id); err != nil || got.Failed != 2 {
			t.Error(got, err)
		}
	})
}
