package store

import (
	"context"
	"errors"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// bounced is a letter that came back, with whose it is.
type bounced struct {
	id, invitation, place, task string
	address                     string
	outcome                     vpp.DeliveryOutcome
	outcomeAt                   int64
	tried                       bool // it was handed to a mail server, or is being
	current                     bool // of the generation that counts
	newer                       bool // a later letter went out
}

// RecordBounce writes that a letter came back, and takes back what only it had
// shown: handed over (S0-11). False when there is no such letter, or it says
// nothing new.
func (db *DB) RecordBounce(ctx context.Context, b vpp.Bounce) (news bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		d, err := readBounced(ctx, t, b.Delivery)
		if errors.Is(err, errNone) {
			return nil
		}
		if news = err == nil && d.saysNew(b.Outcome); !news {
			return err
		}
		if b.Outcome == vpp.DeliveryAccepted { // late, and still on its way
			_, err := t.Exec(ctx, "UPDATE deliveries SET sentence = $2 WHERE id = $1", d.id, b.Sentence)
			return err
		}
		if err := db.writeBounced(ctx, t, d, b); err != nil {
			return err
		}
		if b.BadAddress || b.Outcome == vpp.DeliveryComplained {
			if err := noteBadAddress(ctx, t, vpp.ProgramUserID(d.place), d.address, b.Outcome); err != nil {
				return err
			}
		}
		if err := takeBack(ctx, t, d, b.Outcome); err != nil {
			return err
		}
		if err := db.publish(ctx, t, event{kind: vpp.EventBounced, place: vpp.ProgramUserID(d.place), what: map[string]any{
			"channel": vpp.ChannelMail, "outcome": b.Outcome, "reason": b.Sentence,
		}}); err != nil {
			return err
		}
		// The part of the task is over; its sentence tells how it really ended.
		_, err = t.Exec(ctx, "UPDATE task_items SET detail = $3, updated_at = $4 WHERE task_id = $1 AND program_user_id = $2 AND state IN ('done', 'waiting')",
			d.task, d.place, b.Sentence, ms(db.now()))
		return err
	})
	return news, err
}

func readBounced(ctx context.Context, t tx, id vpp.DeliveryID) (bounced, error) {
	return one(ctx, t, func(s scanner) (d bounced, err error) {
		err = s.Scan(&d.id, &d.invitation, &d.place, &d.task, &d.address, &d.outcome, &d.outcomeAt, &d.tried, &d.current, &d.newer)
		return
	}, `SELECT d.id, d.invitation_id, d.program_user_id, d.task_id, d.address, d.outcome, d.outcome_at, d.attempts > 0 OR d.claim <> '',
		i.generation = p.generation, EXISTS (SELECT 1 FROM deliveries n WHERE n.program_user_id = d.program_user_id AND n.channel = 'mail' AND n.id > d.id AND n.attempts > 0)
		FROM deliveries d JOIN invitations i ON i.id = d.invitation_id JOIN program_users p ON p.id = d.program_user_id
		WHERE d.id = $1 AND d.channel = 'mail'`, id)
}

// saysNew says whether the outcome may follow on the letter's own. What a mail
// server took while our note of it was lost may come back, too.
func (d bounced) saysNew(next vpp.DeliveryOutcome) bool {
	switch d.outcome {
	case vpp.DeliveryAccepted:
		return true
	case vpp.DeliveryQueued, vpp.DeliveryDeferred:
		return d.tried && next != vpp.DeliveryAccepted
	case vpp.DeliveryBounced:
		return next == vpp.DeliveryComplained // so it did arrive somewhere
	case vpp.DeliveryUnderway, vpp.DeliveryRefused, vpp.DeliveryWithdrawn, vpp.DeliveryComplained:
	}
	return false
}

func (db *DB) writeBounced(ctx context.Context, t tx, d bounced, b vpp.Bounce) error {
	accepted := int64(0)
	if d.outcome == vpp.DeliveryAccepted {
		accepted = d.outcomeAt
	}
	if _, err := t.Exec(ctx, `UPDATE deliveries SET outcome = $2, outcome_at = $3, answer = $4, sentence = $5, accepted_at = $6, claim = '', claimed_until = 0
		WHERE id = $1`, d.id, b.Outcome, ms(b.At), b.Answer, b.Sentence, accepted); err != nil {
		return err
	}
	if b.Outcome != vpp.DeliveryComplained {
		return nil
	}
	_, err := endLetters(ctx, t, ms(db.now()), "The person reported an earlier letter as junk.", d.place)
	return err
}

// takeBack writes what the person's place says of it.
func takeBack(ctx context.Context, t tx, d bounced, next vpp.DeliveryOutcome) error {
	if !d.current {
		return nil
	}
	// How the latest letter fared; an earlier one that comes back late is not it.
	if !d.newer {
		if _, err := t.Exec(ctx, "UPDATE program_users SET mail_problem = $2 WHERE id = $1", d.place, next); err != nil {
			return err
		}
	}
	if next != vpp.DeliveryBounced {
		return nil
	}
	_, err := t.Exec(ctx, "UPDATE program_users SET handed_over_at = "+handedOver+" WHERE id = $1", d.place)
	return err
}

// handedOver is when the first of the ways that are left handed an invitation
// of this generation over, 0 when none did.
const handedOver = `COALESCE((SELECT min(at) FROM (
	SELECT CASE WHEN d.accepted_at > 0 THEN d.accepted_at ELSE d.outcome_at END AS at FROM deliveries d JOIN invitations i ON i.id = d.invitation_id
		WHERE d.program_user_id = program_users.id AND i.generation = program_users.generation AND d.outcome IN ('accepted', 'complained')
	UNION ALL SELECT i.copied_at FROM invitations i
		WHERE i.program_user_id = program_users.id AND i.generation = program_users.generation AND i.copied_at > 0) ways), 0)`
