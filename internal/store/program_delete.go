package store

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// BeginDelete writes a removal with everybody it means, at once: whoever comes
// to match the selection's filter later is not meant. Detail says of each what
// will happen.
func (db *DB) BeginDelete(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, detail, key string) (vpp.Task, error) {
	location, err := db.locationOr(ctx, db, s.Filter.Location)
	if err != nil {
		return task, err
	}
	s.Filter.Location = location
	r, err := requestFor(key, task.Kind, s, task.HoldUntil.IsZero())
	if err != nil {
		return task, err
	}
	err = db.inTx(ctx, func(t tx) error {
		begun, err := db.beginDelete(ctx, t, by, task, s, detail, r)
		task = begun
		return err
	})
	return task, err
}

func (db *DB) beginDelete(ctx context.Context, t tx, by vpp.Actor, task vpp.Task, s vpp.Selection, detail string, r request) (vpp.Task, error) {
	location, err := db.locationOr(ctx, t, s.Filter.Location)
	if err != nil {
		return task, err
	}
	s.Filter.Location, task.LocationID = location, location
	was, known, err := db.insertTask(ctx, t, task, s, r)
	if err != nil || known {
		return was, err
	}
	if err := db.meanPeople(ctx, t, task.ID, s, detail); err != nil {
		return task, err
	}
	task.ExpandedAt = db.now()
	task.Total, err = one(ctx, t, scanInt, `UPDATE tasks SET expanded_at = $2,
		total = (SELECT count(*) FROM task_items WHERE task_id = $1) WHERE id = $1 RETURNING total`, task.ID, ms(task.ExpandedAt))
	if err != nil {
		return task, err
	}
	if task.Total == 0 {
		return task, vpp.Errorf(vpp.Invalid, "Nobody at this location matches what was chosen.")
	}
	if err := db.insertEntry(ctx, t, by, string(task.Kind)+".start", "task:"+string(task.ID), task.Title, nil, task.Params); err != nil {
		return task, err
	}
	return task, t.enqueue(ctx, vpp.ExpandTask{TaskID: task.ID})
}

// meanPeople writes an item for everybody whom a selection means.
func (db *DB) meanPeople(ctx context.Context, t tx, task vpp.TaskID, s vpp.Selection, detail string) error {
	insert := func(from, where string, args []any) error {
		n := len(args)
		_, err := t.Exec(ctx, "INSERT INTO task_items (task_id, program_user_id, state, detail, updated_at) SELECT "+
			casts(n+1, "TEXT")+", p.id, 'queued', "+casts(n+2, "TEXT", "BIGINT")+" FROM "+from+" WHERE "+where+" ORDER BY p.id",
			append(slices.Clone(args), task, detail, ms(db.now()))...)
		return err
	}
	if s.All {
		q, err := db.peopleQuery(ctx, t, s.Filter, vpp.SortName)
		if err != nil {
			return err
		}
		if err := insert(q.from, q.where, q.args); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(s.IDs, 500) {
		args := append([]any{s.Filter.Location}, anys(some)...)
		chosen := "p.location_id = $1 AND p.user_id IN (" + marks(2, len(some)) + ")"
		if !s.All {
			if err := insert("program_users p", chosen, args); err != nil {
				return err
			}
			continue
		}
		if _, err := t.Exec(ctx, "DELETE FROM task_items WHERE program_user_id IN (SELECT p.id FROM program_users p WHERE "+chosen+
			") AND task_id = $"+strconv.Itoa(len(args)+1), append(args, task)...); err != nil {
			return err
		}
	}
	return nil
}

// How far a removal has come, in tasks.planned: whom it concerns at all is
// found out while there is time to undo, then the writes are queued. A stretch's
// last person stands behind the word.
const (
	sorting   = "sort:"
	releasing = "send:"
	released  = "sent"
)

// SortRemoval asks plan about the next people of a removal that can still be
// undone, and ends the items of those for whom there is nothing to do. Nothing
// else is written: the others wait.
func (db *DB) SortRemoval(ctx context.Context, id vpp.TaskID, plan func([]vpp.Person) []vpp.Planned) (done bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		r, err := db.removal(ctx, t, id, sorting)
		if done = err == nil && r.over; err != nil || done {
			return err
		}
		people, err := db.nextRemoved(ctx, t, r, sorting)
		if err != nil {
			return err
		}
		var settled []item
		for _, p := range plan(people) {
			if p.State == vpp.ItemSkipped && !p.Wait {
				settled = append(settled, item{p.ID, p.State, p.Detail})
			}
		}
		if done = len(people) < vpp.MaxPage; done {
			return errors.Join(db.moveRemoval(ctx, t, r, releasing, false), db.settleOf(ctx, t, id, settled))
		}
		return errors.Join(db.moveRemoval(ctx, t, r, sorting+string(people[len(people)-1].Program.ID), false), db.settleOf(ctx, t, id, settled))
	})
	return done, overtaken(err)
}

