package store

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ClaimWebhook takes a webhook to post to it until a time, or vpp.NotFound when
// there is nothing to do for the caller: it is off or paused, or another posts
// to it. A claim that is not let go ends by itself.
func (db *DB) ClaimWebhook(ctx context.Context, id vpp.WebhookID, claim string, until time.Time) (vpp.Webhook, vpp.SealedWebhook, error) {
	now := ms(db.now())
	var w webhookRow
	err := db.inTx(ctx, func(t tx) (err error) {
		w, err = one(ctx, t, scanWebhook, `UPDATE webhooks SET claim = $2, claimed_until = $3
			WHERE id = $1 AND off_at = 0 AND next_at <= $4 AND claimed_until <= $4 RETURNING `+webhookColumns, id, claim, ms(until), now)
		return err
	})
	return w.Webhook, w.secrets(db.now()), err
}

// LetGoWebhook ends a claim, and says whether more is due: what was written
// while it stood woke nobody.
func (db *DB) LetGoWebhook(ctx context.Context, id vpp.WebhookID, claim string) (more bool, err error) {
	if _, err := db.Exec(ctx, "UPDATE webhooks SET claim = '', claimed_until = 0 WHERE id = $1 AND claim = $2", id, claim); err != nil {
		return false, err
	}
	due, err := all(ctx, db, scanString, "SELECT w.id FROM webhooks w WHERE w.id = $1 AND "+webhookDue, id, ms(db.now()))
	return len(due) > 0, err
}

// webhookDue says of webhooks w that something is to be posted at $2.
const webhookDue = `w.off_at = 0 AND w.next_at <= $2 AND w.claimed_until <= $2 AND EXISTS
	(SELECT 1 FROM webhook_messages m WHERE m.webhook_id = w.id AND m.outcome = 'waiting' AND m.next_at <= $2)`

const messageColumns = "id, webhook_id, kind, at, body, queued_at, next_at, attempts, outcome, outcome_at, status, answer, problem"

func scanMessage(s scanner) (m vpp.WebhookMessage, err error) {
	err = s.Scan(&m.ID, &m.Webhook, &m.Kind, timeAt{&m.At}, &m.Body, timeAt{&m.QueuedAt}, timeAt{&m.NextAt}, &m.Attempts, &m.Outcome,
		timeAt{&m.OutcomeAt}, &m.Status, &m.Answer, &m.Problem)
	return
}

// DueWebhookMessages reads up to limit messages that are due, those that have
// waited longest first.
func (db *DB) DueWebhookMessages(ctx context.Context, id vpp.WebhookID, limit int) ([]vpp.WebhookMessage, error) {
	return all(ctx, db, scanMessage, "SELECT "+messageColumns+` FROM webhook_messages WHERE webhook_id = $1 AND outcome = 'waiting' AND next_at <= $2
		ORDER BY next_at, id LIMIT $3`, id, ms(db.now()), limit)
}

// RecordWebhook writes what came of an attempt made under a claim; held is false
// when the claim is no longer the caller's, which then stops. Then only a yes
// counts: another posts by now, or the webhook is another than it was. A webhook
// that is given up is told of in the history, and to the administrators by mail.
func (db *DB) RecordWebhook(ctx context.Context, claim string, r vpp.WebhookTried, n vpp.Notice) (held bool, err error) {
	err = db.inTx(ctx, func(t tx) error {
		m, w := r.Message, r.Webhook
		// The webhook's row before its messages', as everywhere.
		mine, err := t.Exec(ctx, `UPDATE webhooks SET failing_since = $3, failures = $4, delivered_at = $5, next_at = $6, off_at = $7, off_why = $8
			WHERE id = $1 AND claim = $2`, w.ID, claim, ms(w.FailingSince), w.Failures, ms(w.DeliveredAt), ms(w.NextAt), ms(w.OffAt), w.OffWhy)
		if held = err == nil && mine > 0; err != nil || !held && m.Outcome != vpp.WebhookDelivered {
			return err
		}
		// What another node delivered meanwhile stays delivered.
		if _, err := t.Exec(ctx, `UPDATE webhook_messages SET attempts = attempts + 1, next_at = $2, outcome = $3, outcome_at = $4, status = $5,
			answer = $6, problem = $7 WHERE id = $1 AND outcome = 'waiting'`,
			m.ID, ms(m.NextAt), m.Outcome, ms(m.OutcomeAt), m.Status, m.Answer, m.Problem); err != nil || !held || w.OffAt.IsZero() {
			return err
		}
		if err := db.insertEntry(ctx, t, vpp.Server, "webhook.given_up", "webhook:"+string(w.ID), "The webhook "+w.Name+" was switched off. "+w.OffWhy, nil, nil); err != nil {
			return err
		}
		return db.insertNotice(ctx, t, n)
	})
	return held, err
}

