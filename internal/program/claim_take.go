package program

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// TakeBack makes a location ours that another server has, because somebody
// said so who saw whose it is: seen is the id of the claim that was shown,
// "" when nobody's was. When it is another's by now the error is vpp.Conflict
// with the field "claim", and the location is returned as it is. Nothing is
// sent before everything there was read; then tasks go on.
func (s *Service) TakeBack(ctx context.Context, by vpp.Actor, id vpp.LocationID, seen string) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, err
	}
	switch state := l.TokenState(s.config.Now()); {
	case !l.Elsewhere():
		return l, claimConflict("%s is this server’s: there is nobody to take it back from.", l.Name)
	case !l.Consent.Given():
		return l, vpp.Errorf(vpp.Conflict, "Nobody has confirmed yet that data of people at %s may go to Apple: confirm it on the location’s page first.", l.Name)
	case !l.Usable(s.config.Now()):
		return l, vpp.Errorf(vpp.Conflict, "The content token of %s is %s: renew it first.", l.Name, state)
	}
	c, err := s.client(ctx, l)
	if err != nil {
		return l, err
	}
	got, err := c.ClientConfig(ctx)
	if err != nil {
		return l, explain(err)
	}
	stands := claimOf(got.MDMInfo)
	switch ours, err := s.Ours(ctx, stands); {
	case err != nil:
		return l, err
	case ours: // written by an earlier try, whose answer was lost
		l.Claim = takenFrom(l)
	case stands.ID != seen:
		return s.movedOn(ctx, l, stands)
	default:
		l.Claim = stands // what was seen is what it is taken from, whatever was stored before
		if stands, ours, err = s.writeClaim(ctx, c, l); err != nil {
			return l, explain(err)
		}
		if !ours {
			return s.movedOn(ctx, l, stands)
		}
	}
	if err := s.store.TookBack(ctx, by, l, stands); err != nil {
		return l, err
	}
	s.settled(l.ID, stands.ID, s.doubts(l.ID))
	return s.store.Location(ctx, l.ID)
}

// takenFrom is who had a location at which our claim stands already.
func takenFrom(l vpp.Location) vpp.Claim {
	if l.ClaimState() == vpp.ClaimTaken {
		return l.FrozenBy
	}
	return l.Claim
}

// movedOn refuses to take a location from somebody whom nobody was shown.
func (s *Service) movedOn(ctx context.Context, l vpp.Location, now vpp.Claim) (vpp.Location, error) {
	if err := s.store.SawClaim(ctx, l, now); err != nil {
		return l, err
	}
	l, err := s.store.Location(ctx, l.ID)
	if err != nil {
		return l, err
	}
	s.settled(l.ID, l.Claim.ID, s.doubts(l.ID))
	return l, claimConflict("Meanwhile %s is the one that claims %s at Apple: look again, and confirm that.", now.Title(), l.Name)
}

func (s *Service) doubts(id vpp.LocationID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watched(id).doubts
}

func claimConflict(format string, args ...any) error {
	e := vpp.Errorf(vpp.Conflict, format, args...)
	e.Field = "claim"
	return e
}
