package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const deviceCommandQuery = `SELECT d.id, COALESCE(u.id, ''), COALESCE(u.full_name, ''), COALESCE(p.location_id, ''), d.device_id, COALESCE(v.name, ''),
	d.mdm, d.address, d.task_id, d.outcome, d.command_state, d.queued_at, d.outcome_at, d.attempts, d.wakes, d.put_offs, d.answer, d.sentence
	FROM deliveries d LEFT JOIN program_users p ON p.id = d.program_user_id LEFT JOIN users u ON u.id = p.user_id LEFT JOIN devices v ON v.id = d.device_id
	WHERE d.device_id <> ''`

func scanDeviceCommand(s scanner) (c vpp.DeviceCommand, err error) {
	err = s.Scan(&c.ID, &c.UserID, &c.FullName, &c.LocationID, &c.DeviceID, &c.DeviceName, &c.MDM, &c.Enrollment, &c.Task, &c.Outcome, &c.Carried,
		timeAt{&c.QueuedAt}, timeAt{&c.OutcomeAt}, &c.Attempts, &c.Wakes, &c.PutOffs, &c.Answer, &c.Sentence)
	return
}

// Commands lists invitations on devices, the newest first. Each filter walks
// an index of its own, so that what was answered long ago costs nothing.
func (db *DB) Commands(ctx context.Context, f vpp.CommandFilter, page vpp.Page) (vpp.List[vpp.DeviceCommand], error) {
	return byKey(ctx, db, keyed[vpp.DeviceCommand]{
		deviceCommandQuery + commandsWhere(f), nil, "d.id", true,
		scanDeviceCommand, func(c vpp.DeviceCommand) string { return string(c.ID) },
	}, page)
}

// commandsWhere says in SQL what vpp.DeriveCommandState says in Go; a test
// holds the two equal.
func commandsWhere(f vpp.CommandFilter) string {
	const open = " AND d.outcome IN ('queued', 'deferred', 'underway')"
	const carried = " AND d.outcome = 'underway' AND d.command_state = '"
	switch f.State {
	case vpp.CommandAcknowledged:
		return " AND d.outcome = 'accepted'"
	case vpp.CommandFailed:
		return " AND d.outcome = 'refused'"
	case vpp.CommandCanceled:
		return " AND d.outcome = 'withdrawn'"
	case vpp.CommandPushed, vpp.CommandNotNow, vpp.CommandUnknown:
		return open + carried + string(f.State) + "'"
	case vpp.CommandQueued:
		return open + " AND (d.outcome <> 'underway' OR d.command_state NOT IN ('pushed', 'not_now', 'unknown'))"
	}
	if f.Open {
		return open
	}
	return ""
}

// Command returns one invitation on a device.
func (db *DB) Command(ctx context.Context, id vpp.DeliveryID) (vpp.DeviceCommand, error) {
	c, err := one(ctx, db, scanDeviceCommand, deviceCommandQuery+" AND d.id = $1", id)
	return c, missing(err, "There is no such invitation on a device.")
}

// WithdrawCommand takes one invitation on a device back. The person's part of
// a task stays open while another way is.
func (db *DB) WithdrawCommand(ctx context.Context, by vpp.Actor, id vpp.DeliveryID) error {
	return db.inTx(ctx, func(t tx) error {
		c, err := one(ctx, t, scanDeviceCommand, deviceCommandQuery+" AND d.id = $1", id)
		if err != nil {
			return missing(err, "There is no such invitation on a device.")
		}
		now, sentence := ms(db.now()), c.TakenBack()
		place, err := one(ctx, t, scanString, `UPDATE deliveries SET outcome = 'withdrawn', outcome_at = $2, sentence = $3
			WHERE id = $1 AND outcome IN ('queued', 'deferred', 'underway') AND (claim = '' OR claimed_until < $2) RETURNING program_user_id`, id, now, sentence)
		if vpp.KindOf(err) == vpp.NotFound {
			if c.State().Open() {
				return vpp.Errorf(vpp.Conflict, "This invitation is just being handed to the MDM server: try again in a moment.")
			}
			return vpp.Errorf(vpp.Conflict, "This invitation has ended already: there is nothing to take back.")
		}
		if err != nil {
			return err
		}
		if c.UserID != "" {
			if err := db.insertEntry(ctx, t, by, "invite.device_cancel", "user:"+string(c.UserID), "Took the invitation back from "+named(c.DeviceName), nil, nil); err != nil {
				return err
			}
		}
		hopes, err := hoping(ctx, t, []vpp.ProgramUserID{vpp.ProgramUserID(place)})
		if err != nil || hopes[vpp.ProgramUserID(place)] {
			return err
		}
		return db.settleItems(ctx, t, inviteKinds(), []item{{vpp.ProgramUserID(place), vpp.ItemSkipped, sentence}})
	})
}

func named(device string) string {
	if device == "" {
		return "a device"
	}
	return device
}
