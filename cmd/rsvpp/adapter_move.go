package main

import (
	"context"
	"crypto/ed25519"
	"io"

	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/moving"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// movers take locations and their people from one server to the next.
type movers struct {
	*announcing
	roster *roster.Service
	key    ed25519.PrivateKey
	name   string
}

// newMovers signs with a key that is this server's for ever.
func (v *server) newMovers(ctx context.Context) (*movers, error) {
	seed, err := lastingKey(ctx, v.db, v.box, movePurpose)
	if err != nil {
		return nil, err
	}
	return &movers{v.locations, v.roster, moving.Key(seed), v.claimName()}, nil
}

// Fingerprint tells this server's hand-over files from others'.
func (m *movers) Fingerprint() string {
	return moving.Fingerprint(ed25519.PublicKey(m.key[ed25519.SeedSize:]))
}

// MoveOut lets a location go.
func (m *movers) MoveOut(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error) {
	return m.program.MoveOut(ctx, by, id)
}

// PreviewRemoveLocation says what is at stake when a location is removed.
func (m *movers) PreviewRemoveLocation(ctx context.Context, id vpp.LocationID) (program.Leaving, error) {
	return m.program.PreviewRemoveLocation(ctx, id)
}

// RemoveLocation removes a location.
func (m *movers) RemoveLocation(ctx context.Context, by vpp.Actor, id vpp.LocationID, without bool) error {
	return m.program.RemoveLocation(ctx, by, id, without)
}

// HandOver writes the hand-over file of a location.
func (m *movers) HandOver(ctx context.Context, id vpp.LocationID, w io.Writer) error {
	return m.roster.HandOver(ctx, id, m.key, m.name, w)
}

// MoveIn stores a file by which people move in.
func (m *movers) MoveIn(ctx context.Context, by vpp.Actor, id vpp.LocationID, filename, fingerprint string, r io.Reader) (roster.Import, error) {
	return m.roster.MoveIn(ctx, by, id, filename, fingerprint, r)
}
