package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Stake counts what goes when a location is removed, and what keeps it.
func (db *DB) Stake(ctx context.Context, id vpp.LocationID) (vpp.Stake, error) {
	return stake(ctx, db, id)
}

func stake(ctx context.Context, q querier, id vpp.LocationID) (vpp.Stake, error) {
	return one(ctx, q, func(s scanner) (n vpp.Stake, err error) {
		err = s.Scan(&n.People, &n.Registered, &n.Invited, &n.Waiting, &n.Only, &n.Tasks, &n.Strangers, &n.Assets, &n.Licenses, &n.Others)
		return
	}, `SELECT count(*), COALESCE(sum(CASE WHEN apple_status = 'Associated' THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE WHEN apple_status = 'Registered' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN pending <> '' THEN 1 ELSE 0 END), 0),
		(SELECT count(*) FROM program_users p WHERE p.location_id = $1 AND `+nowhereElse+`),
		(SELECT count(*) FROM tasks WHERE finished_at = 0 AND canceled_at = 0 AND location_id = $1),
		(SELECT count(*) FROM strangers WHERE location_id = $1), (SELECT count(*) FROM assets WHERE location_id = $1),
		(SELECT count(*) FROM assignments WHERE location_id = $1), (SELECT count(*) FROM locations WHERE id <> $1)
		FROM program_users WHERE location_id = $1`, id)
}

// nowhereElse: a place, p, is the only one of its person.
const nowhereElse = "NOT EXISTS (SELECT 1 FROM program_users o WHERE o.user_id = p.user_id AND o.location_id <> p.location_id)"

