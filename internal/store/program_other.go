package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// RetireOther turns a living record that is nobody's into an entry of its own,
// and begins to remove that one.
func (db *DB) RetireOther(ctx context.Context, by vpp.Actor, task vpp.Task, location vpp.LocationID, other vpp.ClientUserID, detail, key string) (vpp.Task, error) {
	r, err := requestFor(key, task.Kind, location, other)
	if err != nil {
		return task, err
	}
	err = db.inTx(ctx, func(t tx) error {
		was, known, err := db.keyedTask(ctx, t, task, r)
		if err != nil || known {
			task = was
			return err
		}
		location, err := db.locationOr(ctx, t, location)
		if err != nil {
			return err
		}
		record, err := one(ctx, t, func(s scanner) (r vpp.Record, err error) {
			err = s.Scan(&r.Status, &r.Email, &r.AccountHash)
			return
		}, `DELETE FROM strangers WHERE location_id = $1 AND client_user_id = $2 AND apple_status IN ('Registered', 'Associated')
			RETURNING apple_status, apple_email, account_hash`, location, other)
		if err != nil {
			return missing(err, "This record is no longer there: somebody adopted or removed it.")
		}
		record.ClientUserID = other
		user, err := db.insertOther(ctx, t, location, record)
		if err != nil {
			return err
		}
		task, err = db.beginDelete(ctx, t, by, task, vpp.Selection{Filter: vpp.Filter{Location: location}, IDs: []vpp.UserID{user.ID}}, detail, r)
		return err
	})
	return task, err
}

// insertOther writes a person for a record, with what Apple said of it. The
// address stands in the name alone: it is another person's, who is found by it.
func (db *DB) insertOther(ctx context.Context, t tx, location vpp.LocationID, r vpp.Record) (vpp.User, error) {
	u := vpp.User{ID: vpp.UserID(db.ids()), FullName: "Other record of " + r.Email, Source: "apple", CreatedAt: db.now(), UpdatedAt: db.now()}
	if r.Email == "" {
		u.FullName = "Other record " + string(r.ClientUserID)
	}
	if err := db.insertUsers(ctx, t, []vpp.UserChange{{Now: u, Locations: []vpp.LocationID{location}}}); err != nil {
		return u, err
	}
	associated := int64(0)
	if r.Status == vpp.AppleAssociated {
		associated = ms(db.now())
	}
	rows, err := all(ctx, t, scanInt64, `UPDATE program_users SET client_user_id = $3, generation = 1, apple_status = $4, apple_email = $5, account_hash = $6,
		created_at = $7, associated_at = $8`+db.dialect().filing("$4", "0")+` WHERE user_id = $1 AND location_id = $2 RETURNING seq`,
		u.ID, location, r.ClientUserID, r.Status, r.Email, r.AccountHash, ms(db.now()), associated)
	if err != nil {
		return u, err
	}
	err = touchRows(ctx, t, location, vpp.ImprintedUsers, rows)
	if err != nil || r.Status != vpp.AppleAssociated || r.AccountHash == "" {
		return u, err
	}
	return u, recountAccounts(ctx, t, location, map[string]bool{r.AccountHash: true})
}
