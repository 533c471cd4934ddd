package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	visitsKept      = 50 // per invitation; more tell nothing new
	newLinkPause    = 10 * time.Minute
	newLinksPerDay  = 5
	newLinkForgotIn = 48 * time.Hour
)

// NoteVisit writes down what a reader did on the landing page.
func (db *DB) NoteVisit(ctx context.Context, id vpp.InvitationID, what vpp.Visit, device string) error {
	return db.inTx(ctx, func(t tx) error {
		now := ms(db.now())
		var err error
		switch what {
		case vpp.VisitOpened:
			err = db.noteOpened(ctx, t, id, device, now)
		case vpp.VisitDone:
			err = db.wantLook(ctx, t, id, false)
		case vpp.VisitContinued:
			_, err = t.Exec(ctx, "UPDATE invitations SET continued_at = $2 WHERE id = $1 AND continued_at = 0", id, now)
		case vpp.VisitNotMe:
			err = db.noteNotMe(ctx, t, id, now)
		case vpp.VisitNewLink: // written by RenewLink
		}
		if err != nil {
			return err
		}
		return db.insertVisit(ctx, t, id, what, device, now)
	})
}

// noteOpened keeps when the link was opened first, which webhooks are told.
func (db *DB) noteOpened(ctx context.Context, t tx, id vpp.InvitationID, device string, now int64) error {
	first, err := all(ctx, t, scanString, "UPDATE invitations SET opened_at = $2, opened_on = $3 WHERE id = $1 AND opened_at = 0 RETURNING program_user_id", id, now, device)
	if err != nil {
		return err
	}
	for _, place := range first {
		if err := db.publish(ctx, t, event{kind: vpp.EventOpened, place: vpp.ProgramUserID(place), what: map[string]any{"opened_on": device}}); err != nil {
			return err
		}
	}
	return db.wantLook(ctx, t, id, true)
}

// noteNotMe stops the open letters too: they would reach the wrong person.
func (db *DB) noteNotMe(ctx context.Context, t tx, id vpp.InvitationID, now int64) error {
	held, err := one(ctx, t, scanInvitation, "SELECT "+invitationColumns+" FROM invitations i WHERE i.id = $1", id)
	if err != nil || !held.NotMeAt.IsZero() {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE invitations SET not_me_at = $2 WHERE id = $1", id, now); err != nil {
		return err
	}
	if _, err := endLetters(ctx, t, now, "The reader of the link said that they are somebody else.", held.ProgramUserID); err != nil {
		return err
	}
	return db.insertEntry(ctx, t, invitedPerson(), "invite.not_me", "user:"+string(held.UserID), "The reader of the invitation link said that they are somebody else", nil, nil)
}

func invitedPerson() vpp.Actor { return vpp.Actor{Name: "invited person"} }

func (db *DB) insertVisit(ctx context.Context, t tx, id vpp.InvitationID, what vpp.Visit, device string, now int64) error {
	_, err := t.Exec(ctx, `INSERT INTO visits (id, invitation_id, at, what, device) SELECT $1, $2, CAST($3 AS BIGINT), $4, $5
		WHERE (SELECT count(*) FROM visits WHERE invitation_id = $2) < CAST($6 AS BIGINT)`, db.ids(), id, now, what, device, visitsKept)
	return err
}

// RenewLink queues a letter with a working link to the address that is on
// record, if the last one was not asked for a moment ago. A link that had
// expired stays dead: the new one replaces it.
func (db *DB) RenewLink(ctx context.Context, id vpp.InvitationID, expires time.Time, device string) error {
	return db.inTx(ctx, func(t tx) error {
		held, err := heldInvitation(ctx, t, id)
		if err != nil {
			return err
		}
		now := db.now()
		if err := newLinkAllowed(ctx, t, id, now); err != nil {
			return err
		}
		// The oldest make room, so that the limit above always finds its rows.
		if _, err := t.Exec(ctx, `DELETE FROM visits WHERE invitation_id = $1 AND id IN
			(SELECT id FROM visits WHERE invitation_id = $1 AND (what <> 'new_link' OR at < $2) ORDER BY at DESC LIMIT 50 OFFSET $3)`,
			id, ms(now.Add(-newLinkForgotIn)), visitsKept-newLinksPerDay*2-1); err != nil {
			return err
		}
		if err := db.insertVisit(ctx, t, id, vpp.VisitNewLink, device, ms(now)); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `UPDATE invitations SET expires_at = $2, revision = revision + CASE WHEN expires_at <= $3 THEN 1 ELSE 0 END WHERE id = $1`,
			id, ms(expires), ms(now)); err != nil {
			return err
		}
		if _, err := endLetters(ctx, t, ms(now), "A newer letter goes out in its place.", held.Place.ID); err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `INSERT INTO deliveries (id, invitation_id, program_user_id, task_id, channel, address, queued_at, ready_at)
			VALUES ($1, $2, $3, '', 'mail', $4, $5, $5)`, db.ids(), id, held.Place.ID, held.User.Email, ms(now)); err != nil {
			return err
		}
		if err := db.insertEntry(ctx, t, invitedPerson(), "invite.new_link", "user:"+string(held.User.ID), "Asked for a new link on the landing page", nil, nil); err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.SendMail{})
	})
}

func newLinkAllowed(ctx context.Context, t tx, id vpp.InvitationID, now time.Time) error {
	since := func(ago time.Duration) (int, error) {
		return one(ctx, t, scanInt, "SELECT count(*) FROM visits WHERE invitation_id = $1 AND what = 'new_link' AND at > $2", id, ms(now.Add(-ago)))
	}
	recent, err := since(newLinkPause)
	if err != nil {
		return err
	}
	today, err := since(24 * time.Hour)
	switch {
	case err != nil:
		return err
	case recent > 0:
		return vpp.Errorf(vpp.Exhausted, "A new link was sent a moment ago: look into your mailbox, also among the junk, and try again in ten minutes.")
	case today >= newLinksPerDay:
		return vpp.Errorf(vpp.Exhausted, "Enough new links for one day: look into your mailbox, also among the junk, or ask the people who invited you.")
	}
	return nil
}
