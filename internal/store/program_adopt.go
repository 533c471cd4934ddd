package store

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// EnsurePlaces gives people a place at a location where they have none, and
// returns everybody's. People who do not exist are missing from the answer.
func (db *DB) EnsurePlaces(ctx context.Context, id vpp.LocationID, users []vpp.UserID) (map[vpp.UserID]vpp.Person, error) {
	places := make(map[vpp.UserID]vpp.Person, len(users))
	err := db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(users, 500) {
			if err := db.insertPlaces(ctx, t, id, some, ""); err != nil {
				return err
			}
			people, err := all(ctx, t, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
				WHERE p.location_id = $1 AND p.user_id IN (`+marks(2, len(some))+")", append([]any{id}, anys(some)...)...)
			if err != nil {
				return err
			}
			for _, p := range people {
				places[p.ID] = p
			}
		}
		return nil
	})
	return places, err
}

// Adopt gives strangers' records to people, each only where the person has no
// living record and none is being written, and returns whose could not be
// given. Nothing is asked of Apple.
func (db *DB) Adopt(ctx context.Context, by vpp.Actor, id vpp.LocationID, list []vpp.Adoption) (left []vpp.Adoption, err error) {
	err = db.inTx(ctx, func(t tx) error {
		left = nil
		var seqs []int64
		var places []vpp.ProgramUserID
		accounts := map[string]bool{}
		for _, a := range list {
			seq, err := db.adopt(ctx, t, by, id, a)
			if err != nil {
				return err
			}
			if seq == 0 {
				left = append(left, a)
			} else {
				seqs, places = append(seqs, seq), append(places, a.Place.Program.ID)
				accounts[a.AccountHash] = true
			}
			if seq != 0 && a.Status == vpp.AppleAssociated && a.AccountHash != "" {
				accounts[a.AccountHash] = true
			}
		}
		if err := recountAccounts(ctx, t, id, accounts); err != nil {
			return err
		}
		delete(accounts, "")
		if err := recountAccounts(ctx, t, id, accounts); err != nil {
			return err
		}
		if err := touchRows(ctx, t, id, vpp.ImprintedUsers, seqs); err != nil {
			return err
		}
		return db.followLine(ctx, t, places)
	})
	return left, err
}

// adopt returns the number of the row that has the record now, 0 for none.
func (db *DB) adopt(ctx context.Context, t tx, by vpp.Actor, id vpp.LocationID, a vpp.Adoption) (int64, error) {
	// The stranger first: of two who adopt it, one finds it gone.
	n, err := t.Exec(ctx, "DELETE FROM strangers WHERE location_id = $1 AND client_user_id = $2", id, a.ClientUserID)
	if err != nil || n == 0 {
		return 0, err
	}
	associated := int64(0)
	if a.Status == vpp.AppleAssociated {
		associated = ms(a.SeenAt)
	}
	found, err := all(ctx, t, scanInt64, `UPDATE program_users SET client_user_id = $3, generation = generation + 1, apple_status = $4, apple_email = $5,
		account_hash = $6, code_sealed = $7, code_mark = $8, created_at = $9, associated_at = $10, retired_at = 0, read_at = $11, apple_error = 0,
		managed_error = 0, handed_over_at = 0, mail_problem = '', differs = $12`+db.dialect().filing("$4", "0")+`
		WHERE id = $1 AND location_id = $2 AND pending = '' AND apple_status NOT IN ('Registered', 'Associated')
		AND NOT EXISTS (SELECT 1 FROM program_users o WHERE o.location_id = $2 AND o.client_user_id = $3 AND o.id <> $1) RETURNING seq`,
		a.Place.Program.ID, id, a.ClientUserID, a.Status, a.Stranger.Email, a.AccountHash, a.CodeSealed, a.CodeMark, ms(a.SeenAt), associated, ms(a.ReadAt), a.Differs())
	if err != nil {
		return 0, err
	}
	if len(found) == 0 { // as it was
		return 0, putBack(ctx, t, id, a)
	}
	before := map[string]any{"client_user_id": a.Place.Program.ClientUserID, "apple_status": a.Place.Program.AppleStatus}
	after := map[string]any{"client_user_id": a.ClientUserID, "apple_status": a.Status, "apple_email": a.Stranger.Email}
	return found[0], db.insertEntry(ctx, t, by, "user.adopt", "user:"+string(a.Place.ID),
		a.Place.FullName+" was given a record that was at Apple already.", before, after)
}

func putBack(ctx context.Context, t tx, id vpp.LocationID, a vpp.Adoption) error {
	_, err := t.Exec(ctx, `INSERT INTO strangers (location_id, client_user_id, apple_status, apple_email, email_key, account_hash,
		code_sealed, code_mark, read_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, id, a.ClientUserID, a.Status, a.Stranger.Email,
		vpp.FoldKey(a.Stranger.Email), a.AccountHash, a.Stranger.CodeSealed, a.CodeMark, ms(a.ReadAt), ms(a.SeenAt))
	return err
}