// ReleaseRemoval ends the time to undo: it asks plan about the next people of
// a removal, queues the writes for Apple, and keeps what these people hold just
// now. It says how it stands: everybody's write is queued, or somebody has to
// wait for an earlier request to Apple, or neither and there are more.
func (db *DB) ReleaseRemoval(ctx context.Context, id vpp.TaskID, plan func([]vpp.Person) []vpp.Planned) (done, wait bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		done, wait = false, false
		r, err := db.removal(ctx, t, id, releasing)
		if done = err == nil && r.over; err != nil || done {
			return err
		}
		people, err := db.nextRemoved(ctx, t, r, releasing)
		if err != nil {
			return err
		}
		plans := plan(people)
		if err := db.queueRemovals(ctx, t, r, plans); err != nil {
			return err
		}
		if err := db.settlePlanned(ctx, t, id, plans); err != nil {
			return err
		}
		next := releasing
		if len(people) == vpp.MaxPage {
			next += string(people[len(people)-1].Program.ID)
		} else if wait, err = db.removalWaits(ctx, t, id); err != nil {
			return err
		} else if done = !wait; done {
			next = released
		}
		return db.moveRemoval(ctx, t, r, next, true)
	})
	return done, wait, overtaken(err)
}

// overtaken: another node did the same stretch, or the task was undone; the
// next look shows which.
func overtaken(err error) error {
	if errors.Is(err, errOvertaken) {
		return nil
	}
	return err
}

// removalNow is a removal and its place.
type removalNow struct {
	task    vpp.Task
	planned string
	over    bool // nothing is left of this phase
}

