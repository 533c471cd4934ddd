package mail

import (
	"context"
	"crypto/x509"
	"slices"
	"sync"
	"time"
)

const (
	// lettersPerConnection: many servers end a connection after 100 letters.
	lettersPerConnection = 100
	// longestIdle is shorter than the patience of common servers (Postfix: 300 s,
	// Exchange: 60 s and more), so that the rule is to find connections alive.
	longestIdle = 30 * time.Second
)

// pool keeps connections open under one set of settings. At most
// MaxConnections are in use at once; callers beyond wait their turn.
type pool struct {
	settings Settings
	ports    Ports
	sender   sender
	roots    *x509.CertPool
	slots    chan struct{} // one token per connection in use
	exchange *exchangers

	mu     sync.Mutex
	idle   []*conn // oldest first
	live   int     // connections open or being opened, idle ones included
	reaper *time.Timer
	closed bool
}

func newPool(s Settings, ports Ports) (*pool, error) {
	p := &pool{settings: s, ports: ports, exchange: newExchangers(ports), slots: make(chan struct{}, s.MaxConnections)}
	if s.Mode == None {
		return p, nil
	}
	p.roots = s.roots()
	var err error
	p.sender, err = newSender(s, ports)
	return p, err
}

// carry sends one letter to one host, over a kept connection if there is one.
func (p *pool) carry(ctx context.Context, host string, e *envelope) (Result, *failure) {
	if c := p.take(host); c != nil {
		said, fail := c.deliver(ctx, e)
		p.settle(c, fail)
		if fail == nil || !fail.wasStale() {
			return c.accepted(said), fail
		}
		p.reserve()
	}
	c, fail := p.open(ctx, host, nil)
	if fail != nil {
		p.release()
		return Result{}, fail
	}
	said, fail := c.deliver(ctx, e)
	p.settle(c, fail)
	return c.accepted(said), fail
}

func (c *conn) accepted(said answer) Result {
	return Result{
		Outcome: Accepted, Host: c.host, Encrypted: c.encrypted,
		Code: said.code, Enhanced: said.enhanced, Answer: said.line,
	}
}

// take lends the most recently used connection to the host. If none is kept it
// returns nil, and room for a new one is reserved.
func (p *pool) take(host string) *conn {
	p.mu.Lock()
	for i, c := range slices.Backward(p.idle) {
		if c.host == host {
			p.idle = slices.Delete(p.idle, i, i+1)
			p.mu.Unlock()
			return c
		}
	}
	p.mu.Unlock()
	p.reserve()
	return nil
}

// reserve makes room for one more connection. Callers hold a slot, so when all
// room is taken some connection is idle, to another host: the oldest leaves.
func (p *pool) reserve() {
	p.mu.Lock()
	var oldest *conn
	if p.live >= cap(p.slots) && len(p.idle) > 0 {
		oldest = p.idle[0]
		p.idle = slices.Delete(p.idle, 0, 1)
		p.live--
	}
	p.live++
	p.mu.Unlock()
	if oldest != nil {
		oldest.close()
	}
}

func (p *pool) release() {
	p.mu.Lock()
	p.live--
	p.mu.Unlock()
}

// settle keeps a connection for the next letter, or ends it.
func (p *pool) settle(c *conn, fail *failure) {
	switch {
	case fail != nil && !fail.connectionUsable(), c.broken, c.wire.wasInterrupted():
		c.drop()
		p.release()
	case c.sent >= lettersPerConnection || !p.keep(c):
		c.close()
		p.release()
	}
}

// keep puts a connection among the idle ones; false when the pool is closed.
func (p *pool) keep(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	c.idleSince = p.ports.Now()
	p.idle = append(p.idle, c)
	if p.reaper == nil {
		p.reaper = time.AfterFunc(longestIdle, p.reap)
	}
	return true
}

// reap ends the connections that nobody used for a while.
func (p *pool) reap() {
	p.mu.Lock()
	limit := p.ports.Now().Add(-longestIdle)
	fresh := 0
	for fresh < len(p.idle) && !p.idle[fresh].idleSince.After(limit) {
		fresh++
	}
	old := slices.Clone(p.idle[:fresh])
	p.idle = slices.Delete(p.idle, 0, fresh)
	p.live -= fresh
	p.reaper = nil
	if len(p.idle) > 0 && !p.closed {
		p.reaper = time.AfterFunc(longestIdle, p.reap)
	}
	p.mu.Unlock()
	for _, c := range old {
		c.close()
	}
}

// close ends idle connections now and those in use after their letter.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	if p.reaper != nil {
		p.reaper.Stop()
	}
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
}
