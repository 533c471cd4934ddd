package store

import (
	"context"
	"slices"
	"time"
)

// attempts is a window of sign-ins.
type attempts struct {
	n    int
	ends time.Time
}

func scanAttempts(s scanner) (a attempts, err error) {
	err = s.Scan(&a.n, timeAt{&a.ends})
	return
}

// CountAttempt adds one to the window that runs under a name at now, or opens
// a new one; it returns the count and when the window ends.
func (db *DB) CountAttempt(ctx context.Context, name string, now time.Time, window time.Duration) (int, time.Time, error) {
	var counted attempts
	err := db.inTx(ctx, func(t tx) (err error) {
		counted, err = countAttempt(ctx, t, name, now, window)
		return err
	})
	return counted.n, counted.ends, err
}

func countAttempt(ctx context.Context, t tx, name string, now time.Time, window time.Duration) (attempts, error) {
	return one(ctx, t, scanAttempts, `INSERT INTO sign_in_attempts AS a (name, n, ends_at) VALUES ($1, 1, $2)
			ON CONFLICT (name) DO UPDATE SET
				n       = CASE WHEN a.ends_at <= $3 THEN 1 ELSE a.n + 1 END,
				ends_at = CASE WHEN a.ends_at <= $3 THEN excluded.ends_at ELSE a.ends_at END
			RETURNING n, ends_at`, name, ms(now.Add(window)), ms(now))
}

// UncountAttempts takes one attempt back under each name.
func (db *DB) UncountAttempts(ctx context.Context, names ...string) error {
	// In one order, so that two sign-ins cannot wait for each other.
	names = slices.Sorted(slices.Values(names))
	return db.inTx(ctx, func(t tx) error {
		for _, name := range names {
			if _, err := t.Exec(ctx, "UPDATE sign_in_attempts SET n = n - 1 WHERE name = $1 AND n > 0", name); err != nil {
				return err
			}
		}
		return nil
	})
}

// SweepSignIns forgets sessions and windows of sign-ins that ended before now.
func (db *DB) SweepSignIns(ctx context.Context, now time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		if _, err := t.Exec(ctx, "DELETE FROM sessions WHERE expires_at <= $1", ms(now)); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "DELETE FROM sign_in_attempts WHERE ends_at <= $1", ms(now))
		return err
	})
}
