package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Notified notes a notification of Apple's: the first time it is told, the
// batch of its event is looked at now, or what changed is read. False says
// that it was told before.
func (db *DB) Notified(ctx context.Context, n vpp.Notification, eventID string) (fresh bool, err error) {
	return db.noteOnce(ctx, n, func(t tx) error {
		if eventID == "" {
			return db.wantReadAt(ctx, t, n.LocationID, false, db.now().Add(notifySettle))
		}
		return db.wantEvent(ctx, t, n.LocationID, eventID)
	})
}

// noteOnce notes a notification, and lets it wake what it wakes if it is told
// for the first time.
func (db *DB) noteOnce(ctx context.Context, n vpp.Notification, wake func(tx) error) (fresh bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		if fresh, err = db.noted(ctx, t, n); err != nil || !fresh {
			return err
		}
		if err := wake(t); err != nil {
			return err
		}
		return db.notifiedNow(ctx, t, n.LocationID)
	})
	return fresh, err
}

// wantEvent has Apple asked about an event at once.
func (db *DB) wantEvent(ctx context.Context, t tx, location vpp.LocationID, eventID string) error {
	_, err := t.Exec(ctx, "UPDATE batches SET next_call_at = $3 WHERE location_id = $1 AND event_id = $2 AND event_id <> '' AND settled_at = 0", location, eventID, ms(db.now()))
	if err != nil {
		return err
	}
	return t.enqueue(ctx, vpp.TendLocation{LocationID: location})
}

// noted notes a notification, and says whether it is told for the first time.
func (db *DB) noted(ctx context.Context, t tx, n vpp.Notification) (bool, error) {
	told, err := t.Exec(ctx, "INSERT INTO notifications (id, location_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", n.AppleID, n.LocationID, ms(db.now()))
	if err != nil {
		return false, err
	}
	if told == 0 {
		n.Outcome = vpp.NotedRepeat
	}
	return told > 0, db.keepNotification(ctx, t, n)
}

// keepNotification keeps what came, for people to look into.
func (db *DB) keepNotification(ctx context.Context, q querier, n vpp.Notification) error {
	_, err := q.Exec(ctx, `INSERT INTO notification_log (id, location_id, at, apple_id, kind, outcome, problem, body, size)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, db.ids(), n.LocationID, ms(db.now()), n.AppleID, n.Type, string(n.Outcome), n.Problem, n.Body, n.Size)
	return err
}

// notifiedNow comes last in its transaction: reads write to tenders first and
// to locations then, and the other way round the two would wait for each other.
func (db *DB) notifiedNow(ctx context.Context, t tx, location vpp.LocationID) error {
	_, err := t.Exec(ctx, "UPDATE locations SET notified_at = $2 WHERE id = $1", location, ms(db.now()))
	return err
}

// notifySettle is how long a notification waits for more: when many people
// sign in at once, a few reads bring them all, within Apple's pace.
const notifySettle = 500 * time.Millisecond

// licensesSettle is how long a notification about licenses waits for more: a
// large assignment is told of by hundreds.
const licensesSettle = time.Second

// LicensesNotified notes a notification of Apple's about licenses: the first
// time it is told, they are read, and its holders are asked for by name.
func (db *DB) LicensesNotified(ctx context.Context, n vpp.Notification, holders []vpp.Holder) (fresh bool, err error) {
	return db.noteOnce(ctx, n, func(t tx) error {
		for some := range slices.Chunk(holders, 200) {
			args := make([]any, 0, 3*len(some))
			for _, h := range some {
				args = append(args, n.LocationID, h.ClientUserID, h.SerialNumber)
			}
			_, err := t.Exec(ctx, "INSERT INTO license_looks (location_id, client_user_id, serial_number) VALUES "+
				rowsOf(len(some), "", "", "")+" ON CONFLICT DO NOTHING", args...)
			if err != nil {
				return err
			}
		}
		return db.wantLibraryAt(ctx, t, n.LocationID, false, db.now().Add(licensesSettle))
	})
}

// NotifyTested notes that Apple's test arrived.
func (db *DB) NotifyTested(ctx context.Context, n vpp.Notification) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.keepNotification(ctx, t, n); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "UPDATE locations SET notify_test_at = $2 WHERE id = $1", n.LocationID, ms(db.now()))
		return err
	})
}

// NotifyRefused keeps what came with the right secret and is no notification
// about the location.
func (db *DB) NotifyRefused(ctx context.Context, n vpp.Notification) error {
	return db.keepNotification(ctx, db, n)
}

// ListNotifications reads a page of the latest notifications of a location, the
// newest first.
func (db *DB) ListNotifications(ctx context.Context, id vpp.LocationID, page vpp.Page) (vpp.List[vpp.Notification], error) {
	page = page.Clamp()
	where, args := "", []any{id}
	if page.After != "" {
		where, args = " AND id < $2", append(args, page.After)
	}
	list, err := all(ctx, db, func(s scanner) (n vpp.Notification, err error) {
		err = s.Scan(&n.ID, &n.LocationID, timeAt{&n.At}, &n.AppleID, &n.Type, &n.Outcome, &n.Problem, &n.Body, &n.Size)
		return
	}, "SELECT id, location_id, at, apple_id, kind, outcome, problem, body, size FROM notification_log WHERE location_id = $1"+where+
		" ORDER BY id DESC LIMIT "+strconv.Itoa(page.Limit+1), args...)
	if err != nil || len(list) <= page.Limit {
		return vpp.List[vpp.Notification]{Items: list}, err
	}
	list = list[:page.Limit]
	return vpp.List[vpp.Notification]{Items: list, Next: list[len(list)-1].ID}, nil
}

// ForgetNotifications forgets the ids of notifications older than a time, and
// of each location all but the latest that are kept.
func (db *DB) ForgetNotifications(ctx context.Context, before time.Time) error {
	if _, err := db.Exec(ctx, "DELETE FROM notifications WHERE at < $1", ms(before)); err != nil {
		return err
	}
	_, err := db.Exec(ctx, `DELETE FROM notification_log WHERE id IN (SELECT id FROM (
		SELECT id, row_number() OVER (PARTITION BY location_id ORDER BY id DESC) AS nth FROM notification_log) x WHERE nth > $1)`, vpp.KeptNotifications)
	return err
}
