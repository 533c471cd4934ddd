package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// DueReads reads the locations whose schedule asks for a read by now, or says
// nothing yet about when.
func (db *DB) DueReads(ctx context.Context, now time.Time) ([]vpp.Location, error) {
	return all(ctx, db, scanLocation, "SELECT "+locationColumns+` FROM locations WHERE token_added_at > 0 AND token_problem IN (0, 9637)
		AND read_started_at = 0 AND NOT sync_paused AND (next_read_at <= $1 OR next_full_at <= $1)`, ms(now))
}

// ScheduleReads stores when the schedule reads next.
func (db *DB) ScheduleReads(ctx context.Context, id vpp.LocationID, next, nextFull time.Time) error {
	_, err := db.Exec(ctx, "UPDATE locations SET next_read_at = $2, next_full_at = $3 WHERE id = $1", id, ms(next), ms(nextFull))
	return err
}

// SetSchedule stores how often a location is read by itself and when next,
// with a line in the history.
func (db *DB) SetSchedule(ctx context.Context, by vpp.Actor, was vpp.Location, s vpp.Schedule, next, nextFull time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `UPDATE locations SET sync_every = $2, full_every = $3, sync_paused = $4, next_read_at = $5, next_full_at = $6 WHERE id = $1`,
			was.ID, s.Every.Milliseconds(), s.FullEvery.Milliseconds(), s.Paused, ms(next), ms(nextFull))
		if err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "location.schedule", "location:"+string(was.ID), "The schedule of "+was.Name+" was changed.",
			scheduleFacts(was.Schedule), scheduleFacts(s))
	})
}

func scheduleFacts(s vpp.Schedule) map[string]any {
	return map[string]any{"every": s.Every.String(), "full_every": s.FullEvery.String(), "paused": s.Paused}
}
