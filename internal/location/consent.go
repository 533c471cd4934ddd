package location

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Consent notes that somebody confirms vpp.ConsentText for a location: what has
// waited for it goes to Apple from now on (F-58).
func (s *Service) Consent(ctx context.Context, by vpp.Actor, id vpp.LocationID) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, err
	}
	if l.UID == "" {
		return l, vpp.Errorf(vpp.Conflict, "%s has no content token yet: add one first, and confirm it then.", l.Name)
	}
	l.Consent = s.consent(by)
	if err := s.store.GiveConsent(ctx, by, l); err != nil {
		return l, err
	}
	return s.store.Location(ctx, l.ID)
}

func (s *Service) consent(by vpp.Actor) vpp.Consent {
	return vpp.Consent{At: s.now(), By: by.Name, Text: vpp.ConsentText}
}
