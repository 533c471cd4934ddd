package store

import (
	"context"
	"encoding/json"
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
		if _, err := t.Exec(ctx, "UPDATE tenders SET walk = '', failures = 0 WHERE location_id = $1", id); err != nil {
			return err
		}
		_, err := t.Exec(ctx, `UPDATE locations SET users_version = $2, read_at = $3, read_started_at = 0, read_done = 0, read_total = 0,
			read_problem = '', full_read_at = CASE WHEN $4 THEN $3 ELSE full_read_at END,
			at_apple = CASE WHEN $4 THEN $5 ELSE at_apple END,
			read_first_at = CASE WHEN $4 AND read_first_at <= $6 THEN 0 ELSE read_first_at END WHERE id = $1`,
			id, r.Version, ms(db.now()), r.Full, r.Seen, ms(r.Started))
		if err != nil {
			return err
		}
		if r.Full {
			if err := db.readAgainFirst(ctx, t, id); err != nil {
				return err
			}
		}
		return db.finishSyncs(ctx, t, id, r)
	})
}

// finishSyncs tells the syncs that were asked for before the read began what
// it brought.
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
		if task.Result == nil {
			task.Result = map[string]int{}
		}
		for k, n := range r.Changed {
			task.Result[k] += n
		}
		result, err := json.Marshal(task.Result)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tasks SET cursor = '', result = $2 WHERE id = $1", task.ID, string(result)); err != nil {
			return err
		}
		if err := db.finishTask(ctx, t, task.ID); err != nil {
			return err
		}
	}
	return nil
}

// WriteStrangers stores living records at Apple that are nobody's here.
func (db *DB) WriteStrangers(ctx context.Context, id vpp.LocationID, records []vpp.Record, read time.Time) error {
	if len(records) == 0 {
		return nil
	}
	return db.inTx(ctx, func(t tx) error {
		for len(records) > 0 {
			some := records[:min(200, len(records))]
			records = records[len(some):]
			args := make([]any, 0, 6*len(some))
			for _, r := range some {
				args = append(args, id, r.ClientUserID, r.Status, r.Email, r.AccountHash, ms(read))
			}
			_, err := t.Exec(ctx, `INSERT INTO strangers (location_id, client_user_id, apple_status, apple_email, account_hash, read_at) VALUES `+
				rowsOf(len(some), "", "", "", "", "", "")+` ON CONFLICT (location_id, client_user_id) DO UPDATE
				SET apple_status = excluded.apple_status, apple_email = excluded.apple_email, account_hash = excluded.account_hash, read_at = excluded.read_at
				WHERE strangers.apple_status <> excluded.apple_status OR strangers.account_hash <> excluded.account_hash`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// LivingUnseen calls fn with the VPP users who live at Apple as far as we
// know, by their numbers in the store, and returns the names of those for whom
// it says true; at most limit.
func (db *DB) LivingUnseen(ctx context.Context, id vpp.LocationID, limit int, unseen func(seq int64) bool) ([]vpp.ClientUserID, error) {
	var names []vpp.ClientUserID
	// The empty text keeps planners off the location's indexes, which are not
	// in this order: each stretch would sort everybody.
	for after := int64(-1); ; {
		type row struct {
			seq  int64
			name vpp.ClientUserID
		}
		rows, err := all(ctx, db, func(s scanner) (r row, err error) {
			err = s.Scan(&r.seq, &r.name)
			return
		}, `SELECT seq, client_user_id FROM program_users WHERE location_id || '' = $1 AND apple_status IN ('Registered', 'Associated')
			AND seq > $2 ORDER BY seq LIMIT 5000`, id, after)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if after = r.seq; unseen(r.seq) && len(names) < limit {
				names = append(names, r.name)
			}
		}
		if len(rows) < 5000 || len(names) >= limit {
			return names, nil
		}
	}
}

// StaleReads reads which usable locations have not been read, or not wholly,
// since the given times.
func (db *DB) StaleReads(ctx context.Context, read, full time.Time) (stale []vpp.LocationID, whole []vpp.LocationID, err error) {
	query := `SELECT id FROM locations WHERE token_added_at > 0 AND token_problem IN (0, 9637) AND read_started_at = 0 AND `
	scan := func(s scanner) (id vpp.LocationID, err error) { err = s.Scan(&id); return }
	stale, err = all(ctx, db, scan, query+"read_at < $1", ms(read))
	if err != nil {
		return nil, nil, err
	}
	whole, err = all(ctx, db, scan, query+"full_read_at < $1", ms(full))
	return stale, whole, err
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
