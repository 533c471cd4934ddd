package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ReadWanted says whether users of the location are to be read, and whether
// all of them; walk is how far a read has come that was begun, "" when none is.
func (db *DB) ReadWanted(ctx context.Context, id vpp.LocationID) (w vpp.ReadWanted, err error) {
	return one(ctx, db, func(s scanner) (w vpp.ReadWanted, err error) {
		err = s.Scan(timeAt{&w.Since}, timeAt{&w.FullSince}, &w.Walk)
		return
	}, "SELECT read_wanted_at, full_wanted_at, walk FROM tenders WHERE location_id = $1", id)
}

// BeginRead stores that a read begins, and takes the wish for it back: one
// that comes from now on is for another read.
func (db *DB) BeginRead(ctx context.Context, id vpp.LocationID, full bool, walk string, started time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `UPDATE tenders SET walk = $2, read_wanted_at = 0,
			full_wanted_at = CASE WHEN $3 THEN 0 ELSE full_wanted_at END WHERE location_id = $1`, id, walk, full)
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, "UPDATE locations SET read_started_at = $2, read_done = 0, read_total = 0 WHERE id = $1", id, ms(started))
		return err
	})
}

// KeepRead stores how far a read has come.
func (db *DB) KeepRead(ctx context.Context, id vpp.LocationID, walk string, p vpp.Progress) error {
	return db.inTx(ctx, func(t tx) error {
		if _, err := t.Exec(ctx, "UPDATE tenders SET walk = $2 WHERE location_id = $1", id, walk); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "UPDATE locations SET read_done = $2, read_total = $3 WHERE id = $1", id, p.Done, p.Total)
		return err
	})
}

// FinishRead stores the version up to which the users have been read, and
// what the read changed, with the syncs that waited for it.
func (db *DB) FinishRead(ctx context.Context, id vpp.LocationID, r vpp.ReadResult) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.wakeLines(ctx, t); err != nil { // whoever could be served since, and was missed
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tenders SET walk = '', failures = 0 WHERE location_id = $1", id); err != nil {
			return err
		}
		_, err := t.Exec(ctx, `UPDATE locations SET users_version = $2, read_at = $3, read_started_at = 0, read_done = 0, read_total = 0,
			read_problem = '', full_read_at = CASE WHEN $4 THEN $3 ELSE full_read_at END,
			at_apple = CASE WHEN $4 THEN $5 ELSE at_apple END, next_read_at = $6, next_full_at = $7,
			read_first_at = CASE WHEN $9 AND read_first_at <= $8 THEN 0 ELSE read_first_at END WHERE id = $1`,
			id, r.Version, ms(db.now()), r.Full, r.Seen, ms(r.NextRead), ms(r.NextFull), ms(r.Started), r.Full && !r.Partly)
		if err != nil {
			return err
		}
		if err := db.looksAnswered(ctx, t, id, r.Started); err != nil {
			return err
		}
		if r.Full {
			if err := db.readAgainFirst(ctx, t, id, r); err != nil {
				return err
			}
			if err := db.afterFullRead(ctx, t, id, r); err != nil {
				return err
			}
		}
		return db.finishSyncs(ctx, t, id, r)
	})
}

// afterFullRead does what only everything that Apple has allows: it asks for
// what differs to be sent, forgets strangers who are gone, keeps the imprint,
// and lets licenses be read in full, too.
func (db *DB) afterFullRead(ctx context.Context, t tx, id vpp.LocationID, r vpp.ReadResult) error {
	_, err := t.Exec(ctx, `UPDATE program_users SET pending = 'update', pending_since = $2, batch_id = '' WHERE location_id = $1 AND differs
		AND pending = '' AND apple_error = 0 AND apple_status IN ('Registered', 'Associated')`, id, ms(db.now()))
	if err != nil {
		return err
	}
	if !r.Moved && !r.Partly {
		if _, err := t.Exec(ctx, "DELETE FROM strangers WHERE location_id = $1 AND read_at < $2", id, ms(r.Started)); err != nil {
			return err
		}
	}
	return db.wantLibrary(ctx, t, id, true)
}

