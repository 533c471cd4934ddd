package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// CancelTask ends a task: whoever is still open in it is skipped, writes that
// no call carries yet are dropped, and letters that nobody is sending just now
// are withdrawn. What Apple or the mail server already has stays done.
func (db *DB) CancelTask(ctx context.Context, by vpp.Actor, id vpp.TaskID) error {
	return db.cancelTask(ctx, by, id, "")
}

// UndoTask ends a task of which nothing was sent yet. Conflict when something
// may have been.
func (db *DB) UndoTask(ctx context.Context, by vpp.Actor, id vpp.TaskID) error {
	return db.cancelTask(ctx, by, id, " AND hold_until > 0 AND released_at = 0")
}

func (db *DB) cancelTask(ctx context.Context, by vpp.Actor, id vpp.TaskID, only string) error {
	return db.inTx(ctx, func(t tx) error {
		// The task first: whoever expands or settles it sees that it is over.
		task, err := one(ctx, t, scanTask, `UPDATE tasks SET canceled_at = $2 WHERE id = $1 AND finished_at = 0 AND canceled_at = 0`+only+`
			RETURNING `+taskColumns, id, ms(db.now()))
		if err != nil {
			return db.whyNotCanceled(ctx, t, id, err)
		}
		held := !task.HoldUntil.IsZero() && task.ReleasedAt.IsZero()
		if w := task.Kind.Writes(); w != vpp.WriteNone && !held {
			if err := dropWrites(ctx, t, id, w, task.Kind); err != nil {
				return err
			}
		}
		if err := db.dropLetters(ctx, t, id); err != nil {
			return err
		}
		if err := db.dropWishes(ctx, t, task, by); err != nil {
			return err
		}
		n, err := t.Exec(ctx, `UPDATE task_items SET state = 'skipped', updated_at = $2,
			detail = CASE WHEN $3 = 1 THEN 'Undone: nothing was sent to Apple.'
				WHEN EXISTS (SELECT 1 FROM program_users p WHERE p.id = program_user_id AND p.batch_id <> '')
				THEN 'Canceled, but Apple has the request already.' ELSE 'Canceled.' END
			WHERE task_id = $1 AND state IN ('queued', 'waiting')`, id, ms(db.now()), bit(held))
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tasks SET skipped = skipped + $2 WHERE id = $1", id, n); err != nil {
			return err
		}
		summary := task.Title + " was canceled."
		if held {
			summary = task.Title + " was undone before anything was sent to Apple."
		}
		return db.insertEntry(ctx, t, by, "task.cancel", "task:"+string(id), summary, nil, map[string]int64{"skipped": n})
	})
}

func (db *DB) whyNotCanceled(ctx context.Context, t tx, id vpp.TaskID, err error) error {
	if vpp.KindOf(err) != vpp.NotFound {
		return err
	}
	task, err := one(ctx, t, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE id = $1", id)
	if err != nil {
		return missing(err, "There is no such task.")
	}
	switch {
	case !task.CanceledAt.IsZero():
		return vpp.Errorf(vpp.Conflict, "This task was canceled before.")
	case task.FinishedAt.IsZero() && task.HoldUntil.IsZero():
		return vpp.Errorf(vpp.Conflict, "This task began at once: there is no time to undo it. Cancel it to stop what was not sent yet.")
	case task.FinishedAt.IsZero():
		return vpp.Errorf(vpp.Conflict, "The time to undo this is over. Cancel the task to stop what was not sent yet.")
	}
	return vpp.Errorf(vpp.Conflict, "This task is finished: there is nothing left to cancel.")
}

// dropWrites forgets the queued writes of a task's open people, except where
// another open task wants the same.
func dropWrites(ctx context.Context, t tx, id vpp.TaskID, w vpp.Write, kind vpp.TaskKind) error {
	kinds := []vpp.TaskKind{kind}
	if w == vpp.WriteCreate {
		kinds = []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend}
	}
	_, err := t.Exec(ctx, `UPDATE program_users SET pending = '', pending_since = 0 WHERE batch_id = '' AND pending = $2
		AND id IN (SELECT program_user_id FROM task_items WHERE task_id = $1 AND state IN ('queued', 'waiting'))
		AND NOT EXISTS (SELECT 1 FROM tasks CROSS JOIN task_items o
			WHERE tasks.finished_at = 0 AND tasks.canceled_at = 0 AND (tasks.hold_until = 0 OR tasks.released_at > 0)
			AND tasks.id <> $1 AND tasks.kind IN (`+marks(3, len(kinds))+`)
			AND o.task_id = tasks.id AND o.program_user_id = program_users.id AND o.state IN ('queued', 'waiting'))`,
		append([]any{id, w}, anys(kinds)...)...)
	return err
}

