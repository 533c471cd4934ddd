package hook

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	strangersPerSecond = 100 // secrets not seen before that are looked up
	wrongFor           = 10 * time.Second
	mostRemembered     = 4096
)

// mark stands for a location and a secret, without holding the secret.
type mark [sha256.Size]byte

func markOf(location vpp.LocationID, secret string) mark {
	return sha256.Sum256([]byte(string(location) + "\x00" + secret))
}

// guard remembers which secrets were right and which were wrong. Right ones
// always pass, to be checked again, and so do those that were made here; wrong
// ones are turned away for a while; others are rationed. Apple comes again
// within five minutes when it is turned away.
type guard struct {
	clock     vpp.Clock
	strangers *rate.Limiter

	mu    sync.Mutex
	right map[mark]bool
	wrong map[mark]time.Time // until
}

func newGuard(clock vpp.Clock) *guard {
	return &guard{
		clock: clock, strangers: rate.NewLimiter(strangersPerSecond, strangersPerSecond),
		right: map[mark]bool{}, wrong: map[mark]time.Time{},
	}
}

func (g *guard) admit(m mark, minted bool) bool {
	now := g.clock()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.right[m] {
		return true
	}
	return !now.Before(g.wrong[m]) && (minted || g.strangers.AllowN(now, 1))
}

// learn remembers how a secret fared and returns the answer's status.
func (g *guard) learn(m mark, err error) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		remember(g.right, m, true)
		return http.StatusNoContent
	case vpp.KindOf(err) == vpp.Denied:
		delete(g.right, m)
		remember(g.wrong, m, g.clock().Add(wrongFor))
		return http.StatusUnauthorized
	case vpp.KindOf(err) == vpp.Invalid:
		remember(g.right, m, true)
		return http.StatusBadRequest
	}
	return http.StatusServiceUnavailable
}

// remember keeps a map within bounds by beginning anew, which costs no more
// than a few look-ups.
func remember[V any](m map[mark]V, k mark, v V) {
	if len(m) >= mostRemembered {
		clear(m)
	}
	m[k] = v
}
