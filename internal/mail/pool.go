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
	p.sender, err = newSender(s)
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
	}
	c, fail := p.open(ctx, host, nil)
	if fail != nil {
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

// take lends the most recently used connection to the host, nil if none is kept.
func (p *pool) take(host string) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, c := range slices.Backward(p.idle) {
		if c.host == host {
			p.idle = slices.Delete(p.idle, i, i+1)
			return c
		}
	}
	return nil
}

// settle keeps a connection for the next letter, or ends it.
func (p *pool) settle(c *conn, fail *failure) {
	switch {
	case fail != nil && !fail.connectionUsable(), c.wire.wasInterrupted():
		c.drop()
	case c.sent >= lettersPerConnection || !p.keep(c):
		c.close()
	}
}

// keep puts a connection among the idle ones; the oldest makes room when there
// are too many, which only happens where each domain has its own host.
func (p *pool) keep(c *conn) bool {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return false
	}
	c.idleSince = p.ports.Now()
	p.idle = append(p.idle, c)
	var oldest *conn
	if len(p.idle)+len(p.slots)-1 > cap(p.slots) {
		oldest, p.idle = p.idle[0], p.idle[1:]
	}
	if p.reaper == nil {
		p.reaper = time.AfterFunc(longestIdle, p.reap)
	}
	p.mu.Unlock()
	if oldest != nil {
		oldest.close()
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
