package appsandbooks

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pacer spaces the calls made with one content token.
//
// Wait returns when one more call may be made, so that no more than perSecond
// are made in any second; perSecond is Apple's limit of the moment and may
// change between calls. It is 0 when Apple names no limit: then Wait returns
// at once. It returns ctx's error when ctx ends first. Many goroutines call it.
//
// Programs on several machines that share a token share a Pacer by writing
// their own over something the machines have in common.
type Pacer interface {
	Wait(ctx context.Context, perSecond int) error
}

// MemoryPacer is a Pacer for one process. The zero value works. Calls are
// spaced evenly, without bursts. Now and Sleep may be replaced in tests.
type MemoryPacer struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error

	once    sync.Once
	limiter *rate.Limiter
}

// Wait is Pacer's.
func (p *MemoryPacer) Wait(ctx context.Context, perSecond int) error {
	if err := ctx.Err(); err != nil || perSecond <= 0 {
		return err
	}
	p.once.Do(p.start)
	now := p.Now()
	if limit := rate.Limit(perSecond); p.limiter.Limit() != limit {
		p.limiter.SetLimitAt(now, limit)
	}
	turn := p.limiter.ReserveN(now, 1)
	if err := p.Sleep(ctx, turn.DelayFrom(now)); err != nil {
		turn.CancelAt(p.Now())
		return err
	}
	return nil
}

func (p *MemoryPacer) start() {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Sleep == nil {
		p.Sleep = sleep
	}
	p.limiter = rate.NewLimiter(1, 1) // a burst of one: even spacing
}

// sleep waits for d, or less when ctx ends before.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