// dropLetters withdraws the task's letters, except those in a sender's hands:
// what comes of them is still noted.
func (db *DB) dropLetters(ctx context.Context, t tx, id vpp.TaskID) error {
	_, err := t.Exec(ctx, `UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $2, sentence = 'Not sent: the task was canceled.'
		WHERE task_id = $1 AND outcome IN ('queued', 'deferred', 'underway') AND (claim = '' OR claimed_until < $2)
		AND program_user_id IN (SELECT program_user_id FROM task_items WHERE task_id = $1 AND state IN ('queued', 'waiting'))`,
		id, ms(db.now()))
	return err
}

// dropWishes ends what a task asked for of open people, and no call carries yet:
// wishes for licenses, or that licenses are taken back.
func (db *DB) dropWishes(ctx context.Context, t tx, task vpp.Task, by vpp.Actor) error {
	const open = ` WHERE task_id = $1 AND batch_id = '' AND user_id IN (SELECT p.user_id FROM task_items i CROSS JOIN program_users p
		WHERE i.task_id = $1 AND i.state IN ('queued', 'waiting') AND i.state <> 'done' AND p.id = i.program_user_id)`
	var err error
	switch task.Kind {
	case vpp.TaskAssign:
		_, err = t.Exec(ctx, "UPDATE license_wishes SET ended_at = $2, ended_by = $3"+open+" AND op = '' AND ended_at = 0", task.ID, ms(db.now()), by.Name)
	case vpp.TaskTakeBack:
		_, err = t.Exec(ctx, "UPDATE license_wishes SET ended_at = 0, ended_by = '', op = '', send_location = ''"+open+" AND op <> '' AND op = 'disassociate'", task.ID)
	case vpp.TaskImport, vpp.TaskInvite, vpp.TaskResend, vpp.TaskSync, vpp.TaskDelete:
	}
	return err
}

// ForgetTasks forgets who was in tasks that ended before a time; the tasks and
// their counts stay.
func (db *DB) ForgetTasks(ctx context.Context, before time.Time) error {
	ended, err := all(ctx, db, scanString, `SELECT id FROM tasks WHERE (finished_at > 0 AND finished_at < $1 OR canceled_at > 0 AND canceled_at < $1)
		AND EXISTS (SELECT 1 FROM task_items WHERE task_id = tasks.id)`, ms(before))
	if err != nil {
		return err
	}
	for _, id := range ended {
		if _, err := db.Exec(ctx, "DELETE FROM task_items WHERE task_id = $1", id); err != nil {
			return err
		}
	}
	return nil
}

// FailedUsers reads the people with whom a task failed and who
// are still here.
func (db *DB) FailedUsers(ctx context.Context, id vpp.TaskID) ([]vpp.UserID, error) {
	ids, err := all(ctx, db, scanString, `SELECT p.user_id FROM task_items i JOIN program_users p ON p.id = i.program_user_id
		WHERE i.task_id = $1 AND i.state = 'failed' ORDER BY i.program_user_id`, id)
	users := make([]vpp.UserID, len(ids))
	for i, u := range ids {
		users[i] = vpp.UserID(u)
	}
	return users, err
}
