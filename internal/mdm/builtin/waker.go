package builtin

import (
	"context"
	"log/slog"
	"sync"
)

const (
	wakers      = 8      // rounds of pushes under way at once: one device in a round may take long
	wakeAtOnce  = 128    // devices in a round
	mostWaiting = 50_000 // more are left to the sweep
)

// waker wakes devices apart from who queues their commands. It keeps nothing:
// whom it does not get to, the sweep wakes.
type waker struct {
	wake   func(context.Context, []string) error
	logger *slog.Logger
	ctx    context.Context //nolint:containedctx // ends when the server stops
	cancel context.CancelFunc

	mu      sync.Mutex
	waiting []string
	known   map[string]bool // who is waiting
	under   int             // rounds under way
	stopped bool
	all     sync.WaitGroup
}

func newWaker(wake func(context.Context, []string) error, logger *slog.Logger) *waker {
	ctx, cancel := context.WithCancel(context.Background())
	return &waker{wake: wake, logger: logger, ctx: ctx, cancel: cancel, known: map[string]bool{}}
}

// soon has channels woken as soon as there is room. It does not wait.
func (w *waker) soon(channels []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range channels {
		if !w.known[c] && len(w.waiting) < mostWaiting {
			w.known[c] = true
			w.waiting = append(w.waiting, c)
		}
	}
	if len(w.waiting) > 0 && w.under < wakers && !w.stopped {
		w.under++
		w.all.Go(w.run)
	}
}

// run goes round after round, until nobody waits.
func (w *waker) run() {
	for {
		round := w.next()
		if len(round) == 0 {
			return
		}
		if err := w.wake(w.ctx, round); err != nil && w.ctx.Err() == nil {
			w.logger.WarnContext(w.ctx, "devices could not be woken; it is tried again", "err", err)
		}
	}
}

func (w *waker) next() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) == 0 || w.stopped {
		w.under--
		return nil
	}
	n := min(len(w.waiting), wakeAtOnce)
	round := w.waiting[:n:n]
	w.waiting = w.waiting[n:]
	for _, c := range round {
		delete(w.known, c)
	}
	return round
}

// stop breaks off what is under way, and waits until it is.
func (w *waker) stop() {
	w.mu.Lock()
	w.stopped = true
	w.mu.Unlock()
	w.cancel()
	w.all.Wait()
}
