package store

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SealedNotify reads the location's notification secrets as they were sealed:
// the current one, and the one before it while that is accepted.
func (db *DB) SealedNotify(ctx context.Context, id vpp.LocationID) ([]string, error) {
	pair, err := one(ctx, db, func(s scanner) (pair [2]string, err error) { err = s.Scan(&pair[0], &pair[1]); return },
		"SELECT notify_sealed, CASE WHEN notify_before_until > $2 THEN notify_before ELSE '' END FROM locations WHERE id = $1", id, ms(db.now()))
	if err != nil {
		return nil, missing(err, "There is no such location.")
	}
	return slices.DeleteFunc(pair[:], func(s string) bool { return s == "" }), nil
}

const (
	untilTold = 24 * time.Hour   // the secret before is accepted while Apple has not been told of the new one
	afterTold = 15 * time.Minute // and then as long as Apple may repeat what it began under it
)

// KeepNotify stores the notification secret before Apple is told of it, for
// Apple tests it while it is being told. A secret that is there stays, and is
// returned; unless it is to be rotated, and Apple was told of it, or it is the
// one that is of no use any more.
func (db *DB) KeepNotify(ctx context.Context, id vpp.LocationID, sealed string, rotate bool, useless string) (kept string, err error) {
	const (
		turns = "CAST($3 AS BOOLEAN) AND notify_sealed <> '' AND notify_url <> ''"
		fails = "notify_sealed <> '' AND notify_sealed = $5"
	)
	err = db.inTx(ctx, func(t tx) error {
		kept, err = one(ctx, t, scanString, `UPDATE locations SET
			notify_before = CASE WHEN `+turns+` THEN notify_sealed ELSE notify_before END,
			notify_before_until = CASE WHEN `+turns+` THEN $4 ELSE notify_before_until END,
			notify_url = CASE WHEN `+turns+` OR `+fails+` THEN '' ELSE notify_url END,
			notify_sealed = CASE WHEN notify_sealed = '' OR `+turns+` OR `+fails+` THEN $2 ELSE notify_sealed END
			WHERE id = $1 RETURNING notify_sealed`, id, sealed, rotate, ms(db.now().Add(untilTold)), useless)
		return missing(err, "There is no such location.")
	})
	return kept, err
}

// Announced stores where Apple reaches us, or with "" why it does not and when
// it is told again, if at all.
func (db *DB) Announced(ctx context.Context, id vpp.LocationID, url, problem string, again time.Time) error {
	until := ms(db.now().Add(afterTold))
	_, err := db.Exec(ctx, `UPDATE locations SET notify_url = $2, notify_problem = $3, notify_next_at = $5,
		notify_failures = CASE WHEN CAST($5 AS BIGINT) = 0 THEN 0 ELSE notify_failures + 1 END,
		notify_before_until = CASE WHEN CAST($2 AS TEXT) <> '' AND notify_before_until > $4 THEN $4 ELSE notify_before_until END WHERE id = $1`,
		id, url, problem, until, ms(again))
	return err
}

// AnnounceAnew notes that Apple does not notify us any more as it was told to,
// unless it was told otherwise since was was read.
func (db *DB) AnnounceAnew(ctx context.Context, was vpp.Location, why string) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, `UPDATE locations SET notify_url = '', notify_problem = $3, notify_next_at = $4, notify_failures = 0
			WHERE id = $1 AND notify_url = $2`, was.ID, was.NotifyURL, why, ms(db.now()))
		if err != nil || n == 0 {
			return err
		}
		return t.enqueue(ctx, vpp.TendLocation{LocationID: was.ID})
	})
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
