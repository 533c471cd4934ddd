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
func (a *announcing) Add(ctx context.Context, by vpp.Actor, file []byte) (vpp.Location, error) {
	l, err := a.Service.Add(ctx, by, file)
	if err != nil {
		return l, err
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
// is not known to notify it at this address.
func (a *announcing) announceAll(ctx context.Context) {
	list, err := a.List(ctx)
	if err != nil {
		return
	}
	for _, l := range list {
		if l.Usable(time.Now()) && l.NotifyURL != a.program.NotifyURL(l.ID) {
			a.announce(ctx, l, false)
		}
	}
}
