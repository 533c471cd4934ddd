package applesim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	noteTest       = "TEST_NOTIFICATION"
	noteUsers      = "USER_MANAGEMENT"
	noteAssociated = "USER_ASSOCIATED"
	noteAssets     = "ASSET_MANAGEMENT"
	noteAssetCount = "ASSET_COUNT"
	noteUnlimited  = "UNLIMITED_ASSET"
	notePortion    = 100 // elements per notification
	maxPosted      = 10_000
)

func allNotes() []string {
	return []string{
		noteTest, noteAssets, noteUsers, noteAssociated, noteAssetCount,
		"SUBSCRIPTION_MANAGEMENT", "SUBSCRIPTION_COUNT", noteUnlimited,
	}
}

// delivery is one notification on its way: up to three attempts, then it is forgotten.
type delivery struct {
	kind, url, secret string
	body              []byte
	attempts          int
}

// notification wraps a body in Apple's envelope. Call with Apple.mu held.
func (a *Apple) notification(l *location, c clientConfig, kind string, body []byte) *delivery {
	a.notes++
	b := append([]byte(nil), `{"notification":`...)
	b = append(b, body...)
	b = append(append(b, `,"notificationId":"`...), a.mint.uuid(forNote, uint32(a.starts), a.notes)...)
	b = append(append(append(b, `","notificationType":"`...), kind...), `","uId":`...)
	b = append(appendString(b, l.UID), '}')
	return &delivery{kind: kind, url: c.URL, secret: c.Secret, body: b}
}

// test sends the TEST_NOTIFICATION of POST client/config and says whether it was accepted.
func (a *Apple) test(c *call, next clientConfig) bool {
	a.lock()
	d := a.notification(c.location, next, noteTest, []byte(`{}`))
	a.unlock()
	return a.attempt(c.Context(), d)
}

// send puts a notification into the post, if the location wants its kind.
func (a *Apple) send(l *location, kind string, body []byte) {
	if l.config.URL == "" || !slices.Contains(l.config.Types, kind) {
		return
	}
	if a.posted >= maxPosted {
		return // the receiver is long dead, and delivery is best effort
	}
	d := a.notification(l, l.config, kind, body)
	a.posted++
	switch {
	case a.faults.strikes(NoteLost):
		a.posted--
	case a.faults.strikes(NoteTwice):
		twin := *d
		a.posted++
		a.outbox = append(a.outbox, d, &twin)
	case a.faults.strikes(NoteLate):
		a.plan(a.options.Now().Add(a.faults.late()), func(time.Time) { a.post(d) })
	case a.faults.strikes(NoteOvertakes):
		a.outbox = append([]*delivery{d}, a.outbox...)
	default:
		a.outbox = append(a.outbox, d)
	}
	a.wakeClerk()
}

func (a *Apple) post(d *delivery) {
	a.outbox = append(a.outbox, d)
	a.wakeClerk()
}

// notifyFinished tells how an event went: successes in portions of a hundred, failures by error.
func (a *Apple) notifyFinished(l *location, e *event, touched []int32) {
	for part := range slices.Chunk(touched, notePortion) {
		a.send(l, noteUsers, a.userNote(e, "SUCCESS", nil, func(b []byte, i int) []byte {
			return a.appendUser(b, l, part[i], l.at(part[i]), look{codeAlways: e.Type == eventRetire})
		}, len(part)))
	}
	for _, f := range e.Failures {
		for part := range slices.Chunk(f.Info.ClientUserIDs, notePortion) {
			f.Info = &errorInfo{ClientUserIDs: part}
			a.send(l, noteUsers, a.userNote(e, "FAILURE", &f, func(b []byte, i int) []byte {
				return append(appendString(append(b, `{"clientUserId":`...), part[i]), '}')
			}, len(part)))
		}
	}
}

// userNote is the body of a USER_MANAGEMENT notification; add writes the i-th of n users.
func (a *Apple) userNote(e *event, result string, failure *wireError, add func(b []byte, i int) []byte, n int) []byte {
	var b []byte
	b = append(b, '{')
	if failure != nil {
		text, _ := json.Marshal(failure) // strings and numbers only: cannot fail
		b = append(append(append(b, `"error":`...), text...), ',')
	}
	b = append(append(append(b, `"eventId":`...), quote(e.ID)...), `,"result":"`...)
	b = append(append(append(b, result...), `","type":"`...), e.Type...)
	b = append(b, `","users":[`...)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = add(b, i)
	}
	return append(b, `]}`...)
}

// notifyAssociated tells that a person accepted an invitation.
func (a *Apple) notifyAssociated(l *location, i int32) {
	b := a.appendUser([]byte(`{"associatedUsers":[`), l, i, l.at(i), look{codeAlways: true})
	a.send(l, noteAssociated, append(b, `]}`...))
}

// dispatch delivers in its own goroutine, as soon as one of the few slots is free.
func (a *Apple) dispatch(d *delivery) {
	select {
	case a.sending <- struct{}{}:
	case <-a.ctx.Done():
		return
	}
	a.running.Go(func() {
		defer func() { <-a.sending }()
		accepted := a.attempt(a.ctx, d)
		now := a.lock()
		defer a.unlock()
		if accepted || a.ctx.Err() != nil || d.attempts > len(a.options.NotifyRetry) {
			a.posted--
			return
		}
		a.plan(now.Add(a.options.NotifyRetry[d.attempts-1]), func(time.Time) { a.post(d) })
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
