package invite

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// LinkStore is what handing over a link writes.
type LinkStore interface {
	// CopyLink makes or renews the invitation of a person's living record,
	// notes the act and counts the person as invited, unless check refuses.
	CopyLink(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID, expires time.Time, check func(vpp.Person) error) (vpp.Invitation, error)
}

// Link is an invitation to hand over by hand. Whoever holds it can accept it.
type Link struct {
	URL       string
	ExpiresAt time.Time
}

// CopyLink hands a person's link to an administrator, which is on record and
// counts as handed over (F-20).
func (s *Service) CopyLink(ctx context.Context, by vpp.Actor, user vpp.UserID, location vpp.LocationID) (Link, error) {
	i, err := s.store.CopyLink(ctx, by, user, location, s.now().Add(s.config.LinkLife), mayCopy)
	if err != nil {
		return Link{}, err
	}
	return Link{s.linkOf(i), i.ExpiresAt}, nil
}

// mayCopy says what to do where there is no link to copy.
func mayCopy(p vpp.Person) error {
	switch {
	case p.Program.AppleStatus == vpp.AppleAssociated:
		return vpp.Errorf(vpp.Conflict, "%s is registered already: no link is needed.", p.FullName)
	case p.Paused():
		return vpp.Errorf(vpp.Conflict, "%s is paused: resume first, then copy the link.", p.FullName)
	case p.Program.Pending == vpp.WriteRetire:
		return vpp.Errorf(vpp.Conflict, "%s is being removed: invite again when that is done.", p.FullName)
	case p.Program.Pending == vpp.WriteCreate:
		return vpp.Errorf(vpp.Conflict, "Apple has not confirmed %s yet: the link is there as soon as it does.", p.FullName)
	case p.Program.AppleStatus != vpp.AppleRegistered:
		return vpp.Errorf(vpp.Conflict, "%s has no record at Apple yet: invite by link first, then copy it.", p.FullName)
	}
	return nil
}
