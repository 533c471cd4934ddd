package store

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const batchColumns = `id, location_id, op, size, created_at, next_call_at, sent_at, attempts, event_id, settled_at, adam_id, pricing_param`

func scanBatch(s scanner) (b vpp.Batch, err error) {
	err = s.Scan(&b.ID, &b.LocationID, &b.Op, &b.Size, timeAt{&b.CreatedAt}, timeAt{&b.NextCallAt}, timeAt{&b.SentAt}, &b.Attempts,
		&b.EventID, timeAt{&b.SettledAt}, &b.Asset.AdamID, &b.Asset.PricingParam)
	return
}

// UnsentBatches reads batches that are due to be sent (again).
func (db *DB) UnsentBatches(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.Batch, error) {
	return all(ctx, db, scanBatch, "SELECT "+batchColumns+` FROM batches WHERE location_id = $1 AND finished_at = 0
		AND settled_at = 0 AND event_id = '' AND next_call_at <= $2 ORDER BY next_call_at LIMIT $3`, id, ms(db.now()), limit)
}

// DueLooks reads batches whose event is due to be looked at.
func (db *DB) DueLooks(ctx context.Context, id vpp.LocationID, limit int) ([]vpp.Batch, error) {
	return all(ctx, db, scanBatch, "SELECT "+batchColumns+` FROM batches WHERE location_id = $1 AND finished_at = 0
		AND settled_at = 0 AND event_id <> '' AND next_call_at <= $2 ORDER BY next_call_at LIMIT $3`, id, ms(db.now()), limit)
}

// SettledBatches reads batches of people that wait for a read to show their
// results; those of licenses are SettledLicenses.
func (db *DB) SettledBatches(ctx context.Context, id vpp.LocationID) ([]vpp.Batch, error) {
	return all(ctx, db, scanBatch, "SELECT "+batchColumns+` FROM batches WHERE location_id = $1 AND finished_at = 0
		AND settled_at > 0 AND adam_id = '' ORDER BY settled_at`, id)
}

// ClaimBatch puts up to limit people whose write of one kind is queued into a
// new batch; vpp.NotFound when nobody waits. The batch is stored before the
// call, so that a crash in between sends the same people again.
func (db *DB) ClaimBatch(ctx context.Context, location vpp.LocationID, id vpp.BatchID, limit int) (b vpp.Batch, err error) {
	err = db.inTx(ctx, func(t tx) error {
		op, err := one(ctx, t, scanString, `SELECT pending FROM program_users
			WHERE location_id = $1 AND pending <> '' AND batch_id = '' AND pending_since <= $2 ORDER BY pending LIMIT 1`, location, ms(db.now()))
		if err != nil {
			return err
		}
		n, err := t.Exec(ctx, `UPDATE program_users SET batch_id = $1 WHERE seq IN (SELECT seq FROM program_users
			WHERE location_id = $2 AND pending = $3 AND pending <> '' AND batch_id = '' AND pending_since <= $5 ORDER BY pending_since LIMIT $4)`,
			id, location, op, limit, ms(db.now()))
		if err != nil {
			return err
		}
		b = vpp.Batch{ID: id, LocationID: location, Op: vpp.Write(op), Size: int(n), CreatedAt: db.now()}
		return insertBatch(ctx, t, b)
	})
	return b, err
}

