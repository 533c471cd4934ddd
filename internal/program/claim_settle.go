package program

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// mind looks into whose the location is when something asks for it. Without,
// it costs nothing. What the tender began with stays as it is, because a read
// uses it meanwhile: each write asks anew.
func (t *tender) mind(ctx context.Context) error {
	doubts, look := t.unsettled(t.l)
	if !look {
		return nil
	}
	_, err := t.settle(ctx, t.apple, t.l.ID, doubts)
	return err
}

// Settle finds out whose the location is and writes that down, claiming it
// when it is nobody's.
func (s *Service) Settle(ctx context.Context, id vpp.LocationID) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil || !l.Usable(s.config.Now()) {
		return l, err
	}
	c, err := s.client(ctx, l)
	if err != nil {
		return l, err
	}
	doubts, _ := s.unsettled(l)
	l, err = s.settle(ctx, c, id, doubts)
	return l, explain(err)
}

// settle asks Apple once more whose the location is. What an answer showed may
// have been asked for before our own claim was written, here or on another
// node: only what is asked after the location was read counts, and the store
// takes it only if nobody has claimed the location since.
func (s *Service) settle(ctx context.Context, c *appsandbooks.Client, id vpp.LocationID, doubts int) (vpp.Location, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return l, err
	}
	stands, err := s.stands(ctx, c, l)
	if err != nil {
		return l, err
	}
	if err := s.decide(ctx, c, l, stands); err != nil {
		return l, err
	}
	if l, err = s.store.Location(ctx, id); err == nil {
		s.settled(id, l.Claim.ID, doubts)
	}
	return l, err
}

// old is how long ago a claim of ours must have been written for no answer to
// be on its way that was asked for before.
const old = 5 * time.Minute

// stands asks Apple whose claim stands there. Where Apple does not say, what
// an answer showed is believed if it cannot be older than our claim.
func (s *Service) stands(ctx context.Context, c *appsandbooks.Client, l vpp.Location) (vpp.Claim, error) {
	got, err := c.ClientConfig(ctx)
	if err == nil {
		return claimOf(got.MDMInfo), s.heed(ctx, l, got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watched(l.ID)
	if w.doubts > 0 && l.ClaimState() == vpp.ClaimOurs && s.config.Now().Sub(l.ClaimedAt) > old {
		return w.seen, nil
	}
	return vpp.Claim{}, err
}

// decide writes what follows from the claim that stands at Apple.
func (s *Service) decide(ctx context.Context, c *appsandbooks.Client, l vpp.Location, stands vpp.Claim) error {
	ours, err := s.Ours(ctx, stands)
	if err != nil {
		return err
	}
	switch state := l.ClaimState(); {
	case state == vpp.ClaimTaken, state == vpp.ClaimMovedOut: // only somebody's word makes it ours again
		return s.store.SawClaim(ctx, l, stands)
	case ours && state == vpp.ClaimOurs:
		return nil
	case ours:
		return s.store.Claimed(ctx, l, stands)
	case stands.None():
		if err := s.store.SawClaim(ctx, l, stands); err != nil {
			return err
		}
		if !l.Consent.Given() { // claiming is a write
			return nil
		}
		return s.claimFree(ctx, c, l)
	case state == vpp.ClaimOurs:
		return s.store.TakenOver(ctx, l, stands)
	}
	return s.store.SawClaim(ctx, l, stands)
}

// claimFree writes our claim where nobody's stands. Whoever wrote theirs at the
// same moment is believed: last come, last served.
func (s *Service) claimFree(ctx context.Context, c *appsandbooks.Client, l vpp.Location) error {
	stands, ours, err := s.writeClaim(ctx, c, l)
	switch {
	case mayNotWrite(err): // it is read, and claimed when the token may
		_, err = s.refusedToken(ctx, l.ID, vpp.AppleNotAllowed, vpp.MessageOf(explain(err)))
		return err
	case err != nil:
		return err
	case ours:
		return s.store.Claimed(ctx, l, stands)
	case l.ClaimState() == vpp.ClaimOurs:
		return s.store.TakenOver(ctx, l, stands)
	}
	return s.store.SawClaim(ctx, l, stands)
}

// writeClaim writes our claim at Apple, and returns the one that stands there
// then.
func (s *Service) writeClaim(ctx context.Context, c *appsandbooks.Client, l vpp.Location) (stands vpp.Claim, ours bool, err error) {
	own, err := s.Claim(ctx)
	if err != nil {
		return own, false, err
	}
	info := &appsandbooks.MDMInfo{ID: own.ID, Name: own.Name, Metadata: own.Metadata}
	got, err := c.SetClientConfig(ctx, appsandbooks.ClientConfigChange{MDMInfo: info})
	if err != nil {
		return own, false, err
	}
	if err := s.wrote(ctx, l); err != nil {
		return own, false, err
	}
	if err := s.heed(ctx, l, got); err != nil { // what was not sent may have been taken away
		return own, false, err
	}
	if got.MDMInfo == nil { // an answer without it says nothing
		if got, err = c.ClientConfig(ctx); err != nil {
			return own, false, err
		}
	}
	stands = claimOf(got.MDMInfo)
	return stands, stands.ID == own.ID, nil
}
