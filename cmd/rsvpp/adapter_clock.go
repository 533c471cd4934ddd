package main

import (
	"net/http"
	"sync"
	"time"
)

// clockWatch compares our clock with the one that Apple's answers carry.
type clockWatch struct {
	http.RoundTripper

	mu    sync.Mutex
	skew  time.Duration
	known bool
}

// RoundTrip implements http.RoundTripper.
func (c *clockWatch) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	if said, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.mu.Lock()
		// The date has no fractions: within its second we agree.
		c.skew, c.known = time.Since(said).Truncate(time.Second), true
		c.mu.Unlock()
	}
	return resp, nil
}

// Skew says how far our clock is ahead; false before the first answer.
func (c *clockWatch) Skew() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew, c.known
}
