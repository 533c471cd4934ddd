package store

import (
	"context"
	"fmt"

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
			people, next, err := db.selectPeople(ctx, t, s, cursor, placeStretch)
			if err != nil {
				return err
			}
			changes := make([]vpp.UserChange, len(people))
			for i, p := range people {
				changes[i] = vpp.UserChange{Now: p.User, Locations: []vpp.LocationID{location}}
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
