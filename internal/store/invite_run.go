package store

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// inviteKinds are the tasks whose items settle when a letter does.
func inviteKinds() []vpp.TaskKind { return []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend} }

// StartInvite writes a run with its letter, its history entry and the promise
// to expand it. A key that was used before returns the task of then.
func (db *DB) StartInvite(ctx context.Context, by vpp.Actor, task vpp.Task, s vpp.Selection, letter *vpp.Letter, key string) (vpp.Task, error) {
	asked := maps.Clone(task.Params)
	delete(asked, "people") // counts of the moment are not asked for
	delete(asked, "reachable")
	r, err := requestFor(key, task.Kind, s, asked, letter)
	if err != nil {
		return task, err
	}
	err = db.inTx(ctx, func(t tx) error {
		written, known, err := db.insertTask(ctx, t, task, s, r)
		if err != nil || known {
			task = written
			return err
		}
		if letter != nil {
			if _, err := t.Exec(ctx, "INSERT INTO task_letters (task_id, subject, body, html) VALUES ($1, $2, $3, $4)",
				task.ID, letter.Subject, letter.Text, letter.HTML); err != nil {
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

// InviteRun reads a run; done when there is nothing left to expand.
func (db *DB) InviteRun(ctx context.Context, id vpp.TaskID) (run vpp.InviteRun, done bool, err error) {
	run.Task, err = one(ctx, db, scanTask, "SELECT "+taskColumns+" FROM tasks WHERE id = $1", id)
	if err != nil {
		return run, false, missing(err, "There is no such task.")
	}
	selection, err := one(ctx, db, scanString, "SELECT selection FROM tasks WHERE id = $1", id)
	if err == nil {
		err = json.Unmarshal([]byte(selection), &run.Selection)
	}
	t := run.Task
	return run, !t.ExpandedAt.IsZero() || !t.CanceledAt.IsZero() || !t.FinishedAt.IsZero(), err
}

// errOvertaken rolls an act back that another node has just done.
var errOvertaken = errors.New("store: another node was first")

// WithdrawInvitation ends the person's link and their open letters.
func (db *DB) WithdrawInvitation(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID) error {
	return db.inTx(ctx, func(t tx) error {
		location, err := db.locationOr(ctx, t, location)
		if err != nil {
			return err
		}
		now := ms(db.now())
		place, err := one(ctx, t, scanString, `UPDATE invitations SET withdrawn_at = $3, revision = revision + 1
			WHERE user_id = $1 AND location_id = $2 AND withdrawn_at = 0 AND generation =
				(SELECT generation FROM program_users p WHERE p.id = invitations.program_user_id)
			RETURNING program_user_id`, user, location, now)
		if err != nil {
			return missing(err, "This person holds no invitation that could be withdrawn.")
		}
		if _, err = endLetters(ctx, t, now, "The invitation was withdrawn.", place); err != nil {
			return err
		}
		if err := db.insertEntry(ctx, t, by, "invite.withdraw", "user:"+string(user), "Withdrew the invitation", nil, nil); err != nil {
			return err
		}
		if err := endUnderway(ctx, t, ms(db.now()), "The invitation was withdrawn.", place); err != nil {
			return err
		}
		return db.settleItems(ctx, t, inviteKinds(), []item{{vpp.ProgramUserID(place), vpp.ItemSkipped, "The invitation was withdrawn."}})
	})
}

// endLetters ends the open letters of people and returns whose.
func endLetters[ID ~string](ctx context.Context, t tx, now int64, sentence string, places ...ID) ([]string, error) {
	if len(places) == 0 {
		return nil, nil
	}
	return all(ctx, t, scanString, `UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $1, sentence = $2
		WHERE outcome IN ('queued', 'deferred') AND program_user_id IN (`+marks(3, len(places))+`) RETURNING program_user_id`,
		append([]any{now, sentence}, anys(places)...)...)
}
