package mail

import (
	"context"
	"crypto/rand"
	"net"
	"sync"
	"time"
)

// Resolver looks up names; *net.Resolver is one.
type Resolver interface {
	// LookupMX returns a domain's mail exchangers.
	LookupMX(ctx context.Context, domain string) ([]*net.MX, error)
	// LookupHost returns a host's addresses.
	LookupHost(ctx context.Context, host string) ([]string, error)
	// LookupTXT returns a name's texts.
	LookupTXT(ctx context.Context, name string) ([]string, error)
	// LookupAddr returns the names that an address leads back to.
	LookupAddr(ctx context.Context, address string) ([]string, error)
}

// Ports are the ways to the outside. The zero value is the real world.
type Ports struct {
	Resolver   Resolver                                                             // nil: net.DefaultResolver
	Dial       func(ctx context.Context, network, address string) (net.Conn, error) // nil: a net.Dialer
	DirectPort int                                                                  // 0: 25
	Now        func() time.Time                                                     // nil: time.Now
	NewID      func() string                                                        // nil: crypto/rand.Text; for test letters
}

func (p Ports) withUsual() Ports {
	if p.Resolver == nil {
		p.Resolver = net.DefaultResolver
	}
	if p.Dial == nil {
		p.Dial = new(net.Dialer).DialContext
	}
	if p.DirectPort == 0 {
		p.DirectPort = 25
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.NewID == nil {
		p.NewID = rand.Text
	}
	return p
}

// Sender sends letters. It is safe for many callers at once.
type Sender struct {
	ports  Ports
	papers papers

	mu     sync.RWMutex
	pool   *pool
	closed bool
	busy   sync.WaitGroup // letters under way, under whatever settings
}

// NewSender makes a sender; it connects when the first letter comes. The error
// is the one of Settings.Validate.
func NewSender(s Settings, ports Ports) (*Sender, error) {
	sender := &Sender{ports: ports.withUsual()}
	if err := sender.Change(s); err != nil {
		return nil, err
	}
	return sender, nil
}

// Change swaps the settings: letters under way end under the old ones, all
// later letters go by the new ones. Faulty settings change nothing.
func (s *Sender) Change(settings Settings) error {
	if err := settings.Validate(); err != nil {
		return err
	}
	fresh, err := newPool(settings.withUsual(), s.ports)
	if err != nil {
		return err
	}
	s.mu.Lock()
	fresh.closed = s.closed
	old := s.pool
	s.pool = fresh
	s.mu.Unlock()
	if old != nil {
		old.close()
	}
	return nil
}

// Settings returns the settings in use, with what was left empty filled in.
func (s *Sender) Settings() Settings { return s.current().settings }

// Close ends all connections, after the letters that are under way. Letters
// sent afterwards are deferred.
func (s *Sender) Close() error {
	s.mu.Lock()
	s.closed = true
	pool := s.pool
	s.mu.Unlock()
	pool.close()
	s.busy.Wait()
	return nil
}

func (s *Sender) current() *pool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.pool
}

// enter returns the pool in use and counts the caller in; false when the
// sender is closed.
func (s *Sender) enter() (*pool, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, false
	}
	s.busy.Add(1)
	return s.pool, true
}
