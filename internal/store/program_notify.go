package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SealedNotify reads the location's notification secret as it was sealed.
func (db *DB) SealedNotify(ctx context.Context, id vpp.LocationID) (string, error) {
	v, err := one(ctx, db, scanString, "SELECT notify_sealed FROM locations WHERE id = $1", id)
	return v, missing(err, "There is no such location.")
}

// KeepNotify stores the notification secret before Apple is told of it, for
// Apple tests it while it is being told. A secret that is there stays, and is
// returned.
func (db *DB) KeepNotify(ctx context.Context, id vpp.LocationID, sealed string) (kept string, err error) {
	err = db.inTx(ctx, func(t tx) error {
		kept, err = one(ctx, t, scanString, `UPDATE locations SET notify_sealed = CASE WHEN notify_sealed = '' THEN $2 ELSE notify_sealed END
			WHERE id = $1 RETURNING notify_sealed`, id, sealed)
		return missing(err, "There is no such location.")
	})
	return kept, err
}

// Announced stores where Apple reaches us; "" when it does not.
func (db *DB) Announced(ctx context.Context, id vpp.LocationID, url string) error {
	_, err := db.Exec(ctx, "UPDATE locations SET notify_url = $2 WHERE id = $1", id, url)
	return err
}

// SealedCode reads the sealed invite code of a VPP user with the VPP user;
// the code is "" when there is none.
func (db *DB) SealedCode(ctx context.Context, id vpp.ProgramUserID) (sealed string, p vpp.ProgramUser, err error) {
	p, err = one(ctx, db, func(s scanner) (p vpp.ProgramUser, err error) {
		err = s.Scan(append(placeFields(&p), &sealed)...)
		return
	}, "SELECT "+placeColumns+", p.code_sealed FROM program_users p WHERE p.id = $1", id)
	return sealed, p, missing(err, "There is no such person here.")
}
