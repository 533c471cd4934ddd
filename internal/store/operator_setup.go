package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// setupSetting is where the hash of the set-up token waits.
const setupSetting = "operator.setup"

var errSetUp = vpp.Errorf(vpp.Conflict, "This server has been set up already: sign in.")

// OfferSetup replaces the hash of the set-up token; once there is an operator
// the answer is vpp.Conflict.
func (db *DB) OfferSetup(ctx context.Context, hash string) error {
	return db.inTx(ctx, func(t tx) error {
		if err := refuseAfterSetup(ctx, t); err != nil {
			return err
		}
		_, err := t.Exec(ctx, `INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
			setupSetting, hash, ms(db.now()))
		return err
	})
}

// SetupHash returns the hash of the set-up token that waits, or vpp.NotFound.
func (db *DB) SetupHash(ctx context.Context) (string, error) {
	hash, err := one(ctx, db, scanString, "SELECT value FROM settings WHERE name = $1", setupSetting)
	return hash, missing(err, "No set-up link waits.")
}

// CreateFirst takes the set-up token and creates the first operator. Of
// several attempts one finds the token, the others get vpp.Denied.
func (db *DB) CreateFirst(ctx context.Context, actor vpp.Actor, hash string, a account) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, "DELETE FROM settings WHERE name = $1 AND value = $2", setupSetting, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return vpp.Errorf(vpp.Denied, "This set-up link was used already: sign in.")
		}
		if err := refuseAfterSetup(ctx, t); err != nil {
			return err
		}
		return db.createAccount(ctx, t, actor, a)
	})
}

func refuseAfterSetup(ctx context.Context, t tx) error {
	n, err := one(ctx, t, scanInt, "SELECT count(*) FROM operators")
	if err == nil && n > 0 {
		return errSetUp
	}
	return err
}
