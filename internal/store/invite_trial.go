package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// RecordTrial writes down that somebody sends a letter to try something, or
// says with vpp.Exhausted that they sent the most there may be in a window.
func (db *DB) RecordTrial(ctx context.Context, by vpp.Actor, summary string, most int, window time.Duration) error {
	return db.inTx(ctx, func(t tx) error {
		sent, err := countAttempt(ctx, t, "trial:"+string(by.ID), db.now(), window)
		if err != nil {
			return err
		}
		if sent.n > most {
			return vpp.Errorf(vpp.Exhausted, "You have sent %d test letters in a short time: wait a few minutes and try again.", most)
		}
		return db.insertEntry(ctx, t, by, "mail.test", "setting:mail", summary, nil, nil)
	})
}