func insertBatch(ctx context.Context, t tx, b vpp.Batch) error {
	_, err := t.Exec(ctx, `INSERT INTO batches (id, location_id, op, size, created_at, next_call_at, adam_id, pricing_param) VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
		b.ID, b.LocationID, b.Op, b.Size, ms(b.CreatedAt), b.Asset.AdamID, b.Asset.PricingParam)
	return err
}

// BatchMembers reads the people who are still in a batch: what Apple is to be
// told of them, and said last, no more. That the batch has a name is said once more for SQLite,
// which uses an index of some rows only where it sees that these are meant.
func (db *DB) BatchMembers(ctx context.Context, id vpp.BatchID) ([]vpp.Person, error) {
	return all(ctx, db, func(s scanner) (m vpp.Person, err error) {
		p := &m.Program
		err = s.Scan((*string)(&p.ID), (*string)(&p.ClientUserID), (*string)(&p.AppleStatus), wholeAt{&p.AppleError}, wholeAt{&p.ManagedError},
			&m.Email, &m.ManagedAppleID)
		return
	}, `SELECT p.id, p.client_user_id, p.apple_status, p.apple_error, p.managed_error, u.email, u.managed_apple_id
		FROM program_users p JOIN users u ON u.id = p.user_id WHERE p.batch_id = $1 AND p.batch_id <> '' ORDER BY p.seq`, id)
}

// BatchSent stores Apple's receipt and when to look at it. The attempts are
// counted even if no receipt came.
func (db *DB) BatchSent(ctx context.Context, id vpp.BatchID, eventID string, look time.Time) error {
	_, err := db.Exec(ctx, `UPDATE batches SET event_id = $2, next_call_at = $3, sent_at = $4, attempts = attempts + 1 WHERE id = $1`,
		id, eventID, ms(look), ms(db.now()))
	return err
}

// BatchLater puts off the next call about a batch: its sending or its look.
func (db *DB) BatchLater(ctx context.Context, id vpp.BatchID, when time.Time) error {
	_, err := db.Exec(ctx, "UPDATE batches SET next_call_at = $2 WHERE id = $1", id, ms(when))
	return err
}

// BatchAgain forgets the receipt, so that the people still in the batch are
// sent again.
func (db *DB) BatchAgain(ctx context.Context, id vpp.BatchID, when time.Time) error {
	_, err := db.Exec(ctx, "UPDATE batches SET event_id = '', settled_at = 0, next_call_at = $2 WHERE id = $1", id, ms(when))
	return err
}

// BatchSettled notes that Apple is done with a batch, so that a read shows
// what came of it.
func (db *DB) BatchSettled(ctx context.Context, id vpp.BatchID) error {
	_, err := db.Exec(ctx, "UPDATE batches SET settled_at = $2 WHERE id = $1 AND settled_at = 0", id, ms(db.now()))
	return err
}

// FinishBatches closes those batches that nobody is in any more.
func (db *DB) FinishBatches(ctx context.Context, ids ...vpp.BatchID) error {
	for some := range slices.Chunk(ids, 500) {
		_, err := db.Exec(ctx, "UPDATE batches SET finished_at = $1 WHERE id IN ("+marks(2, len(some))+`) AND finished_at = 0
			AND NOT EXISTS (SELECT 1 FROM program_users WHERE batch_id = batches.id AND batch_id <> '')`, append([]any{ms(db.now())}, anys(some)...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// SplitBatch moves half of a batch into a new one: how the one person is
// found because of whom Apple refuses a whole call.
func (db *DB) SplitBatch(ctx context.Context, b vpp.Batch, id vpp.BatchID) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, `UPDATE program_users SET batch_id = $1 WHERE seq IN
			(SELECT seq FROM program_users WHERE batch_id = $2 AND batch_id <> '' ORDER BY seq LIMIT $3)`, id, b.ID, b.Size/2)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE batches SET size = size - $2, next_call_at = $3 WHERE id = $1", b.ID, n, ms(db.now())); err != nil {
			return err
		}
		return insertBatch(ctx, t, vpp.Batch{ID: id, LocationID: b.LocationID, Op: b.Op, Size: int(n), CreatedAt: db.now()})
	})
}

// Requeue lets people wait for their write again, outside of any batch, not
// before a time. With withoutManaged the Managed Apple Account is left out,
// because Apple refused it with that number.
func (db *DB) Requeue(ctx context.Context, ids []vpp.ProgramUserID, when time.Time, withoutManaged int) error {
	return db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(ids, 500) {
			_, err := t.Exec(ctx, `UPDATE program_users SET batch_id = '', pending_since = $1,
				managed_error = CASE WHEN $2 <> 0 THEN $2 ELSE managed_error END,
				apple_error_at = CASE WHEN $2 <> 0 THEN $1 ELSE apple_error_at END
				WHERE pending <> '' AND id IN (`+marks(3, len(some))+")", append([]any{ms(when), withoutManaged}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Doubt notes that Apple said of people with a pending write that they are
// there already, or not at all; 0 that they were asked for since.
func (db *DB) Doubt(ctx context.Context, ids []vpp.ProgramUserID, number int) error {
	return db.inTx(ctx, func(t tx) error {
		for some := range slices.Chunk(ids, 500) {
			_, err := t.Exec(ctx, "UPDATE program_users SET apple_error = $1, apple_error_at = $2 WHERE pending <> '' AND id IN ("+marks(3, len(some))+")",
				append([]any{number, ms(db.now())}, anys(some)...)...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
