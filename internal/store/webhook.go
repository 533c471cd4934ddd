package store

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const webhookColumns = `id, name, url, kinds, location_id, created_at, off_at, off_why, failing_since, failures, delivered_at, next_at,
	before_until, claimed_until, secret_sealed, before_sealed`

// webhookRow is a webhook with what nobody else sees of it.
type webhookRow struct {
	vpp.Webhook
	claimedUntil time.Time
	sealed       vpp.SealedWebhook
}

func scanWebhook(s scanner) (w webhookRow, err error) {
	var kinds string
	err = s.Scan(&w.ID, &w.Name, &w.URL, &kinds, &w.Location, timeAt{&w.CreatedAt}, timeAt{&w.OffAt}, &w.OffWhy, timeAt{&w.FailingSince}, &w.Failures,
		timeAt{&w.DeliveredAt}, timeAt{&w.NextAt}, timeAt{&w.BeforeUntil}, timeAt{&w.claimedUntil}, &w.sealed.Now, &w.sealed.Before)
	for kind := range strings.FieldsSeq(kinds) {
		w.Kinds = append(w.Kinds, vpp.EventKind(kind))
	}
	return
}

func (w webhookRow) wantsKind(kind vpp.EventKind) bool {
	return len(w.Kinds) == 0 || slices.Contains(w.Kinds, kind)
}

// secrets are those with which messages are signed at a time.
func (w webhookRow) secrets(now time.Time) vpp.SealedWebhook {
	if !w.BeforeUntil.After(now) {
		w.sealed.Before = ""
	}
	return w.sealed
}

func kindWords(kinds []vpp.EventKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, " ")
}

