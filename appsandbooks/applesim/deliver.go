package applesim

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	maxPosted  = 10_000 // notifications of a location not yet delivered or given up
	maxSending = 8      // of them under way at once
)

// postbox is what a location's receiver has yet to get. Each location has its own, so that a receiver that hangs
// delays nobody but itself, and never the API. Guarded by Apple.mu.
type postbox struct {
	waiting []*delivery
	sending int
	posted  int // waiting, under way, late or to be tried again
}

// delivery is one notification on its way: up to three attempts, then it is forgotten.
type delivery struct {
	kind, url, secret string
	body              []byte
	attempts          int
	from              *location
}

// send puts a notification into the post, if the location wants its kind.
func (a *Apple) send(l *location, kind string, body []byte) {
	if l.config.URL == "" || !slices.Contains(l.config.Types, kind) {
		return
	}
	if l.post.posted >= maxPosted {
		return // the receiver is long dead, and delivery is best effort
	}
	d := a.notification(l, l.config, kind, body)
	switch a.faults.drawNote() {
	case NoteLost:
	case NoteTwice:
		twin := *d
		a.post(d)
		a.post(&twin)
	case NoteLate:
		l.post.posted++
		a.plan(a.options.Now().Add(a.faults.late()), func(time.Time) { a.queue(d) })
	case NoteOvertakes:
		l.post.posted++
		l.post.waiting = slices.Insert(l.post.waiting, 0, d)
		a.wakeClerk()
	default:
		a.post(d)
	}
}

func (a *Apple) post(d *delivery) {
	d.from.post.posted++
	a.queue(d)
}

func (a *Apple) queue(d *delivery) {
	d.from.post.waiting = append(d.from.post.waiting, d)
	a.wakeClerk()
}

// collect takes out of the postboxes what can be sent now.
func (a *Apple) collect() []*delivery {
	var out []*delivery
	for _, l := range a.ordered {
		n := min(len(l.post.waiting), maxSending-l.post.sending)
		out = append(out, l.post.waiting[:n]...)
		clear(l.post.waiting[:n])
		l.post.waiting = l.post.waiting[n:]
		l.post.sending += n
	}
	return out
}

// dispatch delivers in its own goroutine and plans the next attempt where this one fails.
func (a *Apple) dispatch(d *delivery) {
	a.running.Go(func() {
		accepted := a.attempt(a.ctx, d)
		now := a.lock()
		defer a.unlock()
		d.from.post.sending--
		a.wakeClerk()
		if accepted || a.ctx.Err() != nil || d.attempts > len(a.options.NotifyRetry) {
			d.from.post.posted--
			return
		}
		a.plan(now.Add(a.options.NotifyRetry[d.attempts-1]), func(time.Time) { a.queue(d) })
	})
}

// attempt is one try; only a 2xx counts.
func (a *Apple) attempt(ctx context.Context, d *delivery) bool {
	d.attempts++
	a.mu.Lock()
	a.calls.Notifications[d.kind]++
	a.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.secret)
	res, err := a.options.HookClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // so that the connection can be used again
	_ = res.Body.Close()
	return res.StatusCode/100 == 2
}
