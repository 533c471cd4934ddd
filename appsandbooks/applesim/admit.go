package applesim

import (
	"net/http"
	"strings"
	"time"
)

// maxParallelReads is how many pages may be read at once.
// https://developer.apple.com/documentation/devicemanagement/using-paginated-endpoints
const maxParallelReads = 5

// admit checks token, rate, rights and parallel reads, in this order. Every call leaves in the end.
func (a *Apple) admit(c *call) *reply {
	now := a.lock()
	defer a.unlock()
	token, refused := a.authenticate(c, now)
	if refused != nil {
		out := a.unauthorized(refused)
		return &out
	}
	c.token, c.location = *token, a.locations[token.UID]
	if c.v1 == nil {
		a.noteV2(c.location)
	}
	if !c.location.bucket.take(a.rate(c.location), now) {
		a.calls.RateRejected++
		return a.tooMany()
	}
	if c.token.ReadOnly && c.writes() {
		out := fail(9637).reply()
		return &out
	}
	return a.admitRead(c)
}

// admitRead counts the page reads under way.
func (a *Apple) admitRead(c *call) *reply {
	if c.endpoint != UsersRead && c.endpoint != AssetsRead && c.endpoint != AssignmentsRead {
		return nil
	}
	c.location.reading++
	c.reading = true
	a.calls.MaxParallelReads = max(a.calls.MaxParallelReads, c.location.reading)
	if c.location.reading <= maxParallelReads {
		return nil
	}
	a.calls.ParallelExceeded++
	if !a.quirks.ParallelReadsRefused {
		return nil
	}
	return a.tooMany()
}

func (a *Apple) leave(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.reading {
		c.location.reading--
	}
}

func (a *Apple) tooMany() *reply {
	out := fail(9646).reply()
	if a.quirks.RetryAfterOn429 {
		out.header = http.Header{"Retry-After": {"1"}}
	}
	return &out
}

// authenticate finds the token behind the Authorization header, or in version 1 behind sToken, and says whether it is good.
func (a *Apple) authenticate(c *call, now time.Time) (*Token, *wireError) {
	value, refused := a.credential(c)
	if refused != nil {
		return nil, refused
	}
	token := a.tokens[value]
	switch {
	case token == nil || token.Invalid:
		return nil, a.unknownToken()
	case token.Revoked:
		return nil, fail(9625)
	case !now.Before(token.ExpiresAt):
		return nil, fail(9621)
	case token.Legacy && c.v1 == nil:
		return nil, fail(9647)
	}
	return token, nil
}

// unauthorized is how an error about the token travels.
func (a *Apple) unauthorized(e *wireError) reply {
	out := e.reply()
	if a.quirks.AuthErrorsIn200 {
		out.status = http.StatusOK
	}
	if out.status == http.StatusUnauthorized && a.quirks.Empty401 {
		out.body = nil
	}
	return out
}

// credential is the token that the call shows: the whole content of the .vpptoken file.
func (a *Apple) credential(c *call) (string, *wireError) {
	if c.v1 != nil {
		return c.v1.token()
	}
	headers := c.Header.Values("Authorization")
	if len(headers) == 0 {
		if a.quirks.MissingAuth9722 {
			return "", fail(9722)
		}
		return "", fail(9601)
	}
	scheme, value, ok := strings.Cut(headers[0], " ")
	if len(headers) > 1 || !ok || !strings.EqualFold(scheme, "Bearer") || value == "" || strings.ContainsAny(value, " \t") {
		return "", fail(9722)
	}
	return value, nil
}

// writes says whether the call would change anything.
func (c *call) writes() bool {
	if c.v1 != nil {
		return c.v1.writes(c.endpoint)
	}
	return c.Method != http.MethodGet
}

func (a *Apple) unknownToken() *wireError {
	e := fail(9622)
	if !a.quirks.InvalidToken401 {
		e.status = http.StatusOK
	}
	return e
}

// rate is the enforced number of requests per second; zero means none.
func (a *Apple) rate(l *location) int {
	rate := a.limits.MaxRequestPerSecond
	if l.RequestsPerSecond != 0 {
		rate = l.RequestsPerSecond
	}
	if rate < 0 || rate >= noRate {
		return 0
	}
	return rate
}

// bucket is a token bucket that holds one second's worth of requests.
type bucket struct {
	left float64
	at   time.Time
}

func (b *bucket) take(rate int, now time.Time) bool {
	if rate == 0 {
		return true
	}
	if b.at.IsZero() {
		b.left = float64(rate)
	} else if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.left = min(float64(rate), b.left+passed*float64(rate))
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
