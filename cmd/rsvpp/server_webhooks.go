package main

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"github.com/rsvpp/rsvpp/internal/courier"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

var (
	_ webhook.Store  = (*store.DB)(nil)
	_ webhook.Poster = (*courier.Courier)(nil)
)

// postTime is how long a receiver may take.
const postTime = 10 * time.Second

// openWebhooks wires what tells other programs.
func (v *server) openWebhooks(context.Context) error {
	post := courier.New(courier.Config{Timeout: min(postTime, v.settings.lease/3), Now: time.Now, Agent: "rsvpp/" + readVersion().Version})
	v.webhooks = webhook.New(v.db, v.box, post, webhook.Config{
		ClaimFor: v.settings.lease, SendFor: min(postTime, v.settings.lease/4), Clock: time.Now, IDs: newID,
		Random: func(b []byte) { _, _ = rand.Read(b) }, // it never fails
		Jitter: mathrand.Float64, Observe: v.metrics.Told,
	})
	return nil
}
