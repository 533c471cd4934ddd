package store

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// PausePeople pauses everybody of a selection, or resumes them, at every
// location, and returns how many were not so before (F-13). It goes on stretch
// by stretch like PlacePeople.
func (db *DB) PausePeople(ctx context.Context, by vpp.Actor, s vpp.Selection, paused bool) (changed int, err error) {
	for cursor, last := "", false; !last; {
		var next string
		var n int
		err = db.inTx(ctx, func(t tx) error {
			var people []vpp.User
			if people, next, err = db.selectUsers(ctx, t, s, cursor); err != nil || len(people) == 0 {
				return err
			}
			n, err = db.pausePeople(ctx, t, by, people, paused)
			return err
		})
		if err != nil {
			return changed, err
		}
		changed += n
		cursor, last = next, next == ""
	}
	if paused || changed == 0 {
		return changed, nil
	}
	return changed, db.inTx(ctx, func(t tx) error { return db.wakeLines(ctx, t) }) // who is resumed may get licenses
}

func (db *DB) pausePeople(ctx context.Context, t tx, by vpp.Actor, people []vpp.User, paused bool) (int, error) {
	users := make([]any, len(people))
	for i, u := range people {
		users[i] = u.ID
	}
	at, were, action, summary := ms(db.now()), "paused_at = 0", "user.pause", " was paused."
	if !paused {
		at, were, action, summary = 0, "paused_at > 0", "user.resume", " was resumed."
	}
	changed, err := all(ctx, t, func(s scanner) (u vpp.User, err error) { err = s.Scan(&u.ID, &u.FullName); return },
		"UPDATE users SET paused_at = $1 WHERE "+were+" AND id IN ("+marks(2, len(users))+") RETURNING id, full_name", append([]any{at}, users...)...)
	if err != nil {
		return 0, err
	}
	// Of everybody, so that a place that was given meanwhile is set right by
	// doing it again.
	places, err := markPaused(ctx, t, users, paused)
	if err != nil {
		return 0, err
	}
	for _, u := range changed {
		if err := db.insertEntry(ctx, t, by, action, "user:"+string(u.ID), u.FullName+summary, nil, nil); err != nil {
			return 0, err
		}
	}
	if paused || len(changed) == 0 {
		return len(changed), nil
	}
	return len(changed), db.wakePaused(ctx, t, places)
}

// markPaused keeps places equal to their people, and returns them.
func markPaused(ctx context.Context, t tx, users []any, paused bool) ([]string, error) {
	return all(ctx, t, scanString, "UPDATE program_users SET paused = $1 WHERE user_id IN ("+marks(2, len(users))+") RETURNING id",
		append([]any{paused}, users...)...)
}

// pauseMoved keeps people paused who were so under the server that they come
// from, since then. Who is paused here already stays as they are.
func (db *DB) pauseMoved(ctx context.Context, t tx, s vpp.ImportStep) error {
	for some := range slices.Chunk(s.Paused, writeRows) {
		var args, users []any
		for _, p := range some {
			args, users = append(args, p.UserID, ms(p.At)), append(users, p.UserID)
		}
		changed, err := all(ctx, t, func(s scanner) (u vpp.User, err error) { err = s.Scan(&u.ID, &u.FullName); return },
			"WITH v (who, since) AS ("+given(len(some), "TEXT", "BIGINT")+`) UPDATE users SET paused_at = v.since FROM v
			WHERE users.id = v.who AND users.paused_at = 0 RETURNING id, full_name`, args...)
		if err != nil {
			return err
		}
		if _, err := markPaused(ctx, t, users, true); err != nil {
			return err
		}
		for _, u := range changed {
			err := db.insertEntry(ctx, t, s.Actor, "user.pause", "user:"+string(u.ID), u.FullName+" moved in paused.", nil, nil)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// wakePaused lets the letters and commands go that waited for people to be
// resumed. How long one is tried, and a device may stay silent, counts anew.
func (db *DB) wakePaused(ctx context.Context, t tx, places []string) error {
	woken := int64(0)
	for some := range slices.Chunk(places, 500) {
		n, err := t.Exec(ctx, `UPDATE deliveries SET next_attempt_at = $1, queued_at = $1, sentence = '' WHERE sentence LIKE '`+vpp.PausedPrefix+`%'
			AND outcome IN ('queued', 'deferred') AND program_user_id IN (`+marks(2, len(some))+")", append([]any{ms(db.now())}, anys(some)...)...)
		if err != nil {
			return err
		}
		woken += n
	}
	if woken == 0 {
		return nil
	}
	return t.enqueue(ctx, vpp.SendMail{})
}
