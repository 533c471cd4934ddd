package appsandbooks

import (
	"sync"
	"time"
)

// hold remembers until when Apple wants to be left alone.
type hold struct {
	mu    sync.Mutex
	until time.Time
}

// extend moves the end of the hold later, never earlier, and tells whether it moved.
func (h *hold) extend(until time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !until.After(h.until) {
		return false
	}
	h.until = until
	return true
}

func (h *hold) end() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until
}

// Hold makes every call of this client wait until the given time, as if Apple
// had asked for it. Use it to pass on what Hooks.OnWait told another process.
// An earlier time than the present one changes nothing.
func (c *Client) Hold(until time.Time) { c.held.extend(until) }

// HeldUntil tells when calls may go on; the past, or zero, when they may now.
func (c *Client) HeldUntil() time.Time { return c.held.end() }