// finishSyncs tells the syncs that were asked for before the read began what
// it brought. They go on waiting for a read of licenses.
func (db *DB) finishSyncs(ctx context.Context, t tx, id vpp.LocationID, r vpp.ReadResult) error {
	waiting, err := all(ctx, t, scanTask, "SELECT "+taskColumns+` FROM tasks WHERE kind = 'sync' AND location_id = $1
		AND finished_at = 0 AND canceled_at = 0 AND cursor = 'reading' AND created_at <= $2`, id, ms(r.Started))
	if err != nil {
		return err
	}
	for _, task := range waiting {
		if r.FullOnly(task) {
			continue
		}
		result, err := json.Marshal(withChanges(task.Result, r.Changed))
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tasks SET cursor = 'library', result = $2 WHERE id = $1", task.ID, string(result)); err != nil {
			return err
		}
		if err := db.wantLibrary(ctx, t, id, task.Params["read"] == "full"); err != nil {
			return err
		}
	}
	return nil
}

// LivingUnseen calls unseen with the numbers of the VPP users who live at Apple
// as far as we know, from the one after the given on, and returns those for
// whom it says true, in the order of their numbers; at most limit.
func (db *DB) LivingUnseen(ctx context.Context, id vpp.LocationID, after int64, limit int, unseen func(seq int64) bool) ([]vpp.Numbered, error) {
	var found []vpp.Numbered
	last, err := lastSeq(ctx, db, "program_users")
	for ; err == nil && after < last && len(found) < limit; after += stretch {
		var rows []vpp.Numbered
		rows, err = all(ctx, db, scanNumbered, "SELECT seq, client_user_id FROM program_users WHERE "+inStretch+
			" AND apple_status IN ('Registered', 'Associated') ORDER BY seq", id, after, after+stretch)
		for _, r := range rows {
			if len(found) < limit && unseen(r.Seq) {
				found = append(found, r)
			}
		}
	}
	return found, err
}

// A long table is read in stretches of so many numbers: whatever planners think
// of a filter, a stretch is found by its numbers. The empty text keeps them
// off the location's indexes, which are not in this order.
const (
	stretch   = 5000
	inStretch = "location_id || '' = $1 AND seq > $2 AND seq <= $3"
)

// lastSeq is the last number in a table.
func lastSeq(ctx context.Context, q querier, table string) (int64, error) {
	return one(ctx, q, scanInt64, "SELECT COALESCE(max(seq), 0) FROM "+table)
}

func scanNumbered(s scanner) (n vpp.Numbered, err error) {
	err = s.Scan(&n.Seq, &n.ClientUserID)
	return
}

// LivingAmong reads which rows live at Apple as far as we know, in the order
// of their numbers, in which they are given; at most limit.
func (db *DB) LivingAmong(ctx context.Context, id vpp.LocationID, seqs []int64, limit int) ([]vpp.Numbered, error) {
	var living []vpp.Numbered
	for some := range slices.Chunk(seqs, 500) {
		found, err := all(ctx, db, scanNumbered, `SELECT seq, client_user_id FROM program_users WHERE location_id = $1
			AND apple_status IN ('Registered', 'Associated') AND seq IN (`+marks(2, len(some))+") ORDER BY seq", append([]any{id}, anys(some)...)...)
		if err != nil {
			return nil, err
		}
		if living = append(living, found...); len(living) >= limit {
			return living[:limit], nil
		}
	}
	return living, nil
}

// WakeTenders promises to tend every location that has something due and
// nobody tending it: what a dead node left.
func (db *DB) WakeTenders(ctx context.Context) error {
	return db.inTx(ctx, func(t tx) error {
		now := ms(db.now())
		free, err := all(ctx, t, scanString, `SELECT location_id FROM tenders WHERE (holder = '' OR held_until < $1) AND (tend_at = 0 OR tend_at < $2)`,
			now, now-2000)
		if err != nil {
			return err
		}
		for _, id := range free {
			due, err := dueAt(ctx, t, vpp.LocationID(id), now)
			if err != nil {
				return err
			}
			if due == 0 || due > now {
				continue
			}
			if err := t.enqueue(ctx, vpp.TendLocation{LocationID: vpp.LocationID(id)}); err != nil {
				return err
			}
		}
		return nil
	})
}
