package store

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// InFlight counts the people of a location whose write Apple has and has not
// shown the result of.
func (db *DB) InFlight(ctx context.Context, id vpp.LocationID) (int, error) {
	return one(ctx, db, scanInt, `SELECT count(*) FROM batches b JOIN program_users p ON p.batch_id = b.id AND p.batch_id <> ''
		WHERE b.location_id = $1 AND b.finished_at = 0 AND (b.event_id <> '' OR b.settled_at > 0)`, id)
}

// PlacesAt reads the places at a location that the users have, or that have
// one of the names at Apple.
func (db *DB) PlacesAt(ctx context.Context, id vpp.LocationID, users []vpp.UserID, names []vpp.ClientUserID) ([]vpp.PlaceOf, error) {
	var found []vpp.PlaceOf
	for _, look := range []struct {
		where  string
		values []any
	}{
		{"p.user_id IN ", anys(users)},
		{"p.client_user_id <> '' AND p.client_user_id IN ", anys(names)},
	} {
		for some := range slices.Chunk(look.values, 500) {
			places, err := all(ctx, db, func(s scanner) (p vpp.PlaceOf, err error) {
				err = s.Scan(append(placeFields(&p.ProgramUser), &p.FullName)...)
				return
			}, "SELECT "+placeColumns+", u.full_name FROM program_users p JOIN users u ON u.id = p.user_id WHERE p.location_id = $1 AND "+
				look.where+"("+marks(2, len(some))+")", append([]any{id}, some...)...)
			if err != nil {
				return nil, err
			}
			found = append(found, places...)
		}
	}
	return found, nil
}

var errMovedMeanwhile = vpp.Errorf(vpp.Conflict, "Somebody got another record at Apple just now: look again.")

// moveIn gives people the records at Apple that they had under another server.
// When all is written, everything there is read.
func (db *DB) moveIn(ctx context.Context, t tx, s vpp.ImportStep) error {
	for some := range slices.Chunk(s.Moved, writeRows) {
		args := []any{s.Location}
		var names []any
		for _, m := range some {
			args = append(args, m.UserID, m.ClientUserID, ms(m.HandedOverAt))
			names = append(names, m.ClientUserID)
		}
		n, err := t.Exec(ctx, "WITH v (user_id, name, handed) AS ("+givenFrom(2, len(some), "TEXT", "TEXT", "BIGINT")+`)
			UPDATE program_users SET client_user_id = v.name, generation = 1,
				handed_over_at = CASE WHEN handed_over_at = 0 THEN v.handed ELSE handed_over_at END
			FROM v WHERE program_users.user_id = v.user_id AND program_users.location_id = $1 AND program_users.client_user_id = ''
			AND program_users.pending = ''`, args...)
		if isDuplicate(err) || err == nil && int(n) != len(some) {
			return errMovedMeanwhile
		}
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "DELETE FROM strangers WHERE location_id = $1 AND client_user_id IN ("+marks(2, len(names))+")",
			append([]any{s.Location}, names...)...); err != nil {
			return err
		}
	}
	if s.Last && s.Location != "" {
		return db.wantRead(ctx, t, s.Location, true)
	}
	return nil
}

// Unread says whether people of the location have a name at Apple of which
// nothing was ever read: they moved in, living or removed.
func (db *DB) Unread(ctx context.Context, id vpp.LocationID) (bool, error) {
	n, err := one(ctx, db, scanInt, `SELECT count(*) FROM (SELECT 1 FROM program_users WHERE location_id = $1
		AND client_user_id <> '' AND apple_status = '' AND pending = '' LIMIT 1) x`, id)
	return n > 0, err
}
