package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// BeginTask writes a task about a selection of people, with the job that
// expands it and a line in the history. A sync also asks for its read, and is
// open until that is done. A key that was used before gives the task of then.
func (db *DB) BeginTask(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, key string) (vpp.Task, error) {
	err := db.inTx(ctx, func(t tx) error {
		location, err := db.locationOr(ctx, t, s.Filter.Location)
		if err != nil {
			return err
		}
		s.Filter.Location, task.LocationID = location, location
		r, err := requestFor(key, task.Kind, s, task.Params)
		if err != nil {
			return err
		}
		was, known, err := db.insertTask(ctx, t, task, s, r)
		if task.ID = was.ID; err != nil || known {
			task = was
			return err
		}
		if task.Kind == vpp.TaskSync {
			if _, err := t.Exec(ctx, "UPDATE tasks SET cursor = 'reading' WHERE id = $1", task.ID); err != nil {
				return err
			}
			if err := db.wantRead(ctx, t, location, task.Params["read"] == "full"); err != nil {
				return err
			}
		}
		if err := db.insertEntry(ctx, t, by, string(task.Kind)+".start", "task:"+string(task.ID), task.Title, nil, task.Params); err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.ExpandTask{TaskID: task.ID})
	})
	return task, err
}

// Task reads one task.
func (db *DB) Task(ctx context.Context, id vpp.TaskID) (vpp.Task, error) {
	t, err := one(ctx, db, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE id = $1", id)
	return t, missing(err, "There is no such task.")
}

// PlanTask asks plan about the next people of a task's selection and writes
// what it answers: the items, and the writes for Apple. It says when everybody
// was asked. The place in the selection is stored with the answers, so that a
// crash repeats nothing.
func (db *DB) PlanTask(ctx context.Context, id vpp.TaskID, plan func([]vpp.Person) []vpp.Planned) (done bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		var text, cursor string
		task, err := one(ctx, t, func(s scanner) (vpp.Task, error) {
			var v vpp.Task
			err := s.Scan(&v.ID, &v.Kind, &v.LocationID, &text, &cursor, timeAt{&v.ExpandedAt}, timeAt{&v.CanceledAt})
			return v, err
		}, "SELECT id, kind, location_id, selection, planned, expanded_at, canceled_at FROM tasks WHERE id = $1", id)
		if done = !task.ExpandedAt.IsZero() || !task.CanceledAt.IsZero(); err != nil || done {
			return err
		}
		var s vpp.Selection
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return err
		}
		people, next, err := db.selectPeople(ctx, t, s, cursor, vpp.MaxPage)
		if err != nil {
			return err
		}
		if err := db.writePlans(ctx, t, task, plan(people)); err != nil {
			return err
		}
		if done = next == ""; done {
			return db.expanded(ctx, t, id)
		}
		_, err = t.Exec(ctx, "UPDATE tasks SET planned = $2 WHERE id = $1", id, next)
		return err
	})
	return done, err
}

func (db *DB) writePlans(ctx context.Context, t tx, task vpp.Task, plans []vpp.Planned) error {
	writes := map[vpp.Write][]vpp.ProgramUserID{}
	var dropped []vpp.ProgramUserID
	items, queued := make([]item, 0, len(plans)), 0
	for _, p := range plans {
		items = append(items, item{p.ID, p.State, p.Detail})
		if p.State == vpp.ItemQueued {
			queued++
		}
		if p.Write != vpp.WriteNone {
			writes[p.Write] = append(writes[p.Write], p.ID)
		}
		if p.Drop {
			dropped = append(dropped, p.ID)
		}
	}
	if err := db.dropCreates(ctx, t, dropped); err != nil {
		return err
	}
	if task.Kind == vpp.TaskSync {
		if err := addResult(ctx, t, task.ID, "pushed", queued); err != nil {
			return err
		}
	}
	for write, ids := range writes {
		for some := range slices.Chunk(ids, 500) {
			_, err := t.Exec(ctx, `UPDATE program_users SET pending = $1, pending_since = $2, batch_id = '', apple_error = 0
				WHERE id IN (`+marks(3, len(some))+")", append([]any{write, ms(db.now())}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
	}
	if len(writes) > 0 {
		if err := t.enqueue(ctx, vpp.TendLocation{LocationID: task.LocationID}); err != nil {
			return err
		}
	}
	return db.insertItems(ctx, t, task.ID, items)
}

// dropCreates takes back creations that no call carries yet, with the letters
// and items that waited for them.
func (db *DB) dropCreates(ctx context.Context, t tx, ids []vpp.ProgramUserID) error {
	if len(ids) == 0 {
		return nil
	}
	items := make([]item, len(ids))
	for i, id := range ids {
		items[i] = item{id, vpp.ItemSkipped, "Taken out again before Apple was asked."}
	}
	for some := range slices.Chunk(ids, 500) {
		_, err := t.Exec(ctx, "UPDATE program_users SET pending = '', pending_since = 0 WHERE pending = 'create' AND batch_id = '' AND id IN ("+
			marks(1, len(some))+")", anys(some)...)
		if err != nil {
			return err
		}
	}
	if err := db.withdrawLetters(ctx, t, ids, "Not sent: the person was taken out again."); err != nil {
		return err
	}
	if err := db.withdrawInvitations(ctx, t, ids); err != nil {
		return err
	}
	return db.settleItems(ctx, t, []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend}, items)
}

// addResult adds to one of the numbers that a task's result shows.
func addResult(ctx context.Context, t tx, id vpp.TaskID, name string, n int) error {
	if n == 0 {
		return nil
	}
	text, err := one(ctx, t, scanString, "SELECT result FROM tasks WHERE id = $1", id)
	if err != nil {
		return err
	}
	result := map[string]int{}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		return err
	}
	result[name] += n
	now, err := json.Marshal(result)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, "UPDATE tasks SET result = $2 WHERE id = $1", id, string(now))
	return err
}