func (db *DB) removal(ctx context.Context, t tx, id vpp.TaskID, phase string) (r removalNow, err error) {
	r.task, err = one(ctx, t, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE id = $1", id)
	if err != nil {
		return r, err
	}
	if r.planned, err = one(ctx, t, scanString, "SELECT planned FROM tasks WHERE id = $1", id); err != nil {
		return r, err
	}
	later := phase == sorting && len(r.planned) >= len(releasing) && r.planned[:len(releasing)] == releasing
	r.over = !r.task.CanceledAt.IsZero() || !r.task.FinishedAt.IsZero() || r.planned == released || later
	return r, nil
}

// nextRemoved reads the next people who wait in a removal, and keeps their rows
// still until the transaction ends.
func (db *DB) nextRemoved(ctx context.Context, t tx, r removalNow, phase string) ([]vpp.Person, error) {
	after := ""
	if len(r.planned) > len(phase) && r.planned[:len(phase)] == phase {
		after = r.planned[len(phase):]
	}
	lock := ""
	if db.dialect() == postgresDialect {
		lock = " FOR UPDATE OF p"
	}
	return all(ctx, t, scanPerson, "SELECT "+personColumns+` FROM task_items i CROSS JOIN program_users p CROSS JOIN users u
		WHERE p.id = i.program_user_id AND u.id = p.user_id AND i.task_id = $1 AND i.program_user_id > $2 AND i.state = 'queued'
		ORDER BY i.program_user_id LIMIT $3`+lock, r.task.ID, after, vpp.MaxPage)
}

// moveRemoval stores the place, unless somebody else moved it.
func (db *DB) moveRemoval(ctx context.Context, t tx, r removalNow, next string, release bool) error {
	at := int64(0)
	if release && !r.task.HoldUntil.IsZero() {
		at = ms(db.now())
	}
	n, err := t.Exec(ctx, `UPDATE tasks SET planned = $3, released_at = CASE WHEN released_at = 0 THEN $4 ELSE released_at END
		WHERE id = $1 AND planned = $2 AND canceled_at = 0`, r.task.ID, r.planned, next, at)
	if err == nil && n == 0 {
		err = errOvertaken
	}
	return err
}

// queueRemovals wishes for what was planned, and keeps what the people hold.
func (db *DB) queueRemovals(ctx context.Context, t tx, r removalNow, plans []vpp.Planned) error {
	var leaving, dropped []vpp.ProgramUserID
	for _, p := range plans {
		if p.Write == vpp.WriteRetire {
			leaving = append(leaving, p.ID)
		}
		if p.Drop {
			dropped = append(dropped, p.ID)
		}
	}
	if err := db.dropCreates(ctx, t, dropped); err != nil {
		return err
	}
	for some := range slices.Chunk(leaving, 500) {
		if err := db.keepHeld(ctx, t, r.task.ID, some); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `UPDATE program_users SET pending = 'retire', pending_since = $1, batch_id = '', apple_error = 0
			WHERE id IN (`+marks(2, len(some))+")", append([]any{ms(db.now())}, anys(some)...)...); err != nil {
			return err
		}
	}
	if len(leaving) == 0 {
		return nil
	}
	return t.enqueue(ctx, vpp.TendLocation{LocationID: r.task.LocationID})
}

// keepHeld writes down which licenses people hold at the moment of removal, so
// that registering them again can show it.
func (db *DB) keepHeld(ctx context.Context, t tx, task vpp.TaskID, ids []vpp.ProgramUserID) error {
	n := len(ids)
	_, err := t.Exec(ctx, `INSERT INTO removal_licenses (program_user_id, generation, adam_id, pricing_param, product_type, revocable, task_id, removed_at)
		SELECT p.id, p.generation, a.adam_id, a.pricing_param, COALESCE(s.product_type, ''), COALESCE(s.revocable, TRUE), `+casts(n+1, "TEXT", "BIGINT")+`
		FROM program_users p CROSS JOIN assignments a
		LEFT JOIN assets s ON s.location_id = a.location_id AND s.adam_id = a.adam_id AND s.pricing_param = a.pricing_param
		WHERE a.location_id = p.location_id AND a.client_user_id = p.client_user_id AND p.client_user_id <> '' AND p.id IN (`+marks(1, n)+`)
		ON CONFLICT (program_user_id, generation, adam_id, pricing_param) DO UPDATE SET task_id = excluded.task_id, removed_at = excluded.removed_at`,
		append(anys(ids), task, ms(db.now()))...)
	return err
}

// removalWaits says whether somebody's removal waits for an earlier request.
func (db *DB) removalWaits(ctx context.Context, t tx, id vpp.TaskID) (bool, error) {
	n, err := one(ctx, t, scanInt, `SELECT count(*) FROM (SELECT 1 FROM task_items i CROSS JOIN program_users p
		WHERE p.id = i.program_user_id AND i.task_id = $1 AND i.state = 'queued' AND i.state <> 'done' AND p.pending <> 'retire' LIMIT 1) x`, id)
	return n > 0, err
}

// settlePlanned ends the items of those who need not wait for Apple, and says
// of the others what they wait for.
func (db *DB) settlePlanned(ctx context.Context, t tx, id vpp.TaskID, plans []vpp.Planned) error {
	settled := make([]item, len(plans))
	for i, p := range plans {
		settled[i] = item{p.ID, p.State, p.Detail}
	}
	return db.settleOf(ctx, t, id, settled)
}

