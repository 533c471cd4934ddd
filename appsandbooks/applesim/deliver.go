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
	notes   []*Note
}

// delivery is one notification on its way: up to three attempts, then it is forgotten.
type delivery struct {
	kind, url, secret string
	body              []byte
	attempts          int
	from              *location
	note              *Note
}

// send puts a notification into the post, if the location wants its kind.
func (a *Apple) send(l *location, kind string, body []byte) {
	if l.config.URL == "" || !slices.Contains(l.config.Types, kind) {
		return
	}
	if l.post.posted >= maxPosted {
		return // the receiver is long dead, and delivery is best effort
	}
	d := a.notification(l, l.config, kind, "", body)
	d.note.Fate = a.faults.drawNote()
	switch d.note.Fate {
	case NoteLost:
		d.note.Result = noteLost
	case NoteTwice:
		twin, note := *d, *d.note
		twin.note = &note
		a.post(d)
		a.post(&twin)
		l.post.log(twin.note)
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
	l.post.log(d.note)
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
		status := a.attempt(a.ctx, d)
		now := a.lock()
		defer a.unlock()
		d.from.post.sending--
		a.wakeClerk()
		d.note.Attempts, d.note.Status, d.note.Result = d.attempts, status, noteRefused
		switch {
		case status/100 == 2:
			d.note.Result = noteAccepted
		case a.ctx.Err() != nil || d.attempts > len(a.options.NotifyRetry):
			d.note.Result = noteGivenUp
		}
		if d.note.Result != noteRefused {
			d.from.post.posted--
			return
		}
		a.plan(now.Add(a.options.NotifyRetry[d.attempts-1]), func(time.Time) { a.queue(d) })
	})
}

// attempt is one try, and the HTTP status that came of it: only a 2xx counts; 0 where there was none.
func (a *Apple) attempt(ctx context.Context, d *delivery) int {
	d.attempts++
	a.mu.Lock()
	a.calls.Notifications[d.kind]++
	a.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(d.body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.secret)
	res, err := a.options.HookClient.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // so that the connection can be used again
	_ = res.Body.Close()
	return res.StatusCode
}
