package webhook

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const atOnce = 50 // messages are read

// Post posts what is due for one webhook, one message after the other, the
// oldest first. A crash between the receiver's yes and our note of it repeats
// one message, under the same id.
func (s *Service) Post(ctx context.Context, job vpp.PostWebhook) error {
	began, claim := s.config.Clock(), s.config.IDs()
	w, sealed, err := s.store.ClaimWebhook(ctx, job.WebhookID, claim, began.Add(s.config.ClaimFor))
	if vpp.KindOf(err) == vpp.NotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	err = s.postAll(ctx, w, sealed, began.Add(s.config.SendFor))
	more, letGo := s.store.LetGoWebhook(context.WithoutCancel(ctx), w.ID, claim)
	if err != nil || letGo != nil {
		return first(err, letGo)
	}
	if more { // the time is up, or something came while we were going
		return &vpp.Later{At: s.config.Clock()}
	}
	return nil
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// postAll goes on until nothing is due, the webhook is paused, or time is up.
func (s *Service) postAll(ctx context.Context, w vpp.Webhook, sealed vpp.SealedWebhook, until time.Time) error {
	keys, err := s.keys(w.ID, sealed)
	if err != nil {
		return err
	}
	for {
		due, err := s.store.DueWebhookMessages(ctx, w.ID, atOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, m := range due {
			if now := s.config.Clock(); ctx.Err() != nil || !now.Before(until) || w.NextAt.After(now) || !w.OffAt.IsZero() {
				return ctx.Err()
			}
			if w, err = s.postOne(ctx, w, keys, m); err != nil {
				return err
			}
		}
	}
}

// postOne makes one attempt and writes what came of it.
func (s *Service) postOne(ctx context.Context, w vpp.Webhook, keys [][]byte, m vpp.WebhookMessage) (vpp.Webhook, error) {
	a := s.post.Post(ctx, w.URL, signed(m, keys, s.config.Clock()), []byte(m.Body))
	if a.Problem != "" && ctx.Err() != nil {
		return w, ctx.Err() // it was we who broke off
	}
	r := tried(vpp.WebhookTried{Message: m, Webhook: w}, a, s.config.Clock(), s.config.Jitter())
	err := s.store.RecordWebhook(context.WithoutCancel(ctx), r, givenUpNotice(r.Webhook))
	if err == nil {
		s.config.Observe(r.Message.Outcome)
	}
	return r.Webhook, err
}

// Test posts an event that tells of nothing, now, and returns what came of it.
// It is not tried again, and no webhook is given up by it.
func (s *Service) Test(ctx context.Context, by vpp.Actor, id vpp.WebhookID) (vpp.WebhookMessage, error) {
	w, sealed, err := s.store.Webhook(ctx, id)
	if err != nil {
		return vpp.WebhookMessage{}, err
	}
	keys, err := s.keys(id, sealed)
	if err != nil {
		return vpp.WebhookMessage{}, err
	}
	now := s.config.Clock()
	m := vpp.WebhookMessage{ID: s.config.IDs(), Webhook: id, Kind: vpp.EventTest, At: now, QueuedAt: now, NextAt: now, Attempts: 1}
	if m.Body, err = testBody(w, now); err != nil {
		return m, err
	}
	a := s.post.Post(ctx, w.URL, signed(m, keys, now), []byte(m.Body))
	m.Status, m.Answer, m.Problem, m.OutcomeAt, m.Outcome = a.Status, a.Text, a.Problem, s.config.Clock(), vpp.WebhookFailed
	if a.Problem == "" {
		m.Outcome = vpp.WebhookDelivered
		w.FailingSince, w.Failures, w.NextAt, w.DeliveredAt = time.Time{}, 0, time.Time{}, m.OutcomeAt
	}
	return m, s.store.KeepWebhookTest(context.WithoutCancel(ctx), by, vpp.WebhookTried{Message: m, Webhook: w})
}

func testBody(w vpp.Webhook, at time.Time) (string, error) {
	text, err := json.Marshal(map[string]any{
		"type": vpp.EventTest, "timestamp": at.UTC().Format(time.RFC3339), "data": map[string]any{"webhook": map[string]any{"id": w.ID, "name": w.Name}},
	})
	return string(text), err
}
