package program

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Claiming is what locations' owners are kept by.
type Claiming interface {
	// Installation returns the id of this installation's claims; the first
	// call ever keeps the given one.
	Installation(ctx context.Context, id string) (string, error)
	// MayWrite says whether the location is ours to change just now.
	MayWrite(ctx context.Context, id vpp.LocationID) (bool, error)
	// Each of these does nothing when the location was claimed since was was read.
	SawClaim(ctx context.Context, was vpp.Location, c vpp.Claim) error
	Claimed(ctx context.Context, was vpp.Location, c vpp.Claim) error
	TakenOver(ctx context.Context, was vpp.Location, by vpp.Claim) error
	TookBack(ctx context.Context, by vpp.Actor, was vpp.Location, c vpp.Claim) error
	MovedOut(ctx context.Context, by vpp.Actor, was vpp.Location) error
}

// watch is what this process knows of whose a location is. Every answer of
// Apple's is compared with it, in memory.
type watch struct {
	known  string    // the id of the claim that is stored; ours until something is
	doubts int       // answers that showed another one, and were not looked into
	seen   vpp.Claim // the latest of these
	absent bool      // an answer showed none where there was one
	looked time.Time // when that was last looked into
}

// errNotOurs keeps a write from leaving.
var errNotOurs = errors.New("the location is not ours to change")

// Claim returns this installation's own claim. It is made at the first start
// and the same ever after, on every node.
func (s *Service) Claim(ctx context.Context) (vpp.Claim, error) {
	s.mu.Lock()
	id := s.installation
	s.mu.Unlock()
	if id == "" {
		var err error
		if id, err = s.store.Installation(ctx, s.config.Secrets()); err != nil {
			return vpp.Claim{}, err
		}
		s.mu.Lock()
		s.installation = id
		s.mu.Unlock()
	}
	return vpp.Claim{ID: id, Name: cmp.Or(s.config.ClaimName, "rsvpp"), Metadata: cmp.Or(s.config.ClaimMetadata, "{}")}, nil
}

// Ours says whether a claim is this installation's.
func (s *Service) Ours(ctx context.Context, c vpp.Claim) (bool, error) {
	ours, err := s.Claim(ctx)
	return err == nil && c.ID == ours.ID, err
}

// claimOf is what Apple's answer says of who manages the location.
func claimOf(info *appsandbooks.MDMInfo) vpp.Claim {
	if info == nil {
		return vpp.Claim{}
	}
	return vpp.Claim{ID: info.ID, Name: info.Name, Metadata: info.Metadata}.Clean()
}

// watched returns the location's watch; s.mu is held.
func (s *Service) watched(id vpp.LocationID) *watch {
	w := s.watches[id]
	if w == nil {
		w = &watch{known: s.installation}
		s.watches[id] = w
	}
	return w
}

// learn takes over what the store knows, unless something else was seen since.
func (s *Service) learn(l vpp.Location) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.watched(l.ID); w.doubts == 0 {
		w.known = l.Claim.ID
	}
}

// saw compares what an answer of Apple's carries. The first answer that shows
// another claim stops every write at once. Answers that carry none stop
// nothing: Apple does not promise that each kind has it.
func (s *Service) saw(id vpp.LocationID, e appsandbooks.Envelope) {
	c := claimOf(e.MDMInfo)
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watched(id)
	switch {
	case c.ID == w.known:
	case c.ID == "":
		w.absent = true
	default:
		w.seen = c
		w.doubts++
	}
}

// mayCall is asked before each HTTP attempt: a write that is tried again must
// not leave when the location was lost in between.
func (s *Service) mayCall(id vpp.LocationID, i appsandbooks.CallInfo) error {
	if i.Method != "POST" || i.Endpoint == configEndpoint || s.trusted(id) {
		return nil
	}
	return errNotOurs
}

// configEndpoint is Apple's key for client config, which claim.go itself guards.
const configEndpoint = "clientConfig"

// trusted says whether the claim known is ours and nothing spoke against it.
func (s *Service) trusted(id vpp.LocationID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watched(id)
	return w.doubts == 0 && w.known == s.installation
}

// maySend says whether a write may leave now, by what this node has seen last
// and by what all nodes know.
func (s *Service) maySend(ctx context.Context, id vpp.LocationID) (bool, error) {
	if !s.trusted(id) {
		return false, nil
	}
	return s.store.MayWrite(ctx, id)
}

// unsettled says whether whose the location is has to be looked into, and how
// many answers spoke for it.
func (s *Service) unsettled(l vpp.Location) (doubts int, look bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watched(l.ID)
	now := s.config.Now()
	switch {
	case w.doubts > 0, l.ClaimState() == vpp.ClaimNobodys && l.TokenProblem == 0 && l.Consent.Given():
		return w.doubts, true
	case w.absent && now.Sub(w.looked) >= s.config.Cadence.LookEvery:
		return 0, true
	}
	return 0, false
}

// settled notes that a look ended with this claim. Answers that came during
// the look and showed something else are left to the next one.
func (s *Service) settled(id vpp.LocationID, known string, doubts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.watched(id)
	w.known, w.absent, w.looked = known, false, s.config.Now()
	if w.doubts = max(0, w.doubts-doubts); w.doubts > 0 && w.seen.ID == known {
		w.doubts = 0
	}
}
