package program

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// WithoutField is the Field of the error by which RemoveLocation says that Apple
// could not be told.
const WithoutField = "without_apple"

// removing is what removes locations. What keeps one is vpp.Conflict, in each
// of them.
type removing interface {
	Stake(ctx context.Context, id vpp.LocationID) (vpp.Stake, error)
	// LeaveLocation stops every write there; RemoveLocation destroys the token
	// and all that the location has, and no people.
	LeaveLocation(ctx context.Context, by vpp.Actor, was vpp.Location) error
	RemoveLocation(ctx context.Context, by vpp.Actor, was vpp.Location, untold bool) error
}

// Leaving is what removing a location would do.
type Leaving struct {
	Location vpp.Location
	vpp.Stake
	Kept   string // why it cannot be removed, and what to do; "" when it can
	Untold string // why Apple cannot be told; "" when it can, or need not
}

// PreviewRemoveLocation says what is at stake when a location is removed. It
// writes nothing.
func (s *Service) PreviewRemoveLocation(ctx context.Context, id vpp.LocationID) (Leaving, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return Leaving{}, err
	}
	n, err := s.store.Stake(ctx, l.ID)
	return Leaving{Location: l, Stake: n, Kept: l.KeptBy(n), Untold: l.Untellable(s.config.Now())}, err
}

// RemoveLocation takes a location away that was added by mistake: its content
// token, the places of its people, and what was read there. It is refused while
// records of people here live there, or work is under way. Our claim at Apple
// and our notifications are ended first; where Apple cannot be told, it is
// refused unless without says that Apple need not be.
func (s *Service) RemoveLocation(ctx context.Context, by vpp.Actor, id vpp.LocationID, without bool) error {
	p, err := s.PreviewRemoveLocation(ctx, id)
	if err != nil {
		return err
	}
	l, untold := p.Location, without && p.Location.UID != ""
	switch {
	case p.Kept != "":
		return vpp.Errorf(vpp.Conflict, "%s", p.Kept)
	case untold:
	case p.Untold != "":
		return untellable(vpp.Errorf(vpp.Conflict, "%s", p.Untold))
	case l.UID != "":
		if err := s.leave(ctx, by, l); err != nil {
			return err
		}
	}
	if err := s.store.RemoveLocation(ctx, by, l, untold); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watches, l.ID)
	delete(s.good, l.ID)
	return nil
}

// leave stops every write, and then takes what is ours away at Apple: the other
// way round a tender would write it again.
func (s *Service) leave(ctx context.Context, by vpp.Actor, l vpp.Location) error {
	if err := s.store.LeaveLocation(ctx, by, l); err != nil {
		return err
	}
	if err := s.release(ctx, l); err != nil {
		why := explain(err)
		return untellable(vpp.Wrap(vpp.KindOf(why), err, "Apple could not be told that this server lets %s go. %s Nothing is written there any more: remove it once more, or without telling Apple.",
			l.Name, vpp.MessageOf(why)))
	}
	return nil
}

func untellable(e *vpp.Error) error {
	e.Field = WithoutField
	return e
}
