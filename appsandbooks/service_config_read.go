package appsandbooks

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// retryConfigAfter spaces the tries to replace a service config grown old.
const retryConfigAfter = 30 * time.Second

// serviceConfigCache shares one service config, and one reading of it, among
// all goroutines.
type serviceConfigCache struct {
	mu     sync.Mutex
	good   *ServiceConfig // the last one that passed the check; never changed
	tryAt  time.Time      // not before this is it read anew
	flight *configFlight
}

// configFlight is a reading under way. It ends early when nobody waits for it.
type configFlight struct {
	done    chan struct{}
	config  *ServiceConfig
	err     error
	waiting int
	cancel  context.CancelFunc
}

// serviceConfig returns a config that is fresh, or as good as can be had. It
// is shared: do not change it.
func (c *Client) serviceConfig(ctx context.Context) (*ServiceConfig, error) {
	s := &c.service
	s.mu.Lock()
	if s.good != nil && c.stillServes(s.good, c.cfg.Now()) && !c.dueForReading() {
		defer s.mu.Unlock()
		return s.good, nil
	}
	f := s.flight
	if f == nil {
		f = c.takeOff(ctx)
	}
	f.waiting++
	s.mu.Unlock()

	select {
	case <-f.done:
		return f.config, f.err
	case <-ctx.Done():
		c.leave(f)
		return nil, ctx.Err()
	}
}

// dueForReading tells whether to replace a config that still serves. While
// Apple wants to be left alone nothing is read anew. The lock is held.
func (c *Client) dueForReading() bool {
	now := c.cfg.Now()
	return !now.Before(c.service.tryAt) && !c.held.end().After(now)
}

func (c *Client) stillServes(s *ServiceConfig, now time.Time) bool {
	return now.Sub(s.ReadAt) < c.cfg.ConfigMaxAge+c.cfg.ConfigStaleFor
}

// takeOff starts a reading. It belongs to all who wait for it, so the context
// of the first does not end it. The lock is held.
func (c *Client) takeOff(ctx context.Context) *configFlight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &configFlight{done: make(chan struct{}), cancel: cancel}
	c.service.flight = f
	old := c.service.good
	go func() {
		defer cancel()
		config, err := c.readServiceConfig(ctx, old != nil)
		c.land(f, config, err)
	}()
	return f
}

// land keeps what was read, or the older one in its place.
func (c *Client) land(f *configFlight, config *ServiceConfig, err error) {
	s := &c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	now := c.cfg.Now()
	switch {
	case err == nil:
		config.ReadAt = now
		s.good, s.tryAt = config, now.Add(c.cfg.ConfigMaxAge)
	case s.flight != f: // called off: nobody waits, nothing was learnt
	case s.good != nil && c.stillServes(s.good, now):
		config, err = s.good, nil
		s.tryAt = now.Add(min(retryConfigAfter, c.cfg.ConfigMaxAge))
	}
	f.config, f.err = config, err
	if s.flight == f {
		s.flight = nil
	}
	close(f.done)
}

// leave lets a waiter go, and calls the reading off when it was the last.
func (c *Client) leave(f *configFlight) {
	c.service.mu.Lock()
	defer c.service.mu.Unlock()
	f.waiting--
	if f.waiting == 0 {
		f.cancel()
		if c.service.flight == f {
			c.service.flight = nil // the next to come starts anew
		}
	}
}

// readServiceConfig reads and checks. With an older one to fall back on, one
// attempt must do: nobody shall wait for what they can do without.
func (c *Client) readServiceConfig(ctx context.Context, single bool) (*ServiceConfig, error) {
	k := call{endpoint: "serviceConfig", method: http.MethodGet, url: c.base.JoinPath("service", "config").String(), open: true, single: single}
	got, err := ask(ctx, c, k, func() *serviceConfigAnswer { return new(serviceConfigAnswer) })
	if err != nil {
		return nil, err
	}
	if err := got.ServiceConfig.check(c.base); err != nil {
		return nil, err
	}
	return &got.ServiceConfig, nil
}

// callTo prepares a call to one of Apple's addresses, at Apple's pace.
func (c *Client) callTo(ctx context.Context, method, key string) (call, *ServiceConfig, error) {
	s, err := c.serviceConfig(ctx)
	if err != nil {
		return call{}, nil, err
	}
	url, ok := s.URLs[key]
	if !ok {
		return call{}, nil, &ServiceConfigError{Key: key, Problem: "is missing"}
	}
	return call{endpoint: key, method: method, url: url, pace: s.Limit(MaxRequestPerSecond)}, s, nil
}
