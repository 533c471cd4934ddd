package store

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Tell keeps a notice to administrators and promises to send it, unless there
// was one of the same key.
func (db *DB) Tell(ctx context.Context, n vpp.Notice) error {
	return db.inTx(ctx, func(t tx) error { return db.insertNotice(ctx, t, n) })
}

// insertNotice is for acts whose fact administrators have to know: fact and
// notice are written together. ID and time are filled in where missing; a
// notice without a subject is none.
func (db *DB) insertNotice(ctx context.Context, t tx, n vpp.Notice) error {
	if n.Subject == "" {
		return nil
	}
	if n.ID == "" {
		n.ID = db.ids()
	}
	if n.Key == "" {
		n.Key = n.ID
	}
	now := ms(db.now())
	inserted, err := t.Exec(ctx, `INSERT INTO notices (id, key, at, subject, body, next_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (key) DO NOTHING`, n.ID, n.Key, now, n.Subject, n.Text, now)
	if err != nil || inserted == 0 {
		return err
	}
	return t.enqueue(ctx, vpp.SendNotices{})
}

const noticeColumns = "id, key, at, subject, body, told, attempts, next_at, sent_at, problem"

func scanNotice(s scanner) (n vpp.Notice, err error) {
	var told string
	err = s.Scan(&n.ID, &n.Key, timeAt{&n.At}, &n.Subject, &n.Text, &told, &n.Attempts, timeAt{&n.NextAt}, timeAt{&n.SentAt}, &n.Problem)
	n.Told = strings.Fields(told)
	return
}

// ClaimNotice takes the next due notice until a time; without one the error is
// vpp.NotFound.
func (db *DB) ClaimNotice(ctx context.Context, until time.Time) (n vpp.Notice, err error) {
	err = db.inTx(ctx, func(t tx) error {
		n, err = one(ctx, t, scanNotice, `UPDATE notices SET next_at = $2, attempts = attempts + 1
			WHERE id = (SELECT id FROM notices WHERE sent_at = 0 AND next_at <= $1 ORDER BY next_at, id LIMIT 1)
			AND next_at <= $1 RETURNING `+noticeColumns, ms(db.now()), ms(until))
		return err
	})
	return n, err
}

// NoticeTold notes that an address is done with.
func (db *DB) NoticeTold(ctx context.Context, id, address string) error {
	_, err := db.Exec(ctx, "UPDATE notices SET told = told || $2 WHERE id = $1", id, address+"\n")
	return err
}

// PutOffNotice makes a notice due again later, and says why.
func (db *DB) PutOffNotice(ctx context.Context, id string, next time.Time, problem string) error {
	_, err := db.Exec(ctx, "UPDATE notices SET next_at = $2, problem = $3 WHERE id = $1", id, ms(next), problem)
	return err
}

// CloseNotice ends a notice.
func (db *DB) CloseNotice(ctx context.Context, id, problem string) error {
	_, err := db.Exec(ctx, "UPDATE notices SET sent_at = $2, problem = $3 WHERE id = $1", id, ms(db.now()), problem)
	return err
}

// WakeNotices promises to send when a notice is due: one that was put off, or
// that a dead node left.
func (db *DB) WakeNotices(ctx context.Context) error {
	due, err := one(ctx, db, scanInt, "SELECT count(*) FROM notices WHERE sent_at = 0 AND next_at <= $1", ms(db.now()))
	if err != nil || due == 0 {
		return err
	}
	return db.inTx(ctx, func(t tx) error { return t.enqueue(ctx, vpp.SendNotices{}) })
}

// hurryNotices makes notices that were put off due now: the settings changed.
func hurryNotices(ctx context.Context, t tx, now time.Time) error {
	n, err := t.Exec(ctx, "UPDATE notices SET next_at = $1 WHERE sent_at = 0 AND attempts > 0 AND next_at > $1", ms(now))
	if err != nil || n == 0 {
		return err
	}
	return t.enqueue(ctx, vpp.SendNotices{})
}

// Notices returns the latest notices, newest first.
func (db *DB) Notices(ctx context.Context, limit int) ([]vpp.Notice, error) {
	return all(ctx, db, scanNotice, "SELECT "+noticeColumns+" FROM notices ORDER BY id DESC LIMIT $1", limit)
}

// OpenNotices counts the notices that have not been sent.
func (db *DB) OpenNotices(ctx context.Context) (int, error) {
	return one(ctx, db, scanInt, "SELECT count(*) FROM notices WHERE sent_at = 0")
}
