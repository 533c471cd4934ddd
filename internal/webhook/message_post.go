package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const atOnce = 50 // messages are read

// Post posts what is due for one webhook, one message after the other, the
// oldest first. A crash between the receiver's yes and our note of it repeats
// one message, under the same id.
func (s *Service) Post(ctx context.Context, job vpp.PostWebhook) error {
	began := s.config.Clock()
	p := posting{Service: s, claim: s.config.IDs(), until: began.Add(s.config.SendFor)}
	var sealed vpp.SealedWebhook
	var err error
	if p.w, sealed, err = s.store.ClaimWebhook(ctx, job.WebhookID, p.claim, began.Add(s.config.ClaimFor)); err != nil {
		if vpp.KindOf(err) == vpp.NotFound {
			return nil
		}
		return err
	}
	if p.keys, err = s.keys(p.w.ID, sealed); err == nil {
		err = p.all(ctx)
	}
	more, letGo := s.store.LetGoWebhook(context.WithoutCancel(ctx), p.w.ID, p.claim)
	if err = errors.Join(err, letGo); err == nil && more { // the time is up, or something came while we were going
		err = &vpp.Later{At: s.config.Clock()}
	}
	return err
}

// posting is one job's turn at a webhook.
type posting struct {
	*Service
	w     vpp.Webhook
	keys  [][]byte
	claim string
	until time.Time
	lost  bool // the claim is another's, or nobody's
}

// all goes on until nothing is due, the webhook is paused, or time is up.
func (p *posting) all(ctx context.Context) error {
	for {
		due, err := p.store.DueWebhookMessages(ctx, p.w.ID, atOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, m := range due {
			if p.over(ctx) {
				return ctx.Err()
			}
			if err := p.one(ctx, m); err != nil {
				return err
			}
		}
	}
}

func (p *posting) over(ctx context.Context) bool {
	now := p.config.Clock()
	return ctx.Err() != nil || p.lost || !now.Before(p.until) || p.w.NextAt.After(now) || !p.w.OffAt.IsZero()
}

// one makes one attempt and writes what came of it.
func (p *posting) one(ctx context.Context, m vpp.WebhookMessage) error {
	a := p.post.Post(ctx, p.w.URL, signed(m, p.keys, p.config.Clock()), []byte(m.Body))
	if a.Problem != "" && ctx.Err() != nil {
		return ctx.Err() // it was we who broke off
	}
	r := tried(vpp.WebhookTried{Message: m, Webhook: p.w}, a, p.config.Clock(), p.config.Jitter())
	held, err := p.store.RecordWebhook(context.WithoutCancel(ctx), p.claim, r, givenUpNotice(r.Webhook))
	if err != nil {
		return err
	}
	p.config.Observe(r.Message.Outcome)
	p.w, p.lost = r.Webhook, !held
	return nil
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
