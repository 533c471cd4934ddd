package program

import (
	"context"
	"crypto/subtle"
	"slices"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Announce tells Apple where it reaches this server about a location. Apple
// tests the address while it is being told, so the secret is stored before.
// Where Apple cannot reach us, or the public address is not https, we ask
// instead.
func (s *Service) Announce(ctx context.Context, id vpp.LocationID) error {
	address := s.NotifyURL(id)
	l, err := s.store.Location(ctx, id)
	if err != nil || !l.Usable(s.config.Now()) {
		return err
	}
	if address == "" {
		return s.store.Announced(ctx, id, "")
	}
	c, err := s.client(ctx, l)
	if err != nil {
		return err
	}
	token, err := s.notifySecret(ctx, id)
	if err != nil {
		return err
	}
	_, err = c.SetClientConfig(ctx, appsandbooks.ClientConfigChange{
		NotificationURL: &address, NotificationAuthToken: &token,
		NotificationTypes: []appsandbooks.NotificationType{
			appsandbooks.UserManagement, appsandbooks.UserAssociated, appsandbooks.AssetCount, appsandbooks.AssetManagement,
		},
	})
	if err != nil {
		_ = s.store.Announced(ctx, id, "")
		return explain(err)
	}
	return s.store.Announced(ctx, id, address)
}

// notifySecret returns the secret that Apple shows us, made once: several who
// announce at the same time tell Apple the same.
func (s *Service) notifySecret(ctx context.Context, id vpp.LocationID) (appsandbooks.Secret, error) {
	sealed, err := s.sealer.Seal([]byte(s.config.Secrets()+s.config.Secrets()), notifyContext(id))
	if err != nil {
		return "", err
	}
	if sealed, err = s.store.KeepNotify(ctx, id, sealed); err != nil {
		return "", err
	}
	secret, err := s.sealer.Open(sealed, notifyContext(id))
	return appsandbooks.Secret(secret), err
}

func notifyContext(id vpp.LocationID) string { return "notify:" + string(id) }

// Notified takes a notification of Apple's. It only notes it and wakes the
// tender: what is true is read. A wrong secret is vpp.Denied, a body that is
// none vpp.Invalid; repeats do nothing.
func (s *Service) Notified(ctx context.Context, id vpp.LocationID, bearer string, body []byte) error {
	denied := vpp.Errorf(vpp.Denied, "This is not a notification from Apple.")
	sealed, err := s.store.SealedNotify(ctx, id)
	if vpp.KindOf(err) == vpp.NotFound || err == nil && sealed == "" {
		return denied
	}
	if err != nil {
		return err
	}
	secret, err := s.sealer.Open(sealed, notifyContext(id))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(secret, []byte(bearer)) != 1 {
		return denied
	}
	n, err := appsandbooks.DecodeNotification(body)
	if err != nil {
		return vpp.Wrap(vpp.Invalid, err, "The notification cannot be read.")
	}
	event := ""
	switch n.Type {
	case appsandbooks.UserManagement:
		if n.Managed != nil {
			event = n.Managed.EventID
		}
	case appsandbooks.UserAssociated:
	case appsandbooks.AssetCount, appsandbooks.AssetManagement:
		_, err = s.store.LicensesNotified(ctx, id, n.ID, holdersOf(n))
		return err
	default:
		return nil
	}
	_, err = s.store.Notified(ctx, id, n.ID, event)
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
	code, err := s.sealer.Open(sealed, codeContext(id))
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
