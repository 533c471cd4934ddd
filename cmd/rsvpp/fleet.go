package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// fleet are the pretend devices of a demo or a rehearsal. They enroll and
// answer over the wire, as real ones do.
type fleet struct {
	server *client.Client
	apns   *mdmtest.Apns
	web    *http.Client
	keys   *mdmtest.Keys
	all    []*gadget

	running sync.WaitGroup
	cancel  context.CancelFunc
	on      context.Context // ends with the fleet

	mu    sync.Mutex
	wrong []string // what devices found wrong with the server
}

// gadget is one pretend device.
type gadget struct {
	*mdmtest.Device
	owner    string // whose profile it is enrolled with; "" for nobody's
	leaves   bool   // takes the profile off in the middle
	vanishes bool   // falls silent for good
	anew     bool   // enrolls again in the middle
	shopper  shopper

	mu  sync.Mutex
	off func() // while it is on
}

const fleetKeys = 16 // shared: making one takes longer than all else a device does

func newFleet(ctx context.Context, s *stage, o stageOptions) (*fleet, error) {
	keys, err := mdmtest.NewKeys(fleetKeys)
	if err != nil {
		return nil, sayf(err, "Keys for the pretend devices cannot be made.")
	}
	wire := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}
	f := &fleet{server: s.client, apns: s.apns, keys: keys, web: &http.Client{Timeout: time.Minute, Transport: o.trouble.Wire(o.seed, wire)}}
	f.on, f.cancel = context.WithCancel(ctx)
	return f, nil
}

// stop switches all devices off.
func (f *fleet) stop() {
	f.cancel()
	f.running.Wait()
	f.web.CloseIdleConnections()
}

// device adds one that is not enrolled yet.
func (f *fleet) device(kind mdmtest.Kind, name, owner string, people ...*mdmtest.Person) *gadget {
	g := &gadget{Device: mdmtest.NewDevice(kind, name, f.web, f.apns, f.keys), owner: owner}
	g.People = people
	f.all = append(f.all, g)
	return g
}

const enrollTogether = 16

// enroll brings devices under management, several at a time, and switches
// them on.
func (f *fleet) enroll(ctx context.Context, some []*gadget) error {
	places := make(chan struct{}, enrollTogether)
	var all sync.WaitGroup
	var mu sync.Mutex
	var first error
	for _, g := range some {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			if err := f.bring(ctx, g); err != nil {
				mu.Lock()
				defer mu.Unlock()
				first = errors.Join(first, err)
			}
		})
	}
	all.Wait()
	return first
}

const enrollTries = 60

// bring enrolls one device with its owner's profile, with the patience of a
// person who presses Install again.
func (f *fleet) bring(ctx context.Context, g *gadget) error {
	profile, err := f.profile(ctx, g.owner)
	for try := 0; err == nil; try++ {
		if err = g.Enroll(ctx, profile); err == nil {
			f.turnOn(g)
			return nil
		}
		if try == enrollTries || ctx.Err() != nil {
			break
		}
		err = sleep(ctx, 250*time.Millisecond)
	}
	return fmt.Errorf("%s does not get enrolled: %w", g.Name, err)
}

// turnOn lets a device listen to pushes until it is turned off.
func (f *fleet) turnOn(g *gadget) {
	ctx, off := context.WithCancel(f.on)
	ended := make(chan struct{})
	g.mu.Lock()
	g.off = func() { off(); <-ended }
	g.mu.Unlock()
	f.running.Go(func() {
		defer close(ended)
		if err := g.Listen(ctx); err != nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.wrong = append(f.wrong, err.Error())
		}
	})
}

// turnOff makes a device fall silent.
func (g *gadget) turnOff() {
	g.mu.Lock()
	off := g.off
	g.off = nil
	g.mu.Unlock()
	if off != nil {
		off()
	}
}

// leave takes the profile off, which the device tells the server if it can.
func (f *fleet) leave(ctx context.Context, g *gadget) error {
	g.turnOff()
	var err error
	for range enrollTries {
		if err = g.CheckOut(ctx); err == nil || ctx.Err() != nil {
			return err
		}
		if sleep(ctx, 250*time.Millisecond) != nil {
			break
		}
	}
	return err
}
