package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// HoldLocation makes holder the one who tends the location until the given
// time. False says that somebody else does, who will see whatever is due
// before letting go.
func (db *DB) HoldLocation(ctx context.Context, id vpp.LocationID, holder string, until time.Time) (held bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, `UPDATE tenders SET holder = $2, held_until = $3
			WHERE location_id = $1 AND (holder = '' OR holder = $2 OR held_until < $4)`, id, holder, ms(until), ms(db.now()))
		held = n > 0
		return err
	})
	return held, err
}

// LetGo ends the holding and returns when the location is to be tended next:
// the zero time when nothing is due or somebody else was promised to come
// earlier. With keep, work that is due now keeps the holding instead, and now
// is returned.
func (db *DB) LetGo(ctx context.Context, id vpp.LocationID, holder string, keep bool) (next time.Time, err error) {
	err = db.inTx(ctx, func(t tx) error {
		// The row is locked first: whoever brings work after the look below
		// finds the location free and tends it.
		if n, err := t.Exec(ctx, "UPDATE tenders SET holder = '' WHERE location_id = $1 AND holder = $2", id, holder); err != nil || n == 0 {
			return err
		}
		now := ms(db.now())
		due, err := dueAt(ctx, t, id, now)
		if err != nil || due == 0 {
			return err
		}
		if keep && due <= now {
			next = at(now)
			_, err := t.Exec(ctx, "UPDATE tenders SET holder = $2 WHERE location_id = $1", id, holder)
			return err
		}
		n, err := t.Exec(ctx, "UPDATE tenders SET tend_at = $2 WHERE location_id = $1 AND (tend_at <= $3 OR tend_at > $2)", id, due, now)
		if n > 0 {
			next = at(due)
		}
		return err
	})
	return next, err
}

// dueAt finds when a location has something to do next, 0 for never.
func dueAt(ctx context.Context, t tx, id vpp.LocationID, now int64) (int64, error) {
	var due, wait int64
	var usable bool
	_, err := one(ctx, t, func(s scanner) (struct{}, error) { return struct{}{}, s.Scan(&due, &wait, &usable) },
		`SELECT COALESCE((SELECT min(at) FROM (
			SELECT min(next_call_at) AS at FROM batches WHERE location_id = $1 AND finished_at = 0 AND settled_at = 0
				AND (event_id <> '' OR `+sendable+`)
			UNION ALL SELECT min(settled_at) FROM batches WHERE location_id = $1 AND finished_at = 0 AND settled_at > 0
			UNION ALL SELECT min(pending_since) FROM program_users WHERE location_id = $1 AND pending <> '' AND batch_id = '' AND `+sendable+`
			UNION ALL SELECT min(look_wanted_at) FROM program_users WHERE location_id = $1 AND look_wanted_at > 0
			UNION ALL SELECT NULLIF(read_wanted_at, 0) FROM tenders WHERE location_id = $1
			UNION ALL SELECT NULLIF(full_wanted_at, 0) FROM tenders WHERE location_id = $1
			UNION ALL SELECT NULLIF(library_wanted_at, 0) FROM tenders WHERE location_id = $1
			UNION ALL SELECT NULLIF(library_full_wanted_at, 0) FROM tenders WHERE location_id = $1
			UNION ALL SELECT NULLIF(line_wanted_at, 0) FROM tenders WHERE location_id = $1 AND `+sendable+`
			UNION ALL SELECT notify_next_at FROM locations WHERE id = $1 AND token_expires_at > $2 AND `+tellable+`
			UNION ALL SELECT 1 FROM tenders WHERE location_id = $1 AND (walk <> '' OR library_walk <> '')
		) x), 0), wait_until, token_added_at > 0 AND token_problem IN (0, 9637) FROM locations WHERE id = $1`, id, now)
	if err != nil || due == 0 || !usable {
		return 0, err
	}
	return max(due, wait, now), nil
}

// WantRead notes that the location's users are to be read, everything or what
// changed, and wakes its tender.
func (db *DB) WantRead(ctx context.Context, id vpp.LocationID, full bool) error {
	return db.inTx(ctx, func(t tx) error { return db.wantRead(ctx, t, id, full) })
}

func (db *DB) wantRead(ctx context.Context, t tx, id vpp.LocationID, full bool) error {
	return db.wantReadAt(ctx, t, id, full, db.now())
}

// wantReadAt lets the read wait until a time, so that more that happens
// meanwhile is read with it.
func (db *DB) wantReadAt(ctx context.Context, t tx, id vpp.LocationID, full bool, when time.Time) error {
	column := "read_wanted_at"
	if full {
		column = "full_wanted_at"
	}
	if _, err := t.Exec(ctx, "UPDATE tenders SET "+column+" = $2 WHERE location_id = $1 AND ("+column+" = 0 OR "+column+" > $2)", id, ms(when)); err != nil {
		return err
	}
	return t.enqueue(ctx, vpp.TendLocation{LocationID: id})
}

// Pace reserves the next slot for a call to Apple, over all nodes: at most one
// per interval.
func (db *DB) Pace(ctx context.Context, id vpp.LocationID, interval time.Duration) (slot time.Time, err error) {
	err = db.inTx(ctx, func(t tx) error {
		next, err := one(ctx, t, scanInt64, `UPDATE tenders SET next_call_at =
			CASE WHEN next_call_at > $2 THEN next_call_at ELSE $2 END + $3 WHERE location_id = $1 RETURNING next_call_at`,
			id, db.now().UnixMicro(), interval.Microseconds())
		slot = time.UnixMicro(next - interval.Microseconds())
		return err
	})
	return slot, err
}

func scanInt64(s scanner) (n int64, err error) { err = s.Scan(&n); return }

// Pause notes that no call to Apple makes sense before the given time, and the
// sentence that says why. Without a time the sentence alone is noted.
func (db *DB) Pause(ctx context.Context, id vpp.LocationID, until time.Time, why string) error {
	_, err := db.Exec(ctx, `UPDATE locations SET read_problem = $3, wait_until = CASE WHEN wait_until < $2 THEN $2 ELSE wait_until END
		WHERE id = $1`, id, ms(until), why)
	return err
}

// Stumble counts a failure of a location in a row, and returns how many there
// were; Recover forgets them.
func (db *DB) Stumble(ctx context.Context, id vpp.LocationID) (n int, err error) {
	err = db.inTx(ctx, func(t tx) error {
		n, err = one(ctx, t, scanInt, "UPDATE tenders SET failures = failures + 1 WHERE location_id = $1 RETURNING failures", id)
		return err
	})
	return n, err
}

// Recover notes that Apple answers again.
func (db *DB) Recover(ctx context.Context, id vpp.LocationID) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "UPDATE tenders SET failures = 0 WHERE location_id = $1 AND failures > 0", id)
		if err != nil || n == 0 {
			return err
		}
		_, err = t.Exec(ctx, "UPDATE locations SET read_problem = '' WHERE id = $1", id)
		return err
	})
}
