package appsandbooks_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func TestPacerNeverExceedsTheLimitInAnySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p appsandbooks.MemoryPacer
		var mu sync.Mutex
		var at []time.Time
		var wg sync.WaitGroup
		began := time.Now()
		for range 150 {
			wg.Go(func() {
				if err := p.Wait(t.Context(), 15); err != nil {
					t.Error(err)
				}
				mu.Lock()
				at = append(at, time.Now())
				mu.Unlock()
			})
		}
		wg.Wait()
		for i := range at {
			if i+15 < len(at) && at[i+15].Sub(at[i]) < time.Second-time.Microsecond {
				t.Fatalf("16 calls within %v", at[i+15].Sub(at[i]))
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("150 calls at 15 per second took %v", took)
		}
	})
}

func TestPacerFollowsTheLimitAndTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p appsandbooks.MemoryPacer
		began := time.Now()
		for range 100 { // Apple names no limit
			_ = p.Wait(t.Context(), 0)
		}
		if time.Since(began) != 0 {
			t.Error("waited without a limit")
		}
		_ = p.Wait(t.Context(), 1)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if p.Wait(ctx, 1) == nil {
			t.Error("the context's end did not end the wait")
		}
		_ = p.Wait(t.Context(), 1) // the turn given up is not lost
		if took := time.Since(began); took > 1001*time.Millisecond {
			t.Errorf("took %v", took)
		}
		began = time.Now()
		for range 10 {
			_ = p.Wait(t.Context(), 100)
		}
		if took := time.Since(began); took > 200*time.Millisecond {
			t.Errorf("the higher limit is not followed: %v", took)
		}
	})
}

// The client hands Apple's limit of the moment to the pacer, for every attempt.
type recordingPacer struct{ asked []int }

func (p *recordingPacer) Wait(_ context.Context, perSecond int) error {
	p.asked = append(p.asked, perSecond)
	return nil
}

func TestEveryAttemptIsPaced(t *testing.T) {
	a := newApple(t)
	a.answers("/users", times(2, status(429, ""), status(200, okUsers))...)
	p := new(recordingPacer)
	c, _ := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.Pacer = p })
	if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
		t.Fatal(err)
	}
	if len(p.asked) != 3 || p.asked[0] != 15 {
		t.Errorf("asked %v", p.asked)
	}
}

// pacerDuringWhich lets something happen while the first call stands in the queue.
type pacerDuringWhich struct{ happens func() }

func (p *pacerDuringWhich) Wait(context.Context, int) error {
	p.happens()
	return nil
}

func TestHoldThatComesWhileQueueing(t *testing.T) {
	a := newApple(t)
	a.answer("/users", 200, okUsers)
	p := new(pacerDuringWhich)
	c, ck := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.Pacer = p })
	until := ck.Now().Add(time.Minute)
	p.happens = func() { c.Hold(until) }
	if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
		t.Fatal(err)
	}
	if ck.Now().Before(until) {
		t.Error("the call went out during the hold")
	}
}
