package mdm

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Server is an MDM server that carries commands.
type Server interface {
	// Send hands commands over, and answers for each: nil is "with the server".
	// A command that it has already is no error.
	Send(ctx context.Context, commands []vpp.Command) []error
	// Cancel takes back what no device fetched yet, as far as that is possible.
	Cancel(ctx context.Context, commands []vpp.Command) error
	Abilities() vpp.Abilities
}

// Told is whom MDM servers tell what devices do. An error makes whoever
// reported say it again.
type Told interface {
	// Enrolled brings a device and its channels as they are now. What is empty
	// was not said and stays as it is known.
	Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error
	// Gone says that a device, by its key at the server, is no longer managed.
	Gone(ctx context.Context, server vpp.MDMID, key string) error
	Answered(ctx context.Context, a vpp.CommandAnswer) error
	// Pushed says that devices were woken to fetch these commands.
	Pushed(ctx context.Context, server vpp.MDMID, commands []string, at time.Time) error
}

// Carrier hands each command to the server that it is for.
type Carrier struct {
	mu      sync.RWMutex
	servers map[vpp.MDMID]Server
	others  func(context.Context, vpp.MDMID) (Server, error) // may be nil
}

// NewCarrier makes a carrier that knows no server yet.
func NewCarrier() *Carrier { return &Carrier{servers: map[vpp.MDMID]Server{}} }

// Set makes a server known, or with nil unknown again.
func (c *Carrier) Set(id vpp.MDMID, s Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s == nil {
		delete(c.servers, id)
		return
	}
	c.servers[id] = s
}

// Others says who knows the servers that were not set. Servers come and go, on
// any node, so it is asked each time; it answers vpp.NotFound for none.
func (c *Carrier) Others(find func(context.Context, vpp.MDMID) (Server, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.others = find
}

// find returns a server that was set, or one of the others.
func (c *Carrier) find(ctx context.Context, id vpp.MDMID) (Server, error) {
	s, err := c.Server(id)
	c.mu.RLock()
	others := c.others
	c.mu.RUnlock()
	if err == nil || others == nil {
		return s, err
	}
	if s, err = others(ctx, id); vpp.KindOf(err) == vpp.NotFound && err != nil {
		return c.Server(id) // which says it so that an administrator understands
	}
	return s, err
}

// Server returns a server that was set; vpp.NotFound when it is not known (any more).
func (c *Carrier) Server(id vpp.MDMID) (Server, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if s := c.servers[id]; s != nil {
		return s, nil
	}
	return nil, vpp.Errorf(vpp.NotFound, "The MDM server that this device belongs to is not connected any more.")
}

// Send hands commands over, and answers for each in their order.
func (c *Carrier) Send(ctx context.Context, commands []vpp.Command) []error {
	errs := make([]error, len(commands))
	for id, places := range byServer(commands) {
		s, err := c.find(ctx, id)
		if err != nil {
			for _, i := range places {
				errs[i] = err
			}
			continue
		}
		some := make([]vpp.Command, len(places))
		for n, i := range places {
			some[n] = commands[i]
		}
		for n, err := range s.Send(ctx, some) {
			errs[places[n]] = err
		}
	}
	return errs
}

// Cancel takes back what no device fetched yet.
func (c *Carrier) Cancel(ctx context.Context, commands []vpp.Command) error {
	var errs []error
	for id, places := range byServer(commands) {
		s, err := c.find(ctx, id)
		if err != nil {
			continue // nothing is with a server that is gone
		}
		some := make([]vpp.Command, len(places))
		for n, i := range places {
			some[n] = commands[i]
		}
		errs = append(errs, s.Cancel(ctx, some))
	}
	return errors.Join(errs...)
}

func byServer(commands []vpp.Command) map[vpp.MDMID][]int {
	places := map[vpp.MDMID][]int{}
	for i, c := range commands {
		places[c.MDM] = append(places[c.MDM], i)
	}
	return places
}
