package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// placeStretch is how many people are placed in one transaction, so that
// nobody else waits long for the one writer of SQLite.
const placeStretch = 500

// PlacePeople gives everybody of a selection a place in a location, and
// returns how many had none there. It goes on stretch by stretch; when it is
// broken off, doing it again does the rest.
func (db *DB) PlacePeople(ctx context.Context, by vpp.Actor, location vpp.LocationID, s vpp.Selection) (placed int, err error) {
	for cursor, last := "", false; !last; {
		err = db.inTx(ctx, func(t tx) error {
			people, next, err := db.selectUsers(ctx, t, s, cursor)
			if err != nil {
				return err
			}
			changes := make([]vpp.UserChange, len(people))
			for i, u := range people {
				changes[i] = vpp.UserChange{Now: u, Locations: []vpp.LocationID{location}}
			}
			n, err := db.addPlaces(ctx, t, changes)
			if err != nil {
				return err
			}
			placed += n
			cursor, last = next, next == ""
			if !last || placed == 0 {
				return nil
			}
			return db.insertEntry(ctx, t, by, "user.place", "location:"+string(location),
				fmt.Sprintf("%d people were added to the location.", placed), nil, nil)
		})
		if err != nil {
			return placed, err
		}
	}
	return placed, nil
}

// selectUsers returns the next people of a selection, for what is the same at
// every location. Who is chosen one by one
// is found wherever they have their places.
func (db *DB) selectUsers(ctx context.Context, t tx, s vpp.Selection, cursor string) ([]vpp.User, string, error) {
	if !s.All {
		from, _ := strconv.Atoi(cursor)
		to := min(from+placeStretch, len(s.IDs))
		if from >= to {
			return nil, "", nil
		}
		some := s.IDs[from:to]
		users, err := all(ctx, t, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.id IN ("+marks(1, len(some))+") ORDER BY u.id", anys(some)...)
		if to == len(s.IDs) {
			return users, "", err
		}
		return users, strconv.Itoa(to), err
	}
	people, next, err := db.selectPeople(ctx, t, s, cursor, placeStretch)
	users := make([]vpp.User, len(people))
	for i, p := range people {
		users[i] = p.User
	}
	return users, next, err
}

// UnplacePeople takes the people of a selection out of its location: who has a
// living record there, or one that is being written, stays, and so does who has
// no other place. It goes on stretch by stretch like PlacePeople.
func (db *DB) UnplacePeople(ctx context.Context, by vpp.Actor, s vpp.Selection) (done vpp.Unplaced, err error) {
	for cursor, last := "", false; !last; {
		err = db.inTx(ctx, func(t tx) error {
			people, next, err := db.selectPeople(ctx, t, s, cursor, placeStretch)
			if err != nil {
				return err
			}
			n, err := db.unplace(ctx, t, people)
			if err != nil {
				return err
			}
			done.Taken, done.Living, done.Only = done.Taken+n.Taken, done.Living+n.Living, done.Only+n.Only
			cursor, last = next, next == ""
			if !last || done.Taken == 0 {
				return nil
			}
			location, err := db.locationOr(ctx, t, s.Filter.Location)
			if err != nil {
				return err
			}
			return db.insertEntry(ctx, t, by, "user.unplace", "location:"+string(location),
				fmt.Sprintf("%d people were taken out of the location.", done.Taken), nil, nil)
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (db *DB) unplace(ctx context.Context, t tx, people []vpp.Person) (done vpp.Unplaced, err error) {
	var users []any
	for _, p := range people {
		users = append(users, p.ID)
	}
	if len(users) == 0 {
		return done, nil
	}
	// Holds the people, so that two who take them out of two locations do not
	// leave them nowhere.
	if _, err := t.Exec(ctx, "UPDATE users SET source = source WHERE id IN ("+marks(1, len(users))+")", users...); err != nil {
		return done, err
	}
	elsewhere, err := all(ctx, t, scanString, "SELECT user_id FROM program_users WHERE user_id IN ("+marks(1, len(users))+") GROUP BY user_id HAVING count(*) > 1", users...)
	if err != nil {
		return done, err
	}
	var left []item
	var places []any
	for _, p := range people {
		switch {
		case p.Program.AppleStatus.Living() || p.Program.Pending != vpp.WriteNone:
			done.Living++
		case !slices.Contains(elsewhere, string(p.ID)):
			done.Only++
		default:
			left = append(left, item{p.Program.ID, vpp.ItemSkipped, "The person was taken out of the location."})
			places = append(places, p.Program.ID)
		}
	}
	if done.Taken = len(places); done.Taken == 0 {
		return done, nil
	}
	if _, err := t.Exec(ctx, "DELETE FROM program_users WHERE pending = '' AND apple_status NOT IN ('Registered', 'Associated') AND id IN ("+
		marks(1, len(places))+")", places...); err != nil {
		return done, err
	}
	return done, db.settleItems(ctx, t, []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend, vpp.TaskSync, vpp.TaskDelete, vpp.TaskAssign, vpp.TaskTakeBack}, left)
}
