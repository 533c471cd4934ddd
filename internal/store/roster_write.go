package store

import (
	"context"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// writeRows is how many rows go into one statement: more gain nothing, and
// PostgreSQL ends at 65,535 values.
const writeRows = 200

var errTaken = vpp.Errorf(vpp.Conflict, "Somebody else here has the same external id or user name: correct it.")

// CreateUser writes a new user with a place in each location. Whoever has the
// same external id or user name makes it a vpp.Conflict.
func (db *DB) CreateUser(ctx context.Context, by vpp.Actor, u vpp.User, locations []vpp.LocationID) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.insertUsers(ctx, t, []vpp.UserChange{{Now: u, Locations: locations}}); err != nil {
			return err
		}
		_, after := vpp.User{}.Changes(u)
		return db.insertEntry(ctx, t, by, "user.create", "user:"+string(u.ID), u.FullName+" was added.", nil, after)
	})
}

// UpdateUser writes a user anew, everywhere where a part of it stands. When
// the stored user is not the one it was read as, the error is vpp.Conflict.
func (db *DB) UpdateUser(ctx context.Context, by vpp.Actor, was, now vpp.User) error {
	return db.inTx(ctx, func(t tx) error {
		return db.updateUsers(ctx, t, by, []vpp.UserChange{{Was: was, Now: now}})
	})
}

// RemoveUser deletes a user who has no living record at Apple and no write
// under way; otherwise the error is vpp.Conflict.
func (db *DB) RemoveUser(ctx context.Context, by vpp.Actor, id vpp.UserID) error {
	return db.inTx(ctx, func(t tx) error {
		u, err := one(ctx, t, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.id = $1", id)
		if err != nil {
			return missing(err, "There is no such person.")
		}
		places, err := all(ctx, t, scanPlace, "SELECT "+placeColumns+" FROM program_users p WHERE p.user_id = $1", id)
		if err != nil {
			return err
		}
		var left []item
		for _, p := range places {
			if p.AppleStatus.Living() || p.Pending != vpp.WriteNone {
				return vpp.Errorf(vpp.Conflict, "%s still has a record at Apple, or one is being written: use Delete from VPP first, then remove the person.", u.FullName)
			}
			left = append(left, item{p.ID, vpp.ItemSkipped, "The person was removed from the list."})
		}
		// The places, invitations and letters go with the user; devices stay.
		if err := db.disown(ctx, t, id); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "DELETE FROM users WHERE id = $1", id); err != nil {
			return err
		}
		before, _ := u.Changes(vpp.User{})
		if err := db.insertEntry(ctx, t, by, "user.remove", "user:"+string(id), u.FullName+" was removed.", before, nil); err != nil {
			return err
		}
		return db.settleItems(ctx, t, []vpp.TaskKind{vpp.TaskInvite, vpp.TaskResend, vpp.TaskSync, vpp.TaskDelete, vpp.TaskAssign, vpp.TaskTakeBack}, left)
	})
}

