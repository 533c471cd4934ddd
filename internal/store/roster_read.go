package store

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// User reads one user.
func (db *DB) User(ctx context.Context, id vpp.UserID) (vpp.User, error) {
	u, err := one(ctx, db, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.id = $1", id)
	return u, missing(err, "There is no such person.")
}

// Places reads the VPP users of one user, in the order in which they came.
func (db *DB) Places(ctx context.Context, id vpp.UserID) ([]vpp.ProgramUser, error) {
	places, err := all(ctx, db, scanPlace, "SELECT "+placeColumns+" FROM program_users p WHERE p.user_id = $1 ORDER BY p.seq", id)
	if err != nil {
		return nil, err
	}
	marked := make([]*vpp.ProgramUser, len(places))
	for i := range places {
		marked[i] = &places[i]
	}
	return places, db.markRemoving(ctx, marked)
}

// FindUsers reads the users who have any of the keys, with their locations.
func (db *DB) FindUsers(ctx context.Context, keys vpp.Identities) ([]vpp.KnownUser, error) {
	var found []vpp.KnownUser
	place := map[vpp.UserID]int{}
	for _, look := range []struct {
		column string
		values []string
	}{
		{"external_id", keys.ExternalIDs},
		{"user_name_key", fold(keys.UserNames)},
		{"email_key", fold(keys.Emails)},
	} {
		for some := range slices.Chunk(look.values, 500) {
			// The second condition lets SQLite use the partial index.
			users, err := all(ctx, db, scanUser, "SELECT "+userColumns+" FROM users u WHERE u."+look.column+" IN ("+
				marks(1, len(some))+") AND u."+look.column+" <> ''", anys(some)...)
			if err != nil {
				return nil, err
			}
			for _, u := range users {
				if _, known := place[u.ID]; !known {
					place[u.ID] = len(found)
					found = append(found, vpp.KnownUser{User: u})
				}
			}
		}
	}
	return found, db.readLocations(ctx, found, place)
}

func (db *DB) readLocations(ctx context.Context, found []vpp.KnownUser, place map[vpp.UserID]int) error {
	for some := range slices.Chunk(found, 500) {
		ids := make([]any, len(some))
		for i, u := range some {
			ids[i] = u.ID
		}
		_, err := all(ctx, db, func(s scanner) (struct{}, error) {
			var id vpp.UserID
			var location vpp.LocationID
			err := s.Scan(&id, &location)
			if i, ok := place[id]; ok && err == nil {
				found[i].Locations = append(found[i].Locations, location)
			}
			return struct{}{}, err
		}, "SELECT user_id, location_id FROM program_users WHERE user_id IN ("+marks(1, len(ids))+")", ids...)
		if err != nil {
			return err
		}
	}
	return nil
}

func fold(values []string) []string {
	keys := make([]string, len(values))
	for i, v := range values {
		keys[i] = vpp.FoldKey(v)
	}
	return keys
}

// Funnel counts how far the people of a location have come, each number with
// those who are further already: who has an address, was invited or went on,
// opened the link, is registered. Removed stands beside.
func (db *DB) Funnel(ctx context.Context, location vpp.LocationID) (f vpp.Funnel, err error) {
	if location, err = db.locationOr(ctx, db, location); err != nil {
		return f, err
	}
	counts, err := db.countStatuses(ctx, location)
	if err != nil {
		return f, err
	}
	for _, n := range counts {
		f.People += n
	}
	f.Registered, f.Removed = counts[vpp.Registered], counts[vpp.Removed]
	f.Invited = counts[vpp.Invited] + f.Registered
	unreachable, err := one(ctx, db, scanInt, "SELECT count(*) FROM program_users WHERE location_id = $1 AND no_address", location)
	if err != nil {
		return f, err
	}
	f.Reachable = f.People - unreachable
	f.Opened, err = one(ctx, db, scanInt, "SELECT count(*) FROM invitations WHERE location_id = $1 AND opened_at > 0 AND withdrawn_at = 0", location)
	return f, err
}
