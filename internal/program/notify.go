package program

import (
	"context"
	"crypto/subtle"
	"slices"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Notified takes a notification of Apple's. It only notes it and wakes the
// tender: what is true is read, so a notification whose envelope can be read
// wakes a read whatever is in it. A wrong secret is vpp.Denied, and nothing is
// written; what is no notification, or one about another location, vpp.Invalid;
// repeats do nothing. What came with the right secret is kept for a while.
func (s *Service) Notified(ctx context.Context, id vpp.LocationID, bearer string, body []byte) error {
	if err := s.admits(ctx, id, bearer); err != nil {
		return err
	}
	n, err := appsandbooks.DecodeNotification(body)
	came := vpp.Notification{LocationID: id, AppleID: n.ID, Type: cutWord(string(n.Type)), Body: keptOf(body), Size: len(body)}
	if err != nil {
		came.Problem = cutWord(err.Error())
	}
	if err != nil && n.ID == "" {
		return s.refused(ctx, came, vpp.NotedUnreadable, vpp.Wrap(vpp.Invalid, err, "The notification cannot be read."))
	}
	if err != nil {
		s.config.Logger.WarnContext(ctx, "Apple notifies of something that cannot be read; Apple is asked instead", "location", id, "type", n.Type, "err", err)
	}
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return err
	}
	if n.UID != l.UID {
		return s.refused(ctx, came, vpp.NotedElsewhere, vpp.Errorf(vpp.Invalid, "The notification is about another location."))
	}
	return s.note(ctx, came, n)
}

// refused keeps what was sent by who knows the secret, all the same: it may be
// what a new version of Apple's looks like.
func (s *Service) refused(ctx context.Context, came vpp.Notification, why vpp.NotifyOutcome, err *vpp.Error) error {
	came.Outcome = why
	if keepErr := s.store.NotifyRefused(ctx, came); keepErr != nil {
		return keepErr
	}
	return err
}

// note notes a notification and wakes the reads that bring what it may be about.
func (s *Service) note(ctx context.Context, came vpp.Notification, n appsandbooks.Notification) (err error) {
	switch n.Type {
	case appsandbooks.TestNotification:
		came.Outcome = vpp.NotedTest
		return s.store.NotifyTested(ctx, came)
	case appsandbooks.UserManagement:
		event := ""
		came.Outcome = vpp.NotedUsers
		if n.Managed != nil && n.Managed.EventID != "" {
			event, came.Outcome = n.Managed.EventID, vpp.NotedEvent
		}
		_, err = s.store.Notified(ctx, came, event)
	case appsandbooks.UserAssociated:
		came.Outcome = vpp.NotedUsers
		_, err = s.store.Notified(ctx, came, "")
	case appsandbooks.AssetManagement, appsandbooks.AssetCount, appsandbooks.UnlimitedAsset:
		came.Outcome = vpp.NotedLicenses
		_, err = s.store.LicensesNotified(ctx, came, holdersOf(n))
	default: // a word that nobody here knows: it may be about anything
		var fresh bool
		came.Outcome = vpp.NotedAnything
		if fresh, err = s.store.Notified(ctx, came, ""); fresh && err == nil {
			err = s.store.WantLibraryRead(ctx, came.LocationID)
		}
	}
	return err
}

// holdersOf reads whose licenses a notification is about. A delta shows what
// came to them, and nothing of what went.
func holdersOf(n appsandbooks.Notification) []vpp.Holder {
	if n.ManagedAssets == nil || n.ManagedAssets.Type == appsandbooks.Associate {
		return nil
	}
	var holders []vpp.Holder
	for _, a := range n.ManagedAssets.Assignments {
		h := vpp.Holder{ClientUserID: vpp.ClientUserID(a.ClientUserID), SerialNumber: a.SerialNumber}
		if (h.ClientUserID == "") != (h.SerialNumber == "") && !slices.Contains(holders, h) {
			holders = append(holders, h)
		}
	}
	return holders
}

// admits says whether a secret is the location's: the one that Apple has, or
// the one before it while Apple may still use that.
func (s *Service) admits(ctx context.Context, id vpp.LocationID, bearer string) error {
	denied := vpp.Errorf(vpp.Denied, "This is not a notification from Apple.")
	sealed, err := s.store.SealedNotify(ctx, id)
	if vpp.KindOf(err) == vpp.NotFound {
		return denied
	}
	if err != nil {
		return err
	}
	right := 0
	for _, one := range sealed {
		secret, err := s.sealer.Open(one, NotifyContext(id))
		if err != nil {
			return err
		}
		right |= subtle.ConstantTimeCompare(secret, []byte(bearer))
	}
	if right != 1 {
		return denied
	}
	return nil
}

// AppleLink returns the link at Apple by which a person links an Apple
// Account. It is a secret: never logged, shown only behind our own link.
func (s *Service) AppleLink(ctx context.Context, id vpp.ProgramUserID) (string, error) {
	sealed, p, err := s.store.SealedCode(ctx, id)
	if err != nil {
		return "", err
	}
	if sealed == "" || p.AppleStatus != vpp.AppleRegistered {
		return "", vpp.Errorf(vpp.Conflict, "Apple has no open invitation for this person.")
	}
	code, err := s.sealer.Open(sealed, CodeContext(id))
	if err != nil {
		return "", err
	}
	l, err := s.store.Location(ctx, p.LocationID)
	if err != nil {
		return "", err
	}
	c, err := s.client(ctx, l)
	if err != nil {
		return "", err
	}
	link, err := c.InvitationURL(ctx, appsandbooks.Secret(code))
	return link.Reveal(), explain(err)
}
