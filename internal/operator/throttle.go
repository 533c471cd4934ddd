package operator

import (
	"context"
	"fmt"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Attempts counts sign-ins, for all nodes together.
type Attempts interface {
	// CountAttempt adds one to the window that runs at now, or opens one of the
	// given length; it returns the count and the window's end.
	CountAttempt(ctx context.Context, name string, now time.Time, window time.Duration) (n int, ends time.Time, err error)
	// UncountAttempts takes one back of each.
	UncountAttempts(ctx context.Context, names ...string) error
	// SweepSignIns forgets windows and sessions that ended before now.
	SweepSignIns(ctx context.Context, now time.Time) error
}

// Throttled is the cause of an error of kind vpp.Exhausted.
type Throttled struct{ After time.Duration }

func (t *Throttled) Error() string { return "throttled for " + t.After.String() }

// RetryAfter says how long to wait.
func (t *Throttled) RetryAfter() time.Duration { return t.After }

// limit is how many failures a window lets pass.
type limit struct {
	name   string
	most   int
	window time.Duration
}

// limits: what one address tries on one name, what it tries at all, and what
// everybody tries together, which bounds guessing from many addresses. The
// last one is wide and short, so that it cannot lock administrators out long.
func limits(name, from string) []limit {
	return []limit{
		// Hashed: people type their password into the field of the name.
		{"name:" + hashSecret(name+"\x00"+from), 5, 5 * time.Minute},
		{"address:" + from, 50, 5 * time.Minute},
		{"all", 300, time.Minute},
	}
}

// attempt counts an attempt before it is made, so that many at once cannot
// slip through. It returns what to uncount after a success.
func (s *Service) attempt(ctx context.Context, name, from string) ([]string, error) {
	var counted []string
	now := s.clock()
	for _, l := range limits(name, from) {
		n, ends, err := s.store.CountAttempt(ctx, l.name, now, l.window)
		if err != nil {
			return nil, err
		}
		if n > l.most {
			return nil, tooMany(ends.Sub(now))
		}
		counted = append(counted, l.name)
	}
	return counted, nil
}

func tooMany(after time.Duration) error {
	seconds := int(after.Round(time.Second) / time.Second)
	return vpp.Wrap(vpp.Exhausted, &Throttled{after},
		"Too many attempts to sign in: wait %s and try again.", spoken(max(seconds, 1)))
}

func spoken(seconds int) string {
	if seconds < 90 {
		return fmt.Sprintf("%d seconds", seconds)
	}
	return fmt.Sprintf("%d minutes", (seconds+59)/60)
}

// Sweep forgets sessions and counts that have ended. It is cheap; call it
// every few minutes.
func (s *Service) Sweep(ctx context.Context) error { return s.store.SweepSignIns(ctx, s.clock()) }
