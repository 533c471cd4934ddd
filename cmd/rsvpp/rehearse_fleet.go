package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// kindOf spreads the kinds of devices, so that all are there in every twenty.
func kindOf(i int) mdmtest.Kind {
	switch n := i % 20; {
	case n < 11:
		return mdmtest.IPhone
	case n < 15:
		return mdmtest.IPad
	case n < 17:
		return mdmtest.Mac
	case n == 17:
		return mdmtest.AppleTV
	case n == 18:
		return mdmtest.UserEnrolled
	}
	return mdmtest.SharedIPad
}

// enrollDevices gives people devices and brings all under management.
func (r *rehearsal) enrollDevices(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(r.o.seed, 0xdef1ce))
	order := rng.Perm(len(r.cast.all))
	for i := range r.o.devices {
		g := r.newGadget(ctx, i, r.cast.all[order[i%len(order)]])
		r.behave(rng, g)
	}
	r.ending = append(r.ending, r.shop())
	return r.fleet.enroll(ctx, r.fleet.all)
}

// newGadget makes a device of a person. A Shared iPad is nobody's: those whose
// Managed Apple Account Apple does not know sign in there.
func (r *rehearsal) newGadget(ctx context.Context, i int, one *part) *gadget {
	kind := kindOf(i)
	name := fmt.Sprintf("%s's %s", one.fullName, strings.TrimRight(string(kind), "0123456789,"))
	var g *gadget
	switch kind {
	case mdmtest.Mac:
		g = r.fleet.device(kind, name, one.userID, &mdmtest.Person{GUID: strings.ToUpper(uuid.NewString()), ShortName: one.userName, LongName: one.fullName})
	case mdmtest.SharedIPad:
		return r.sharedGadget(ctx, i)
	default:
		g = r.fleet.device(kind, name, one.userID)
	}
	if kind != mdmtest.AppleTV && kind != mdmtest.UserEnrolled {
		one.gadgets = append(one.gadgets, g)
	}
	g.Do.Invited = func(p mdmtest.Prompt) { r.post.prompt(ctx, one, p) }
	return g
}

const sharedBy = 3

func (r *rehearsal) sharedGadget(ctx context.Context, i int) *gadget {
	var who []*mdmtest.Person
	readers := map[string]*part{}
	for _, one := range r.cast.all {
		if one.managed != "" && !one.usable() && len(one.gadgets) == 0 && len(who) < sharedBy {
			who = append(who, &mdmtest.Person{ShortName: one.managed, LongName: one.fullName})
			readers[one.managed] = one
		}
	}
	g := r.fleet.device(mdmtest.SharedIPad, fmt.Sprintf("Cart %d", i), "", who...)
	for _, one := range readers {
		one.gadgets = append(one.gadgets, g)
	}
	g.Do.Invited = func(p mdmtest.Prompt) {
		if one := readers[p.Who]; one != nil {
			r.post.prompt(ctx, one, p)
		}
	}
	return g
}

// behave gives a device its manners. Who falls silent for good belongs to
// somebody whom letters reach: for others a run would wait for weeks.
func (r *rehearsal) behave(rng *rand.Rand, g *gadget) {
	g.Do.Back = 500 * time.Millisecond
	switch draw := rng.IntN(100); {
	case draw < 15:
		g.Do.NotNow = 1 + rng.IntN(3)
	case draw < 23:
		g.Do.Refuse = []mdmtest.Refusing{mdmtest.RefuseLink, mdmtest.RefuseProgram, mdmtest.RefuseError, mdmtest.RefuseFormat}[rng.IntN(4)]
	case draw < 29:
		g.Do.Sleep = 1 + rng.IntN(2)
	case draw < 33:
		g.leaves = true
	case draw < 37:
		g.anew = true
	case draw < 40:
		g.vanishes = g.owner != "" && r.lettersReach(g.owner)
	}
}

func (r *rehearsal) lettersReach(user string) bool {
	one := r.cast.byUserID[user]
	return one != nil && one.email != "" && !r.faulty(one.email)
}

// comeAndGo lets devices leave, vanish and begin anew, while runs go on.
func (r *rehearsal) comeAndGo(ctx context.Context) error {
	var errs []error
	for _, g := range r.fleet.all {
		switch {
		case g.leaves:
			errs = append(errs, r.fleet.leave(ctx, g))
		case g.vanishes:
			g.turnOff()
		case g.anew:
			g.turnOff()
			errs = append(errs, r.fleet.bring(ctx, g))
		}
	}
	return errors.Join(errs...)
}

// shows says whether a person certainly sees a prompt on one of their devices.
func (one *part) shows() bool {
	for _, g := range one.gadgets {
		if g.Do.Refuse == mdmtest.RefuseNothing && !g.leaves && !g.vanishes {
			return true
		}
	}
	return false
}
