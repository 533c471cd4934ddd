package main

import (
	"context"
	"sync"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// manner is what a pretend device of the demo does, in a word.
type manner string

const (
	answers manner = "answer"
	putsOff manner = "put-off"
	refuses manner = "refuse"
	silent  manner = "silent"
	gone    manner = "gone"
	wanders manner = "wander" // answers, leaves and comes again by itself
)

// mannerChoice is a manner in words: what the device does, and the button that
// makes it do so.
type mannerChoice struct {
	Manner       manner
	Does, Button string
}

func mannerChoices() []mannerChoice {
	return []mannerChoice{
		{answers, "Answers everything.", "Answer everything"},
		{putsOff, "Is in Setup Assistant for half a minute, and says NotNow.", "Say NotNow for a while"},
		{refuses, "Refuses invitations: it says that the link is not valid.", "Refuse invitations"},
		{silent, "Is switched off, and says nothing.", "Switch off"},
		{gone, "Has left: its profile was removed.", "Remove the profile"},
		{wanders, "Removes its profile and enrolls again, every minute or so.", "Come and go"},
	}
}

// toy is a device of the demo, with which people may play.
type toy struct {
	*gadget
	owner string // whose it is, by user name

	acting sync.Mutex // one thing at a time
	left   bool       // under acting

	mu     sync.Mutex
	manner manner
	turn   int // counts what it was made to do
}

func (d *toy) set(m manner) (turn int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.manner = m
	d.turn++
	return d.turn
}

func (d *toy) does() (manner, int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.manner, d.turn
}

// demoManner gives a dozen some of each.
func demoManner(i int) manner {
	if m, special := map[int]manner{1: putsOff, 5: refuses, 7: silent, 9: wanders, 11: refuses}[i%demoDozen]; special {
		return m
	}
	return answers
}

// demoShopper lets some be signed in with another account than their people
// will accept with, and one with none.
func demoShopper(i int) shopper {
	return map[int]shopper{3: withAnother, 8: withAnother, 7: withNone}[i%demoDozen]
}

const (
	setupSays  = 6 // NotNow, so often
	setupEvery = 5 * time.Second
	staysFor   = time.Minute
	leavesFor  = 20 * time.Second
)

// behave makes a device do something from now on. Where that takes it, one that
// is off is switched on, and one that has left is enrolled again.
func (g *playground) behave(ctx context.Context, d *toy, m manner) error {
	d.acting.Lock()
	defer d.acting.Unlock()
	turn := d.set(m)
	d.PutOff(0, 0)
	d.Refuse(mdmtest.RefuseNothing)
	switch m {
	case silent:
		d.turnOff()
		return nil
	case gone:
		return g.leave(ctx, d)
	case putsOff:
		d.PutOff(setupSays, setupEvery)
	case refuses:
		d.Refuse(mdmtest.RefuseLink)
	case wanders:
		g.running.Go(func() { g.wander(d, turn) })
	case answers:
	}
	return g.appear(ctx, d)
}

// appear brings a device back, from wherever it is.
func (g *playground) appear(ctx context.Context, d *toy) error {
	if d.left {
		d.left = false
		return g.fleet.bring(ctx, d.gadget)
	}
	d.turnOff()
	g.fleet.turnOn(d.gadget)
	return nil
}

func (g *playground) leave(ctx context.Context, d *toy) error {
	if d.left {
		return nil
	}
	d.left = true
	return g.fleet.leave(ctx, d.gadget)
}

// wander lets a device leave and come again, until somebody makes it do
// something else.
func (g *playground) wander(d *toy, turn int) {
	ctx := g.fleet.on
	for {
		if sleep(ctx, staysFor) != nil || !g.step(ctx, d, turn, g.leave) {
			return
		}
		if sleep(ctx, leavesFor) != nil || !g.step(ctx, d, turn, g.appear) {
			return
		}
	}
}

// step does the next thing of a wandering device; false when it wanders no more.
func (g *playground) step(ctx context.Context, d *toy, turn int, do func(context.Context, *toy) error) bool {
	d.acting.Lock()
	defer d.acting.Unlock()
	_, now := d.does()
	return now == turn && do(ctx, d) == nil
}
