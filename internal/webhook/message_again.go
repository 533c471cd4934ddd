package webhook

import (
	"fmt"
	"net/url"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	tryFor    = 3 * 24 * time.Hour // a message
	giveUp    = 5 * 24 * time.Hour // a webhook that takes nothing
	keepFor   = 7 * 24 * time.Hour // what is done
	longest   = 15 * time.Minute   // a pause of a webhook
	mostAsked = time.Hour          // that a receiver may ask us to wait

	gone = 410 // the receiver wants no more
)

// pauses are those of a message between its attempts; the last one goes on.
func pauses() []time.Duration {
	return []time.Duration{15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}
}

// tried is what an attempt changes. A message goes on for three days. A webhook
// that failed twice in a row pauses, longer each time: then one message knocks
// for all. Whoever takes nothing for five days, or says “gone”, is given up.
func tried(r vpp.WebhookTried, a vpp.WebhookAnswer, now time.Time, jitter float64) vpp.WebhookTried {
	m, w := &r.Message, &r.Webhook
	m.Status, m.Answer, m.Problem = a.Status, a.Text, a.Problem
	if a.Problem == "" {
		m.Outcome, m.OutcomeAt = vpp.WebhookDelivered, now
		w.FailingSince, w.Failures, w.NextAt, w.DeliveredAt = time.Time{}, 0, time.Time{}, now
		return r
	}
	pause := pauses()[min(m.Attempts, len(pauses())-1)]
	asked := min(a.RetryAfter, mostAsked)
	m.NextAt = now.Add(max(spread(pause, jitter), asked))
	if m.NextAt.Sub(m.QueuedAt) > tryFor {
		m.Outcome, m.OutcomeAt = vpp.WebhookFailed, now
	}
	w.Failures++
	if w.FailingSince.IsZero() {
		w.FailingSince = now
	}
	switch {
	case asked > 0:
		w.NextAt = now.Add(asked)
	case w.Failures > 1:
		w.NextAt = now.Add(spread(min(5*time.Second<<min(w.Failures, 12), longest), jitter))
	}
	switch {
	case a.Status == gone:
		w.OffAt, w.OffWhy = now, "The receiver answered “410 Gone”: it wants no more."
	case now.Sub(w.FailingSince) >= giveUp:
		w.OffAt, w.OffWhy = now, "Nothing was taken since "+w.FailingSince.UTC().Format("15:04 UTC on 2 January 2006")+". The last attempt: "+a.Problem
	}
	return r
}

// spread keeps many from knocking at one moment: a fifth more or less.
func spread(d time.Duration, jitter float64) time.Duration {
	return d + time.Duration((jitter-0.5)*0.4*float64(d))
}

// givenUpNotice is what administrators are written when a webhook is given up.
func givenUpNotice(w vpp.Webhook) vpp.Notice {
	if w.OffAt.IsZero() {
		return vpp.Notice{}
	}
	host := ""
	if u, err := url.Parse(w.URL); err == nil {
		host = u.Host
	}
	return vpp.Notice{
		Key:     fmt.Sprintf("webhook-off:%s:%d", w.ID, w.OffAt.UnixMilli()),
		Subject: "The webhook " + w.Name + " was switched off",
		Text: "rsvpp no longer tells " + host + " what happens. " + w.OffWhy +
			"\n\nMend the receiver, send a test event under Settings, Webhooks, and switch the webhook on again. What happens until then is not told later; messages of the last three days that wait are.",
	}
}