// Webhooks lists the webhooks by name, each with how much waits for it.
func (db *DB) Webhooks(ctx context.Context) ([]vpp.Webhook, error) {
	rows, err := all(ctx, db, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks ORDER BY name, id")
	list := make([]vpp.Webhook, len(rows))
	for i, w := range rows {
		if err == nil {
			list[i] = w.Webhook
			list[i].Waiting, err = waitingFor(ctx, db, w.ID)
		}
	}
	return list, err
}

// Webhook reads one with what is kept secret of it, or vpp.NotFound.
func (db *DB) Webhook(ctx context.Context, id vpp.WebhookID) (vpp.Webhook, vpp.SealedWebhook, error) {
	w, err := webhookIn(ctx, db, id)
	if err == nil {
		w.Waiting, err = waitingFor(ctx, db, id)
	}
	return w.Webhook, w.secrets(db.now()), err
}

func webhookIn(ctx context.Context, q querier, id vpp.WebhookID) (webhookRow, error) {
	w, err := one(ctx, q, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks WHERE id = $1", id)
	return w, missing(err, "There is no such webhook.")
}

// waitingFor counts what waits, as far as anybody wants to know.
func waitingFor(ctx context.Context, q querier, id vpp.WebhookID) (int, error) {
	return one(ctx, q, scanInt, "SELECT count(*) FROM (SELECT 1 FROM webhook_messages WHERE webhook_id = $1 AND outcome = 'waiting' LIMIT $2) x", id, vpp.Plenty)
}

// AddWebhook keeps a webhook. No two have one name.
func (db *DB) AddWebhook(ctx context.Context, by vpp.Actor, w vpp.Webhook, sealed string) error {
	return db.inTx(ctx, func(t tx) error {
		n, err := t.Exec(ctx, `INSERT INTO webhooks (id, name, url, kinds, location_id, secret_sealed, created_at)
			SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT 1 FROM webhooks WHERE name = $2)`,
			w.ID, w.Name, w.URL, kindWords(w.Kinds), w.Location, sealed, ms(w.CreatedAt))
		if err != nil {
			return err
		}
		if n == 0 {
			return errWebhookName(w.Name)
		}
		return db.insertEntry(ctx, t, by, "webhook.add", "webhook:"+string(w.ID), "The webhook "+w.Name+" was added.", nil, webhookFacts(w))
	})
}

func errWebhookName(name string) error {
	return &vpp.Error{Kind: vpp.Conflict, Field: "name", Message: "There is a webhook called " + name + " already: take another name."}
}

// webhookFacts are what the history keeps of a webhook. The whole address may
// hold a secret of the receiver's.
func webhookFacts(w vpp.Webhook) map[string]any {
	host := ""
	if u, err := url.Parse(w.URL); err == nil {
		host = u.Scheme + "://" + u.Host
	}
	kinds := kindWords(w.Kinds)
	if kinds == "" {
		kinds = "all"
	}
	return map[string]any{"name": w.Name, "server": host, "kinds": kinds, "location": w.Location, "off": !w.OffAt.IsZero()}
}

// ChangeWebhook writes what an administrator chooses. Who posts to it just now
// stops: it knows the webhook as it was. With another address, or switched on,
// it begins anew: what failed before says nothing about it.
func (db *DB) ChangeWebhook(ctx context.Context, by vpp.Actor, id vpp.WebhookID, change func(vpp.Webhook) (vpp.Webhook, error)) (now vpp.Webhook, err error) {
	err = db.inTx(ctx, func(t tx) error {
		was, err := webhookIn(ctx, t, id)
		if err != nil {
			return err
		}
		if now, err = change(was.Webhook); err != nil {
			return err
		}
		taken, err := one(ctx, t, scanInt, "SELECT count(*) FROM webhooks WHERE name = $1 AND id <> $2", now.Name, id)
		if err == nil && taken > 0 {
			err = errWebhookName(now.Name)
		}
		if err != nil {
			return err
		}
		if now.URL != was.URL || now.OffAt.IsZero() && !was.OffAt.IsZero() {
			now.FailingSince, now.Failures, now.NextAt = time.Time{}, 0, time.Time{}
		}
		_, err = t.Exec(ctx, `UPDATE webhooks SET name = $2, url = $3, kinds = $4, location_id = $5, off_at = $6, off_why = $7,
			failing_since = $8, failures = $9, next_at = $10, claim = '', claimed_until = 0 WHERE id = $1`, id, now.Name, now.URL, kindWords(now.Kinds), now.Location,
			ms(now.OffAt), now.OffWhy, ms(now.FailingSince), now.Failures, ms(now.NextAt))
		if err != nil {
			return err
		}
		if err := db.insertEntry(ctx, t, by, "webhook.change", "webhook:"+string(id), "The webhook "+now.Name+" was changed.", webhookFacts(was.Webhook), webhookFacts(now)); err != nil {
			return err
		}
		if !now.OffAt.IsZero() {
			return nil
		}
		return db.hurryWebhook(ctx, t, id)
	})
	if err == nil {
		now.Waiting, err = waitingFor(ctx, db, id)
	}
	return now, err
}

// hurryWebhook makes what was put off due now: there is reason to believe that
// it will be taken.
func (db *DB) hurryWebhook(ctx context.Context, t tx, id vpp.WebhookID) error {
	if _, err := t.Exec(ctx, "UPDATE webhook_messages SET next_at = $2 WHERE webhook_id = $1 AND outcome = 'waiting' AND next_at > $2", id, ms(db.now())); err != nil {
		return err
	}
	return t.enqueue(ctx, vpp.PostWebhook{WebhookID: id})
}

// RotateWebhook puts another secret in the place of the present one, which
// signs as well until a time.
func (db *DB) RotateWebhook(ctx context.Context, by vpp.Actor, id vpp.WebhookID, sealed string, until time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		name, err := one(ctx, t, scanString, `UPDATE webhooks SET before_sealed = secret_sealed, before_until = $3, secret_sealed = $2,
			claim = '', claimed_until = 0 WHERE id = $1 RETURNING name`, id, sealed, ms(until))
		if err != nil {
			return missing(err, "There is no such webhook.")
		}
		return db.insertEntry(ctx, t, by, "webhook.rotate", "webhook:"+string(id), "The secret of the webhook "+name+" was changed.", nil, nil)
	})
}

// RemoveWebhook takes a webhook away with its messages: stretch by stretch,
// for there may be many. Broken off, it is begun again.
func (db *DB) RemoveWebhook(ctx context.Context, by vpp.Actor, id vpp.WebhookID) error {
	if _, err := db.Exec(ctx, "UPDATE webhooks SET off_at = $2, claim = '', claimed_until = 0 WHERE id = $1 AND off_at = 0", id, ms(db.now())); err != nil {
		return err
	}
	for n := int64(sweptAtOnce); n == sweptAtOnce; {
		var err error
		if n, err = db.Exec(ctx, "DELETE FROM webhook_messages WHERE id IN (SELECT id FROM webhook_messages WHERE webhook_id = $1 LIMIT $2)", id, sweptAtOnce); err != nil {
			return err
		}
	}
	return db.inTx(ctx, func(t tx) error {
		was, err := webhookIn(ctx, t, id)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "DELETE FROM webhooks WHERE id = $1", id); err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "webhook.remove", "webhook:"+string(id), "The webhook "+was.Name+" was removed.", webhookFacts(was.Webhook), nil)
	})
}
