package push

import (
	"errors"
	"sync"
	"time"
)

// ErrSilent says that a push was not tried: Apple's push service did not
// answer others just before.
var ErrSilent = errors.New("push: Apple's push service does not answer; nothing is tried for a while")

// Sentence explains to administrators why a push failed.
func Sentence(err error) string {
	if refusal, is := errors.AsType[*Error](err); is {
		return refusal.Sentence()
	}
	return "Apple's push service does not answer: see that this server may connect to api.push.apple.com, port 443. It is tried again by itself."
}

// enough is how many pushes in a row get no answer before the service counts
// as silent. They must also lie apart: one broken connection fails many at once.
const enough = 8

// silence watches whether the push service answers. When it does not, pushes
// fail at once for a while, instead of holding up all that stand behind them.
type silence struct {
	after, rest time.Duration

	mu    sync.Mutex
	count int       // pushes in a row without an answer
	since time.Time // the first of them
	until time.Time // nothing is tried before
}

// now says whether the service counts as silent.
func (s *silence) now(at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return at.Before(s.until)
}

// heard notes whether a push was answered.
func (s *silence) heard(at time.Time, answered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answered {
		s.count, s.until = 0, time.Time{}
		return
	}
	if s.count++; s.count == 1 {
		s.since = at
	}
	if s.count >= enough && at.Sub(s.since) >= s.after {
		s.until = at.Add(s.rest)
	}
}
