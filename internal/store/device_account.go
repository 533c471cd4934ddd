package store

import (
	"context"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// AccountAsked notes that channels are asked who is signed in, each by a
// command. What is asked of the channel of a device's owner, or of the device
// itself, is asked of the device.
func (db *DB) AccountAsked(ctx context.Context, questions []vpp.Command) error {
	return db.inTx(ctx, func(t tx) error {
		now := ms(db.now())
		for _, q := range questions {
			if _, err := t.Exec(ctx, `UPDATE enrollments SET account_asked_at = $1, account_question = $2, account_looked_at = 0 WHERE mdm = $3 AND id = $4`,
				now, q.ID, q.MDM, q.Enrollment); err != nil {
				return err
			}
			if _, err := t.Exec(ctx, `UPDATE devices SET account_asked_at = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM enrollments e
				WHERE e.mdm = $3 AND e.id = $4 AND e.owner_id NOT IN ('', devices.owner_id))`, now, q.DeviceID, q.MDM, q.Enrollment); err != nil {
				return err
			}
		}
		return nil
	})
}

// AccountUnasked takes questions back that did not get to the device's server:
// as far as anybody knows, they were last asked at a time.
func (db *DB) AccountUnasked(ctx context.Context, questions []vpp.Command, last time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		for _, q := range questions {
			n, err := t.Exec(ctx, "UPDATE enrollments SET account_asked_at = $1, account_question = '' WHERE mdm = $2 AND id = $3 AND account_question = $4",
				ms(last), q.MDM, q.Enrollment, q.ID)
			if err != nil {
				return err
			}
			if n == 0 { // answered, or asked anew
				continue
			}
			if _, err := t.Exec(ctx, `UPDATE devices SET account_asked_at = $1 WHERE id = $2 AND NOT EXISTS (SELECT 1 FROM enrollments e
				WHERE e.mdm = $3 AND e.id = $4 AND e.owner_id NOT IN ('', devices.owner_id))`, ms(last), q.DeviceID, q.MDM, q.Enrollment); err != nil {
				return err
			}
		}
		return nil
	})
}

// AccountRead notes what a device says of itself: who is signed in to the App
// Store on a channel, and whether it is a Shared iPad. One that answers has
// left Setup Assistant. Either may open its reach.
func (db *DB) AccountRead(ctx context.Context, a vpp.CommandAnswer) error {
	if a.Account == nil && a.MultiUser == nil {
		return nil
	}
	return db.inTx(ctx, func(t tx) error {
		channel, err := one(ctx, t, scanEnrollment, "SELECT "+enrollmentColumns+" FROM enrollments e WHERE e.mdm = $1 AND e.id = $2", a.MDM, a.Enrollment)
		if vpp.KindOf(err) == vpp.NotFound {
			return nil // it left in the meantime
		}
		if err != nil {
			return err
		}
		was, err := one(ctx, t, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.id = $1", channel.DeviceID)
		if err != nil {
			return err
		}
		now := was
		now.InSetup = false
		if a.MultiUser != nil {
			now.Shared, now.SharedKnown = *a.MultiUser, true
		}
		if a.Account != nil {
			if err := writeAccount(ctx, t, now, channel, a); err != nil {
				return err
			}
		}
		if now == was {
			return nil
		}
		concerned, err := db.concerned(ctx, t, now.ID)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE devices SET in_setup = $2, shared = $3, shared_known = $4 WHERE id = $1", now.ID, now.InSetup, now.Shared, now.SharedKnown); err != nil {
			return err
		}
		return db.reachAnew(ctx, t, now.ID, concerned)
	})
}

// writeAccount keeps an account with the channel that told, and with the
// device where that is its owner's.
func writeAccount(ctx context.Context, t tx, d vpp.Device, channel vpp.Enrollment, a vpp.CommandAnswer) error {
	_, err := t.Exec(ctx, `UPDATE enrollments SET account_read_at = $3, account_active = $4, account_hash = $5, account_question = '' WHERE mdm = $1 AND id = $2`,
		a.MDM, a.Enrollment, ms(a.At), a.Account.Active, a.Account.Hash)
	onUser := d.Platform == vpp.PlatformMac || d.Shared
	if err != nil || channel.User != onUser || channel.OwnerID != "" && channel.OwnerID != d.OwnerID {
		return err
	}
	_, err = t.Exec(ctx, "UPDATE devices SET account_read_at = $2, account_active = $3, account_hash = $4 WHERE id = $1",
		d.ID, ms(a.At), a.Account.Active, a.Account.Hash)
	return err
}

// DevicesToAsk lists up to limit devices, and as many channels of other people
// on them, of whom nobody knows with which account they are signed in now: last
// asked before a time, or before another one where no answer came. A device
// that is away keeps its question, and needs no second one.
func (db *DB) DevicesToAsk(ctx context.Context, before, unanswered time.Time, limit int) ([]vpp.DeviceTarget, error) {
	type due struct {
		device vpp.DeviceID
		person vpp.UserID
	}
	scan := func(s scanner) (d due, err error) { err = s.Scan(&d.device, &d.person); return }
	var list []due
	for _, query := range [...]string{
		`SELECT d.id, d.owner_id FROM devices d
			WHERE d.owner_id <> '' AND d.reach IN ('device', 'user') AND d.account_asked_at < $1 AND (d.account_read_at >= d.account_asked_at OR d.account_asked_at < $2)
			ORDER BY d.account_asked_at LIMIT $3`,
		`SELECT e.device_id, e.owner_id FROM enrollments e JOIN devices d ON d.id = e.device_id
			WHERE e.owner_id <> '' AND e.account_asked_at < $1 AND (e.account_read_at >= e.account_asked_at OR e.account_asked_at < $2)
			AND e.owner_id <> d.owner_id AND NOT e.disabled AND e.enrolled_at > 0 AND d.gone_at = 0 AND NOT d.in_setup
			AND d.kind = 'device' AND (d.platform = 'mac' OR d.shared) ORDER BY e.account_asked_at LIMIT $3`,
	} {
		some, err := all(ctx, db, scan, query, ms(before), ms(unanswered), limit)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	var people []vpp.UserID
	for _, d := range list {
		people = append(people, d.person)
	}
	slices.Sort(people)
	targets, err := db.TargetsOf(ctx, slices.Compact(people))
	var found []vpp.DeviceTarget
	for _, d := range list {
		for _, target := range targets[d.person] {
			if target.DeviceID == d.device && target.Enrollment != "" {
				found = append(found, target)
			}
		}
	}
	return found, err
}