// insertUsers writes new users, their groups and their places.
func (db *DB) insertUsers(ctx context.Context, t tx, news []vpp.UserChange) error {
	for some := range slices.Chunk(news, writeRows) {
		args := make([]any, 0, 16*len(some))
		for _, c := range some {
			u := c.Now
			args = append(args, u.ID, u.ExternalID, u.UserName, vpp.FoldKey(u.UserName), u.FirstName, u.LastName, u.FullName,
				u.Email, vpp.FoldKey(u.Email), u.ManagedAppleID, joinGroups(u.Groups), u.Locale, u.Notes, u.Source,
				u.SearchText(), ms(u.CreatedAt), ms(u.UpdatedAt))
		}
		_, err := t.Exec(ctx, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name,
			email, email_key, managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at) VALUES `+
			rowsOf(len(some), make([]string, 17)...), args...)
		if isDuplicate(err) {
			return errTaken
		}
		if err != nil {
			return err
		}
	}
	if err := insertGroups(ctx, t, news); err != nil {
		return err
	}
	return db.insertNewPlaces(ctx, t, news)
}

func insertGroups(ctx context.Context, t tx, changes []vpp.UserChange) error {
	var args []any
	for _, c := range changes {
		for _, g := range c.Now.Groups {
			args = append(args, g, c.Now.ID)
		}
	}
	for some := range slices.Chunk(args, 2*writeRows) {
		_, err := t.Exec(ctx, "INSERT INTO user_groups (name, user_id) VALUES "+rowsOf(len(some)/2, "", "")+" ON CONFLICT DO NOTHING", some...)
		if err != nil {
			return err
		}
	}
	return nil
}

// insertNewPlaces gives users the places that they do not have yet.
func (db *DB) insertNewPlaces(ctx context.Context, t tx, changes []vpp.UserChange) error {
	_, err := db.addPlaces(ctx, t, changes)
	return err
}

func (db *DB) addPlaces(ctx context.Context, t tx, changes []vpp.UserChange) (added int, err error) {
	const columns = 7
	var args []any
	now := ms(db.now())
	for _, c := range changes {
		key := c.Now.SortKey()
		for _, location := range c.Locations {
			args = append(args, db.ids(), c.Now.ID, location, key, c.Now.Email == "", c.Now.Paused(), now)
		}
	}
	for some := range slices.Chunk(args, columns*writeRows) {
		n, err := t.Exec(ctx, "INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, paused, row_at) VALUES "+
			rowsOf(len(some)/columns, make([]string, columns)...)+" ON CONFLICT DO NOTHING", some...)
		if err != nil {
			return added, err
		}
		added += int(n)
	}
	return added, nil
}

// updateUsers writes changed users, what of them stands in their places, and
// a line of the history for each.
func (db *DB) updateUsers(ctx context.Context, t tx, by vpp.Actor, changes []vpp.UserChange) error {
	for some := range slices.Chunk(changes, writeRows) {
		if err := updateRows(ctx, t, some); err != nil {
			return err
		}
		if err := db.updatePlaces(ctx, t, some); err != nil {
			return err
		}
		if err := updateGroups(ctx, t, some); err != nil {
			return err
		}
		for _, c := range some {
			before, after := c.Was.Changes(c.Now)
			if len(after) == 0 { // only a place was added
				continue
			}
			err := db.insertEntry(ctx, t, by, "user.update", "user:"+string(c.Now.ID), c.Now.FullName+" was changed.", before, after)
			if err != nil {
				return err
			}
		}
	}
	return db.insertNewPlaces(ctx, t, changes)
}

func updateRows(ctx context.Context, t tx, changes []vpp.UserChange) error {
	args := make([]any, 0, 17*len(changes))
	for _, c := range changes {
		u := c.Now
		args = append(args, u.ID, ms(c.Was.UpdatedAt), u.ExternalID, u.UserName, vpp.FoldKey(u.UserName), u.FirstName, u.LastName,
			u.FullName, u.Email, vpp.FoldKey(u.Email), u.ManagedAppleID, joinGroups(u.Groups), u.Locale, u.Notes,
			u.SearchText(), ms(u.UpdatedAt))
	}
	casts := []string{"TEXT", "BIGINT"}
	for range 13 {
		casts = append(casts, "TEXT")
	}
	n, err := t.Exec(ctx, `WITH v (id, was, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed, grp, locale, notes, search, now) AS (`+given(len(changes), append(casts, "BIGINT")...)+`)
		UPDATE users SET external_id = v.external_id, user_name = v.user_name, user_name_key = v.user_name_key,
			first_name = v.first_name, last_name = v.last_name, full_name = v.full_name, email = v.email, email_key = v.email_key,
			managed_apple_id = v.managed, groups = v.grp, locale = v.locale, notes = v.notes, search_text = v.search, updated_at = v.now
		FROM v WHERE users.id = v.id AND users.updated_at = v.was`, args...)
	if isDuplicate(err) {
		return errTaken
	}
	if err == nil && int(n) != len(changes) {
		return vpp.Errorf(vpp.Conflict, "Somebody else changed this person just now: look at the person again and repeat the change.")
	}
	return err
}

// updatePlaces keeps the order and the address flag of places equal to their
// user's. A new Managed Apple Account may be tried at Apple again. Where a
// record lives at Apple, a change that Apple is to know becomes a wish (F-12).
func (db *DB) updatePlaces(ctx context.Context, t tx, changes []vpp.UserChange) error {
	var args, edited []any
	n := 0
	for _, c := range changes {
		managed, email := c.Was.ManagedAppleID != c.Now.ManagedAppleID, c.Was.Email != c.Now.Email
		if c.Was.SortKey() == c.Now.SortKey() && !email && !managed {
			continue
		}
		args = append(args, c.Now.ID, c.Now.SortKey(), c.Now.Email == "", managed, email || managed, vpp.FoldKey(c.Now.Email), c.Now.ManagedAppleID)
		if email || managed {
			edited = append(edited, c.Now.ID)
		}
		n++
	}
	if n == 0 {
		return nil
	}
	now := strconv.FormatInt(ms(db.now()), 10)
	_, err := t.Exec(ctx, "WITH v (id, sort_key, no_address, managed, edited, email_key, account) AS ("+
		given(n, "TEXT", "TEXT", "BOOLEAN", "BOOLEAN", "BOOLEAN", "TEXT", "TEXT")+`)
		UPDATE program_users SET sort_key = v.sort_key, no_address = v.no_address,
			managed_error = CASE WHEN v.managed THEN 0 ELSE managed_error END,
			edited_at = CASE WHEN v.edited THEN `+now+` ELSE edited_at END,
			managed_edited_at = CASE WHEN v.managed THEN `+now+` ELSE managed_edited_at END,
			differs = CASE WHEN v.edited THEN `+nowDiffers+` ELSE differs END,
			apple_error = CASE WHEN v.edited AND pending = '' AND `+nowDiffers+` THEN 0 ELSE apple_error END,
			pending_since = CASE WHEN v.edited AND pending = '' AND `+nowDiffers+` THEN `+now+` ELSE pending_since END,
			pending = CASE WHEN v.edited AND pending = '' AND `+nowDiffers+` THEN 'update' ELSE pending END
		FROM v WHERE program_users.user_id = v.id`, args...)
	if err != nil || len(edited) == 0 {
		return err
	}
	return db.wakeEdited(ctx, t, edited)
}

// nowDiffers is vpp.Differs for a row whose person is being changed.
const nowDiffers = `(apple_status IN ('Registered', 'Associated') AND
	(v.account <> '' AND (managed_error = 0 OR v.managed) AND apple_status = 'Registered' OR v.email_key <> '' AND v.email_key <> lower(apple_email)))`

// wakeEdited promises to tend where changed people have something for Apple.
func (db *DB) wakeEdited(ctx context.Context, t tx, users []any) error {
	woken := map[string]bool{}
	for some := range slices.Chunk(users, 500) {
		found, err := all(ctx, t, scanString, "SELECT DISTINCT location_id FROM program_users WHERE pending = 'update' AND batch_id = '' AND user_id IN ("+
			marks(1, len(some))+")", some...)
		if err != nil {
			return err
		}
		for _, id := range found {
			if woken[id] {
				continue
			}
			woken[id] = true
			if err := t.enqueue(ctx, vpp.TendLocation{LocationID: vpp.LocationID(id)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func updateGroups(ctx context.Context, t tx, changes []vpp.UserChange) error {
	var moved []vpp.UserChange
	var ids []any
	for _, c := range changes {
		if !slices.Equal(c.Was.Groups, c.Now.Groups) {
			moved, ids = append(moved, c), append(ids, c.Now.ID)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	if _, err := t.Exec(ctx, "DELETE FROM user_groups WHERE user_id IN ("+marks(1, len(ids))+")", ids...); err != nil {
		return err
	}
	return insertGroups(ctx, t, moved)
}
