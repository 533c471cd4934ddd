package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SetPassword replaces an operator's hash and ends every session.
func (db *DB) SetPassword(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, hash string, at time.Time) error {
	return db.changeAccount(ctx, actor, id, "operator.password", "Changed the password of ",
		"UPDATE operators SET password = $2, password_at = $3, epoch = epoch + 1 WHERE id = $1", hash, ms(at))
}

// EndSessions ends every session of an operator.
func (db *DB) EndSessions(ctx context.Context, actor vpp.Actor, id vpp.OperatorID) error {
	return db.changeAccount(ctx, actor, id, "operator.sign_out_everywhere", "Ended every session of ",
		"UPDATE operators SET epoch = epoch + 1 WHERE id = $1")
}

// RecordSignIn keeps when an operator signed in.
func (db *DB) RecordSignIn(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, at time.Time) error {
	return db.changeAccount(ctx, actor, id, "operator.sign_in", "Signed in: ",
		"UPDATE operators SET signed_in_at = $2 WHERE id = $1", ms(at))
}

// changeAccount runs an update on one operator, $1, and writes its entry, whose
// summary ends in the name.
func (db *DB) changeAccount(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, action, summary, update string, args ...any) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, update, append([]any{string(id)}, args...)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return vpp.Errorf(vpp.NotFound, noOperator)
		}
		a, err := findAccount(ctx, t, id)
		if err != nil {
			return err
		}
		return db.insertEntry(ctx, t, actor, action, operatorObject(id), summary+a.Name, nil, nil)
	})
}

// Rehash replaces the hash of an unchanged password, unless it changed
// meanwhile. Nothing of it is seen from outside, so no entry tells of it.
func (db *DB) Rehash(ctx context.Context, id vpp.OperatorID, old, hash string) error {
	_, err := db.Exec(ctx, "UPDATE operators SET password = $3 WHERE id = $1 AND password = $2", string(id), old, hash)
	return err
}