// KeepWebhookTest keeps a message that somebody had posted at once, with what
// came of it; a good answer ends a pause.
func (db *DB) KeepWebhookTest(ctx context.Context, by vpp.Actor, r vpp.WebhookTried) error {
	return db.inTx(ctx, func(t tx) error {
		m := r.Message
		if _, err := t.Exec(ctx, "INSERT INTO webhook_messages ("+messageColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
			m.ID, m.Webhook, m.Kind, ms(m.At), m.Body, ms(m.QueuedAt), ms(m.NextAt), m.Attempts, m.Outcome, ms(m.OutcomeAt), m.Status, m.Answer, m.Problem); err != nil {
			return err
		}
		if m.Outcome == vpp.WebhookDelivered {
			if _, err := t.Exec(ctx, "UPDATE webhooks SET failing_since = 0, failures = 0, next_at = 0, delivered_at = $2 WHERE id = $1", m.Webhook, ms(m.OutcomeAt)); err != nil {
				return err
			}
			if err := db.hurryWebhook(ctx, t, m.Webhook); err != nil {
				return err
			}
		}
		return db.insertEntry(ctx, t, by, "webhook.test", "webhook:"+string(m.Webhook), "Sent a test event to the webhook "+r.Webhook.Name+".", nil, nil)
	})
}

// WebhookMessages reads a page of a webhook's messages, the newest first.
func (db *DB) WebhookMessages(ctx context.Context, id vpp.WebhookID, page vpp.Page) (vpp.List[vpp.WebhookMessage], error) {
	if _, err := webhookIn(ctx, db, id); err != nil {
		return vpp.List[vpp.WebhookMessage]{}, err
	}
	return byKey(ctx, db, keyed[vpp.WebhookMessage]{
		"SELECT " + messageColumns + " FROM webhook_messages WHERE webhook_id = $1",
		[]any{id},
		"id", true,
		scanMessage, func(m vpp.WebhookMessage) string { return m.ID },
	}, page)
}

// RepeatWebhookMessage makes a message due now, whatever became of it.
func (db *DB) RepeatWebhookMessage(ctx context.Context, by vpp.Actor, id vpp.WebhookID, message string) (m vpp.WebhookMessage, err error) {
	err = db.inTx(ctx, func(t tx) error {
		w, err := webhookIn(ctx, t, id)
		if err == nil && !w.OffAt.IsZero() {
			err = vpp.Errorf(vpp.Conflict, "The webhook is off: switch it on first.")
		}
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE webhooks SET next_at = 0 WHERE id = $1 AND next_at > 0", id); err != nil {
			return err
		}
		now := ms(db.now())
		if m, err = one(ctx, t, scanMessage, `UPDATE webhook_messages SET outcome = 'waiting', outcome_at = 0, queued_at = $3, next_at = $3
			WHERE id = $1 AND webhook_id = $2 RETURNING `+messageColumns, message, id, now); err != nil {
			return missing(err, "There is no such message: those that are done are kept for a week.")
		}
		if err := db.insertEntry(ctx, t, by, "webhook.again", "webhook:"+string(id), "Sent "+string(m.Kind)+" to the webhook "+w.Name+" again.", nil, nil); err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.PostWebhook{WebhookID: id})
	})
	return m, err
}

// WakeWebhooks promises to post where something is due: what was put off, and
// what a dead node left.
func (db *DB) WakeWebhooks(ctx context.Context) error {
	due, err := all(ctx, db, scanString, "SELECT w.id FROM webhooks w WHERE w.id > $1 AND "+webhookDue+" ORDER BY w.id", "", ms(db.now()))
	if err != nil || len(due) == 0 {
		return err
	}
	jobs := make([]vpp.Job, len(due))
	for i, id := range due {
		jobs[i] = vpp.PostWebhook{WebhookID: vpp.WebhookID(id)}
	}
	return db.inTx(ctx, func(t tx) error { return t.enqueue(ctx, jobs...) })
}

// sweptAtOnce bounds what is given up, or forgotten, in one statement.
const sweptAtOnce = 1000

// ForgetWebhookMessages gives up what has waited since a time, and deletes what
// has been done since another.
func (db *DB) ForgetWebhookMessages(ctx context.Context, waited, done time.Time) error {
	for _, act := range []func() (int64, error){
		func() (int64, error) {
			return db.Exec(ctx, `UPDATE webhook_messages SET outcome = 'failed', outcome_at = $1,
				problem = CASE WHEN problem = '' THEN 'Not posted in time: the webhook was off, or did not answer.' ELSE problem END
				WHERE id IN (SELECT id FROM webhook_messages WHERE outcome = 'waiting' AND queued_at < $2 LIMIT $3)`, ms(db.now()), ms(waited), sweptAtOnce)
		},
		func() (int64, error) {
			return db.Exec(ctx, `DELETE FROM webhook_messages WHERE id IN (SELECT id FROM webhook_messages
				WHERE outcome <> 'waiting' AND outcome_at < $1 LIMIT $2)`, ms(done), sweptAtOnce)
		},
	} {
		for n := int64(sweptAtOnce); n == sweptAtOnce; {
			var err error
			if n, err = act(); err != nil {
				return err
			}
		}
	}
	return nil
}

// WaitingWebhookMessages counts the messages that wait, up to vpp.Plenty.
func (db *DB) WaitingWebhookMessages(ctx context.Context) (int, error) {
	return one(ctx, db, scanInt, "SELECT count(*) FROM (SELECT 1 FROM webhook_messages WHERE outcome = 'waiting' LIMIT $1) x", vpp.Plenty)
}