// LeaveLocation notes that nothing is written at a location any more, because it is
// to be removed. What keeps it is vpp.Conflict, and so is a location that
// changed hands since was was read.
func (db *DB) LeaveLocation(ctx context.Context, by vpp.Actor, was vpp.Location) error {
	return db.inTx(ctx, func(t tx) error {
		l, _, err := db.unkept(ctx, t, was)
		if err != nil || !l.MovedAt.IsZero() {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE locations SET moved_at = $2, notify_url = '' WHERE id = $1", l.ID, ms(db.now())); err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "location.leave", "location:"+string(l.ID), l.Name+" is to be removed: nothing is written there any more.", claimFacts(l.Claim), nil)
	})
}

// unkept holds the location's rows still, and refuses when something keeps the
// location.
func (db *DB) unkept(ctx context.Context, t tx, was vpp.Location) (vpp.Location, vpp.Stake, error) {
	// The tender's row before the location's, as reads lock them.
	for _, hold := range []string{"UPDATE tenders SET failures = failures WHERE location_id = $1", "UPDATE locations SET name = name WHERE id = $1"} {
		if _, err := t.Exec(ctx, hold, was.ID); err != nil {
			return was, vpp.Stake{}, err
		}
	}
	l, err := locationIn(ctx, t, was.ID)
	if err != nil {
		return l, vpp.Stake{}, err
	}
	n, err := stake(ctx, t, l.ID)
	switch {
	case err != nil:
		return l, n, err
	case l.UID != was.UID || !l.ClaimedAt.Equal(was.ClaimedAt):
		return l, n, vpp.Errorf(vpp.Conflict, "%s changed at this moment: look at it again.", l.Name)
	case l.KeptBy(n) != "":
		return l, n, vpp.Errorf(vpp.Conflict, "%s", l.KeptBy(n))
	}
	return l, n, nil
}

// RemoveLocation destroys a location's content token, the places of its people
// and all that was read there. People stay: who has no other place waits in a
// location without a token. Untold says that Apple was not told of it.
func (db *DB) RemoveLocation(ctx context.Context, by vpp.Actor, was vpp.Location, untold bool) error {
	return db.inTx(ctx, func(t tx) error {
		l, n, err := db.unkept(ctx, t, was)
		if err != nil {
			return err
		}
		if l.Default || n.Only > 0 {
			if err := db.makeRoom(ctx, t, l, n); err != nil {
				return err
			}
		}
		for _, statement := range removing() {
			if _, err := t.Exec(ctx, statement, l.ID); err != nil {
				return err
			}
		}
		if _, err := t.Exec(ctx, "UPDATE webhooks SET off_at = $2, off_why = 'Its location was removed.' WHERE location_id = $1 AND off_at = 0", l.ID, ms(db.now())); err != nil {
			return err
		}
		before := tokenFacts(l)
		before["people"], before["only_place"], before["strangers"], before["licenses"] = n.People, n.Only, n.Strangers, n.Licenses
		summary := l.Name + " was removed."
		if untold {
			summary = l.Name + " was removed without telling Apple."
		}
		return db.insertEntry(ctx, t, by, "location.remove", "location:"+string(l.ID), summary, before, nil)
	})
}

// removing is all that a location has, the location last. Invitations, letters
// and what was held go with the places.
func removing() []string {
	return []string{
		`UPDATE license_wishes SET line_at = COALESCE((SELECT min(q.associated_at) FROM program_users q WHERE q.user_id = license_wishes.user_id
			AND q.apple_status = 'Associated' AND q.location_id <> $1), ` + notYet + `)
			WHERE ended_at = 0 AND EXISTS (SELECT 1 FROM program_users p WHERE p.user_id = license_wishes.user_id AND p.location_id = $1)`,
		"DELETE FROM program_users WHERE location_id = $1",
		"UPDATE license_wishes SET op = '', send_location = '', batch_id = '' WHERE send_location = $1 AND op <> ''",
		"UPDATE license_wishes SET apple_location = '' WHERE apple_location = $1",
		"DELETE FROM status_counts WHERE location_id = $1",
		"DELETE FROM batches WHERE location_id = $1",
		"DELETE FROM strangers WHERE location_id = $1",
		"DELETE FROM notifications WHERE location_id = $1",
		"DELETE FROM notification_log WHERE location_id = $1",
		"DELETE FROM assignments WHERE location_id = $1",
		"DELETE FROM assets WHERE location_id = $1",
		"DELETE FROM license_looks WHERE location_id = $1",
		"DELETE FROM imprints WHERE location_id = $1",
		"DELETE FROM touched WHERE location_id = $1",
		"DELETE FROM same_accounts WHERE location_id = $1",
		"DELETE FROM conflict_counts WHERE location_id = $1",
		"DELETE FROM tenders WHERE location_id = $1",
		"DELETE FROM locations WHERE id = $1",
	}
}

// makeRoom finds who becomes the default location, and where people wait who
// have no other place; either is made when there is none.
func (db *DB) makeRoom(ctx context.Context, t tx, l vpp.Location, n vpp.Stake) error {
	if l.Default {
		if err := db.defaultInstead(ctx, t, l); err != nil {
			return err
		}
	}
	if n.Only == 0 {
		return nil
	}
	nowhere, err := one(ctx, t, scanString, "SELECT id FROM locations WHERE id <> $1 AND uid = '' ORDER BY is_default DESC, created_at, id LIMIT 1", l.ID)
	if vpp.KindOf(err) == vpp.NotFound {
		nowhere, err = db.insertEmpty(ctx, t, vpp.NowhereName, false)
	}
	if err != nil {
		return err
	}
	return db.moveOnly(ctx, t, l.ID, vpp.LocationID(nowhere))
}

// defaultInstead makes another location the default one: the oldest with a
// token, and an empty one, as at the first start, when there is no other.
func (db *DB) defaultInstead(ctx context.Context, t tx, l vpp.Location) error {
	if _, err := t.Exec(ctx, "UPDATE locations SET is_default = FALSE WHERE id = $1", l.ID); err != nil {
		return err
	}
	n, err := t.Exec(ctx, `UPDATE locations SET is_default = TRUE WHERE id =
		(SELECT id FROM locations WHERE id <> $1 ORDER BY CASE WHEN uid = '' THEN 1 ELSE 0 END, created_at, id LIMIT 1)`, l.ID)
	if err != nil || n > 0 {
		return err
	}
	_, err = db.insertEmpty(ctx, t, vpp.DefaultLocationName, true)
	return err
}

func (db *DB) insertEmpty(ctx context.Context, t tx, name string, isDefault bool) (string, error) {
	id := db.ids()
	_, err := t.Exec(ctx, "INSERT INTO locations (id, name, is_default, created_at) VALUES ($1, $2, $3, $4)", id, name, isDefault, ms(db.now()))
	if err != nil {
		return "", err
	}
	return id, insertTender(ctx, t, vpp.LocationID(id))
}

// moveOnly gives those who have no other place one that is as new: nothing of
// what they had at the location goes with them.
func (db *DB) moveOnly(ctx context.Context, t tx, from, to vpp.LocationID) error {
	only, err := all(ctx, t, scanString, "SELECT p.user_id FROM program_users p WHERE p.location_id = $1 AND "+nowhereElse, from)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(only, placeStretch) {
		users, err := all(ctx, t, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.id IN ("+marks(1, len(some))+")", anys(some)...)
		if err != nil {
			return err
		}
		changes := make([]vpp.UserChange, len(users))
		for i, u := range users {
			changes[i] = vpp.UserChange{Now: u, Locations: []vpp.LocationID{to}}
		}
		n, err := db.addPlaces(ctx, t, changes)
		if err != nil {
			return err
		}
		if n != len(some) {
			return fmt.Errorf("store: %d people of %d got a place", n, len(some))
		}
	}
	return nil
}
