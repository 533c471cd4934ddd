package location

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Store keeps locations. Each method is one transaction with its line in the
// history. Locations that do not exist are vpp.NotFound.
type Store interface {
	Locations(ctx context.Context) ([]vpp.Location, error)
	Location(ctx context.Context, id vpp.LocationID) (vpp.Location, error) // "" for the default one
	SealedToken(ctx context.Context, id vpp.LocationID) (string, error)    // "" when there is none
	Changes
	Consents
}

// Changes are the acts on locations.
type Changes interface {
	// EnsureDefaultLocation makes an empty default location, unless there is one.
	EnsureDefaultLocation(ctx context.Context) error
	// AddLocation writes a new location, or fills an empty one, and lets its
	// people be read. A second one with the same uId is vpp.Conflict.
	AddLocation(ctx context.Context, by vpp.Actor, l vpp.Location, sealed string) error
	// GiveConsent notes the location's consent, and wakes its tender; the same
	// text is noted once.
	GiveConsent(ctx context.Context, by vpp.Actor, l vpp.Location) error
	// RenewToken replaces the token, forgets what was wrong with the old one,
	// and lets everything be read anew.
	RenewToken(ctx context.Context, by vpp.Actor, was, now vpp.Location, sealed string) error
	// LocationChecked notes what Apple says of a location now.
	LocationChecked(ctx context.Context, by vpp.Actor, l vpp.Location) error
	// SetDefaultLocation concerns people who are added from now on.
	SetDefaultLocation(ctx context.Context, by vpp.Actor, id vpp.LocationID) error
	// EndToken notes that Apple refuses the token that l was read with, and
	// keeps the notice about it.
	EndToken(ctx context.Context, l vpp.Location, number int, why string, n vpp.Notice) error
	// TokenWarned notes that a warning about the token's end was given, and
	// keeps it; one that was given already is dropped.
	TokenWarned(ctx context.Context, l vpp.Location, days int, n vpp.Notice) error
}

// Apple says what a content token opens; program.Service does.
type Apple interface {
	Verify(ctx context.Context, token string) (vpp.LocationFacts, error)
	// Ours says whether a claim is this server's.
	Ours(ctx context.Context, c vpp.Claim) (bool, error)
}

// Box locks secrets at rest; the context binds them to their row.
type Box interface {
	Seal(plain []byte, context string) (string, error)
	Open(sealed, context string) ([]byte, error)
}

// Service is the room.
type Service struct {
	store Store
	apple Apple
	box   Box
	now   vpp.Clock
	ids   vpp.IDs
}

// New makes the service.
func New(store Store, apple Apple, box Box, now vpp.Clock, ids vpp.IDs) *Service {
	return &Service{store, apple, box, now, ids}
}

// EnsureDefault makes the empty location that people belong to until the first
// content token comes. It is called at every start.
func (s *Service) EnsureDefault(ctx context.Context) error { return s.store.EnsureDefaultLocation(ctx) }

// List returns all locations, the default one first.
func (s *Service) List(ctx context.Context) ([]vpp.Location, error) { return s.store.Locations(ctx) }

// Get returns one location; "" is the default one.
func (s *Service) Get(ctx context.Context, id vpp.LocationID) (vpp.Location, error) {
	return s.store.Location(ctx, id)
}

// SetDefault makes a location the one where people go when nobody says where.
// It means people who are added from now on: those who are here keep the
// places they have, and roster.Place gives them one in the new default.
func (s *Service) SetDefault(ctx context.Context, by vpp.Actor, id vpp.LocationID) error {
	return s.store.SetDefaultLocation(ctx, by, id)
}

// Token opens the content token of a location, for program alone.
func (s *Service) Token(ctx context.Context, id vpp.LocationID) (string, error) {
	sealed, err := s.store.SealedToken(ctx, id)
	if err != nil {
		return "", err
	}
	if sealed == "" {
		return "", vpp.Errorf(vpp.Conflict, "This location has no content token yet: add one first.")
	}
	plain, err := s.box.Open(sealed, TokenContext(id))
	if err != nil {
		return "", vpp.Wrap(vpp.Internal, err, "The content token of this location cannot be unlocked: is the server's key the one it was stored with? Otherwise renew the token.")
	}
	return string(plain), nil
}

// TokenContext is where a content token is sealed for.
func TokenContext(id vpp.LocationID) string { return string(id) }
