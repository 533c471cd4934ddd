package store

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// lookPause is how often, at most, Apple is asked for one person because they
// asked for it.
const lookPause = 10 * time.Second

// wantLook lets Apple be asked by name for the person of an invitation, and
// wakes the tender. Whom Apple has told to be registered is not asked for, and
// who was asked for a moment ago waits. With continued, only who had gone on to
// Apple is.
func (db *DB) wantLook(ctx context.Context, t tx, id vpp.InvitationID, continued bool) error {
	only := ""
	if continued {
		only = " AND continued_at > 0"
	}
	now := ms(db.now())
	woken, err := all(ctx, t, scanString, `UPDATE program_users SET look_wanted_at = CASE WHEN looked_at > $2 THEN looked_at + $3 ELSE $4 END
		WHERE id = (SELECT program_user_id FROM invitations WHERE id = $1`+only+`) AND look_wanted_at = 0 AND apple_status = 'Registered'
		RETURNING location_id`, id, now-lookPause.Milliseconds(), lookPause.Milliseconds(), now)
	if err != nil {
		return err
	}
	for _, location := range woken {
		if err := t.enqueue(ctx, vpp.TendLocation{LocationID: vpp.LocationID(location)}); err != nil {
			return err
		}
	}
	return nil
}

// WantedLooks reads Apple's names for people who are to be asked for now; at
// most limit, longest waiting first.
func (db *DB) WantedLooks(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.ClientUserID, error) {
	return all(ctx, db, func(s scanner) (name vpp.ClientUserID, err error) { err = s.Scan(&name); return },
		`SELECT client_user_id FROM program_users WHERE location_id = $1 AND look_wanted_at > 0 AND look_wanted_at <= $2
			ORDER BY look_wanted_at LIMIT $3`, id, ms(db.now()), limit)
}

// LookedAt notes that Apple was asked for people by name.
func (db *DB) LookedAt(ctx context.Context, id vpp.LocationID, names []vpp.ClientUserID) error {
	return db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(names, 500) {
			_, err := t.Exec(ctx, "UPDATE program_users SET look_wanted_at = 0, looked_at = $2 WHERE location_id = $1 AND client_user_id IN ("+
				marks(3, len(some))+")", append([]any{id, ms(db.now())}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// looksAnswered notes that a read which began at a time has told of everybody
// who was to be asked for before.
func (db *DB) looksAnswered(ctx context.Context, t tx, id vpp.LocationID, began time.Time) error {
	_, err := t.Exec(ctx, `UPDATE program_users SET look_wanted_at = 0, looked_at = $3
		WHERE location_id = $1 AND look_wanted_at > 0 AND look_wanted_at <= $2`, id, ms(began), ms(db.now()))
	return err
}