// settleOf ends, or describes anew, open items of one task, and counts them.
// Most fare alike: those are written together, by the key of the table.
func (db *DB) settleOf(ctx context.Context, t tx, task vpp.TaskID, items []item) error {
	type fate struct {
		state  vpp.ItemState
		detail string
	}
	alike := map[fate][]vpp.ProgramUserID{}
	for _, i := range items {
		f := fate{i.state, i.detail}
		alike[f] = append(alike[f], i.programUser)
	}
	counts := map[vpp.ItemState]int{}
	for f, ids := range alike {
		for some := range slices.Chunk(ids, 500) {
			n, err := t.Exec(ctx, `UPDATE task_items SET state = $1, detail = $2, updated_at = $3
				WHERE task_id = $4 AND state NOT IN ('done', 'failed', 'skipped') AND program_user_id IN (`+marks(5, len(some))+")",
				append([]any{f.state, f.detail, ms(db.now()), task}, anys(some)...)...)
			if err != nil {
				return err
			}
			counts[f.state] += int(n)
		}
	}
	return db.addCounts(ctx, t, task, 0, counts)
}

// noteRegistered says in removals that can still be undone who registered
// since they were asked for.
func (db *DB) noteRegistered(ctx context.Context, t tx, facts []vpp.Fact) error {
	var linked []vpp.Fact
	for _, f := range facts {
		if f.AppleStatus == vpp.AppleAssociated {
			linked = append(linked, f)
		}
	}
	if len(linked) == 0 {
		return nil
	}
	held, err := all(ctx, t, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE "+heldRemovals)
	if err != nil {
		return err
	}
	for _, task := range held {
		var items []item
		for _, f := range linked {
			if f.AssociatedAt.After(task.CreatedAt) {
				items = append(items, item{f.ID, vpp.ItemQueued, "Registered meanwhile. " + vpp.HeldDetail(task.HoldUntil)})
			}
		}
		if err := db.settleOf(ctx, t, task.ID, items); err != nil {
			return err
		}
	}
	return nil
}

// heldRemovals finds removals that can still be undone.
const heldRemovals = "finished_at = 0 AND canceled_at = 0 AND kind = 'delete' AND hold_until > 0 AND released_at = 0"

// markRemoving notes with people whose removal can still be undone when it is
// sent. There are seldom any: one small question then.
func (db *DB) markRemoving(ctx context.Context, places []*vpp.ProgramUser) error {
	held, err := all(ctx, db, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE "+heldRemovals)
	if err != nil || len(held) == 0 || len(places) == 0 {
		return err
	}
	tasks := map[vpp.TaskID]vpp.Task{}
	ids := make([]any, 0, len(held))
	for _, task := range held {
		tasks[task.ID] = task
		ids = append(ids, task.ID)
	}
	byID := map[vpp.ProgramUserID]*vpp.ProgramUser{}
	for _, p := range places {
		byID[p.ID] = p
	}
	for some := range slices.Chunk(places, 500) {
		args := slices.Clone(ids)
		for _, p := range some {
			args = append(args, p.ID)
		}
		_, err := all(ctx, db, func(s scanner) (struct{}, error) {
			var place vpp.ProgramUserID
			var task vpp.TaskID
			err := s.Scan(&place, &task)
			if p := byID[place]; p != nil && (p.Removing.At.IsZero() || tasks[task].HoldUntil.Before(p.Removing.At)) {
				p.Removing = vpp.Removing{Task: task, At: tasks[task].HoldUntil}
			}
			return struct{}{}, err
		}, "SELECT program_user_id, task_id FROM task_items WHERE task_id IN ("+marks(1, len(ids))+") AND state IN ('queued', 'waiting') AND program_user_id IN ("+
			marks(len(ids)+1, len(some))+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}
