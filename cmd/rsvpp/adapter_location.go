package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// tokens opens content tokens for program, which is wired before the room that
// keeps them.
type tokens struct{ of *location.Service }

// Token implements program.Tokens.
func (t *tokens) Token(ctx context.Context, id vpp.LocationID) (string, error) {
	return t.of.Token(ctx, id)
}

// announcing is the location room; whenever a token comes, Apple is told where
// it reaches us. Where it does not, nothing is lost: we ask instead.
type announcing struct {
	*location.Service
	program *program.Service
	log     *slog.Logger
}

// Add adds a location and announces this server at Apple.
func (a *announcing) Add(ctx context.Context, by vpp.Actor, file []byte, consent bool) (vpp.Location, error) {
	l, err := a.Service.Add(ctx, by, file, consent)
	if err != nil {
		return l, err
	}
	return a.settled(ctx, l)
}

// AddOver adds a location that another server claims, and takes it over.
func (a *announcing) AddOver(ctx context.Context, by vpp.Actor, file []byte, seen string, consent bool) (vpp.Location, error) {
	l, err := a.Service.AddOver(ctx, by, file, seen, consent)
	if err != nil {
		return l, err
	}
	if l.ClaimState() == vpp.ClaimOthers {
		// The location is here; where this fails its page says whose it is.
		if _, err := a.program.TakeBack(ctx, by, l.ID, l.Claim.ID); err != nil {
			a.log.WarnContext(ctx, "the location was added and could not be taken over", "location", l.Name, "err", err)
			return a.Get(ctx, l.ID)
		}
	}
	return a.settled(ctx, l)
}

// Consent notes the confirmation; the location is claimed and announced now.
func (a *announcing) Consent(ctx context.Context, by vpp.Actor, id vpp.LocationID, seen string) (vpp.Location, error) {
	l, err := a.Service.Consent(ctx, by, id, seen)
	if err != nil || !l.Usable(time.Now()) {
		return l, err
	}
	return a.settled(ctx, l)
}

// Check asks Apple again what the token opens, and whose the location is.
func (a *announcing) Check(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error) {
	l, err := a.Service.Check(ctx, by, id)
	if err != nil {
		return l, err
	}
	return a.program.Settle(ctx, l.ID)
}

// TakeBack makes a location ours that another server has.
func (a *announcing) TakeBack(ctx context.Context, by vpp.Actor, id vpp.LocationID, seen string) (vpp.Location, error) {
	l, err := a.program.TakeBack(ctx, by, id, seen)
	if err != nil {
		return l, err
	}
	return a.announced(ctx, l, false)
}

// settled claims a new location, if it is nobody's. Where Apple does not let
// us just now, the tender does it later.
func (a *announcing) settled(ctx context.Context, l vpp.Location) (vpp.Location, error) {
	if _, err := a.program.Settle(ctx, l.ID); err != nil {
		a.log.WarnContext(ctx, "the location could not be claimed yet", "location", l.Name, "err", err)
	}
	return a.announced(ctx, l, false)
}

// Renew renews a location's token and announces this server at Apple, with
// another secret than before.
func (a *announcing) Renew(ctx context.Context, by vpp.Actor, id vpp.LocationID, file []byte, sooner bool) (vpp.Location, error) {
	l, err := a.Service.Renew(ctx, by, id, file, sooner)
	if err != nil {
		return l, err
	}
	return a.announced(ctx, l, true)
}

func (a *announcing) announced(ctx context.Context, l vpp.Location, rotate bool) (vpp.Location, error) {
	a.announce(ctx, l, rotate)
	return a.Get(ctx, l.ID)
}

func (a *announcing) announce(ctx context.Context, l vpp.Location, rotate bool) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := a.program.Announce(ctx, l.ID, rotate); err != nil {
		a.log.WarnContext(ctx, "Apple cannot notify this server, so it is asked instead", "location", l.Name, "err", err)
	}
}

// announceAll announces this server for every location that has a token and
// is not known to notify it at this address, or shows a secret that the door
// does not know.
func (a *announcing) announceAll(ctx context.Context) {
	list, err := a.List(ctx)
	if err != nil {
		return
	}
	for _, l := range list {
		unmarked, err := a.program.Unmarked(ctx, l.ID)
		if err != nil {
			a.log.WarnContext(ctx, "The notification secret cannot be read", "location", l.Name, "err", err)
		}
		if l.Usable(time.Now()) && (unmarked || l.NotifyURL != a.program.NotifyURL(l.ID)) {
			a.announce(ctx, l, false)
		}
	}
}
