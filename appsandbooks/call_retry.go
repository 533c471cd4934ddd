package appsandbooks

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	// maxRetries is Apple's "more than five" for 9603, and ours for network
	// errors and bare 5xx. Where Apple says when to come back, only
	// Config.MaxWait bounds the tries.
	maxRetries = 5
	// pauseAfter9603 stands for Apple's "wait minutes".
	pauseAfter9603 = 5 * time.Minute
	// longestHold bounds a Retry-After that would stop us for ever.
	longestHold = 24 * time.Hour
)

// insist tries until it succeeds or trying again makes no sense. It is a flat
// loop: however long Apple is unwell, the stack stays as it is.
func (c *Client) insist(ctx context.Context, k call, try func(attempt int) error) error {
	turn := turn{left: c.cfg.MaxWait}
	for n := 1; ; n++ {
		if err := c.awaitTurn(ctx, k, &turn); err != nil {
			return err
		}
		err := try(n)
		if err == nil {
			return nil
		}
		v := judge(k, n, err)
		pause := c.pause(n, v)
		if v.hold {
			c.holdFor(pause)
		}
		if ctx.Err() != nil || !v.again {
			return c.giveUp(v, err)
		}
		turn.at, turn.cause = c.cfg.Now().Add(pause), err
	}
}

// turn is when the next attempt may be made, and how long we may still wait for it.
type turn struct {
	at    time.Time
	cause error
	left  time.Duration
}

// awaitTurn waits for the pause, for a hold on the whole client, and for the pacer.
func (c *Client) awaitTurn(ctx context.Context, k call, t *turn) error {
	for {
		at := later(t.at, c.held.end())
		if wait := at.Sub(c.cfg.Now()); wait > 0 {
			if wait > t.left || beyondDeadline(ctx, wait) {
				return &WaitError{Until: at, Err: t.cause}
			}
			t.left -= wait
			if err := c.cfg.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		if k.open {
			return ctx.Err()
		}
		if err := c.cfg.Pacer.Wait(ctx, k.pace); err != nil {
			return err
		}
		// Others may have been told to wait while we stood in the queue.
		if !c.held.end().After(c.cfg.Now()) {
			return ctx.Err()
		}
	}
}

func beyondDeadline(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < wait
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// pause is what Apple named, but never less than our own growing pause, so
// that "Retry-After: 0" cannot make us spin.
func (c *Client) pause(n int, v verdict) time.Duration {
	full := c.cfg.BackoffCap
	if shift := n - 1; shift < 30 {
		full = min(full, c.cfg.BackoffFirst<<shift)
	}
	own := full/2 + time.Duration(c.cfg.Jitter()*float64(full/2))
	return max(own, min(v.retryAfter, longestHold))
}

func (c *Client) holdFor(d time.Duration) {
	until := c.cfg.Now().Add(d)
	if c.held.extend(until) && c.cfg.Hooks.OnWait != nil {
		c.cfg.Hooks.OnWait(until)
	}
}

// giveUp dresses the last error for the caller.
func (c *Client) giveUp(v verdict, err error) error {
	if v.unknown {
		err = fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	if v.wantsMinutes {
		err = &WaitError{
			Until: c.cfg.Now().Add(pauseAfter9603),
			Err:   fmt.Errorf("apple reports an internal error again and again; wait some minutes: %w", err),
		}
	}
	return err
}

// verdict is what a failed attempt leads to.
type verdict struct {
	again        bool
	hold         bool // the whole client pauses, not this call alone
	unknown      bool // a POST that may have been carried out
	wantsMinutes bool
	retryAfter   time.Duration
}

// judge decides what a failed attempt n leads to.
func judge(k call, n int, err error) verdict {
	f := look(err)
	limited := f.status == http.StatusTooManyRequests || f.number == TooManyRequests
	named := (f.status >= 500 || f.sentAway()) && f.retryAfter > 0
	v := verdict{retryAfter: f.retryAfter, hold: limited || named}

	passing := limited || f.unwell() || f.status >= 500 || f.status == http.StatusRequestTimeout || f.network && !f.hopeless || named
	v.again = passing && !k.single
	if k.method != http.MethodGet && !f.untouched() {
		v.again = false
		v.unknown = f.network || f.status >= 500 || f.status == http.StatusRequestTimeout || f.status/100 == 2 && f.number == 0
	}
	waitsForApple := f.number != InternalError && (limited || named)
	if v.again && n > maxRetries && !waitsForApple {
		v.again = false
		v.wantsMinutes = f.number == InternalError
		v.unknown = v.wantsMinutes && k.method != http.MethodGet
	}
	return v
}
