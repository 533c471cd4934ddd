package console_test

import (
	"context"
	"crypto/ed25519"
	"io"

	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/roster/moving"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// movers are cmd's.
type movers struct {
	*program.Service
	roster *roster.Service
}

func (m movers) key() ed25519.PrivateKey { return moving.Key(make([]byte, 32)) }

func (m movers) Fingerprint() string {
	return moving.Fingerprint(ed25519.PublicKey(m.key()[ed25519.SeedSize:]))
}

func (m movers) HandOver(ctx context.Context, id vpp.LocationID, w io.Writer) error {
	return m.roster.HandOver(ctx, id, m.key(), "rsvpp at rsvpp.test", w)
}

func (m movers) MoveIn(ctx context.Context, by vpp.Actor, id vpp.LocationID, name, fingerprint string, r io.Reader) (roster.Import, error) {
	return m.roster.MoveIn(ctx, by, id, name, fingerprint, r)
}
