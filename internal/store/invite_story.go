package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// storyLength bounds each kind of fact in a story.
const storyLength = 50

// CaseHistory reads everything that is known of one person at one location.
func (db *DB) CaseHistory(ctx context.Context, user vpp.UserID, location vpp.LocationID) (vpp.CaseHistory, error) {
	var h vpp.CaseHistory
	l, err := db.Location(ctx, location)
	if err != nil {
		return h, err
	}
	h.Location = l
	h.User, err = one(ctx, db, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.id = $1", user)
	if err != nil {
		return h, missing(err, "There is no such person.")
	}
	places, err := all(ctx, db, scanPlace, "SELECT "+placeColumns+" FROM program_users p WHERE p.user_id = $1 AND p.location_id = $2", user, l.ID)
	if err != nil {
		return h, err
	}
	if h.Entries, err = all(ctx, db, scanEntry, `SELECT id, at, actor, from_ip, action, object, summary, before, after FROM entries
		WHERE object = $1 ORDER BY id DESC LIMIT $2`, "user:"+string(user), storyLength); err != nil {
		return h, err
	}
	targets, err := db.targetsOf(ctx, db, []vpp.UserID{user})
	if err != nil {
		return h, err
	}
	h.Devices = targets[user]
	if len(places) == 0 {
		h.Place = vpp.ProgramUser{UserID: user, LocationID: l.ID}
		return h, nil
	}
	h.Place = places[0]
	if err := db.markRemoving(ctx, []*vpp.ProgramUser{&h.Place}); err != nil {
		return h, err
	}
	if h.SameAccount, err = db.sameAccount(ctx, h.Place); err != nil {
		return h, err
	}
	if h.Before, err = db.heldBefore(ctx, h.Place); err != nil {
		return h, err
	}
	return h, db.readInvitations(ctx, &h)
}

func (db *DB) readInvitations(ctx context.Context, h *vpp.CaseHistory) (err error) {
	if h.Invitations, err = all(ctx, db, scanInvitation, "SELECT "+invitationColumns+` FROM invitations i
		WHERE i.program_user_id = $1 ORDER BY i.generation DESC LIMIT $2`, h.Place.ID, storyLength); err != nil {
		return err
	}
	if h.Deliveries, err = all(ctx, db, scanDelivery, `SELECT d.id, d.invitation_id, d.program_user_id, d.task_id, d.channel, d.address, d.queued_at, d.ready_at,
		d.next_attempt_at, d.attempts, d.outcome, d.outcome_at, d.accepted_at, d.answer, d.sentence, d.mdm, d.device_id, d.command_state,
		COALESCE((SELECT name FROM devices WHERE devices.id = d.device_id), ''), COALESCE((SELECT name FROM mdm_servers WHERE mdm_servers.id = d.mdm), '')
		FROM deliveries d WHERE d.program_user_id = $1 ORDER BY d.id DESC LIMIT $2`,
		h.Place.ID, storyLength); err != nil {
		return err
	}
	h.Visits, err = all(ctx, db, scanVisit, `SELECT v.at, v.what, v.device FROM visits v JOIN invitations i ON i.id = v.invitation_id
		WHERE i.program_user_id = $1 ORDER BY v.at DESC, v.id DESC LIMIT $2`, h.Place.ID, storyLength)
	return err
}

func scanDelivery(s scanner) (d vpp.Delivery, err error) {
	err = s.Scan(&d.ID, &d.InvitationID, &d.ProgramUserID, &d.TaskID, &d.Channel, &d.Address, timeAt{&d.QueuedAt}, timeAt{&d.ReadyAt},
		timeAt{&d.NextAttemptAt}, &d.Attempts, &d.Outcome, timeAt{&d.OutcomeAt}, timeAt{&d.AcceptedAt}, &d.Answer, &d.Sentence, &d.MDM, &d.DeviceID, &d.Command, &d.DeviceName, &d.MDMName)
	return
}

func scanVisit(s scanner) (v vpp.VisitMade, err error) {
	err = s.Scan(timeAt{&v.At}, &v.What, &v.Device)
	return
}
