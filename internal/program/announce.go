package program

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Announce tells Apple where it reaches this server about a location. Apple
// tests the address while it is being told, so the secret is stored before.
// Where Apple cannot reach us, or the public address is not https, we ask
// instead. With rotate Apple gets a new secret; the one before is accepted
// until Apple knows the new one, and a little longer.
func (s *Service) Announce(ctx context.Context, id vpp.LocationID, rotate bool) error {
	l, err := s.store.Location(ctx, id)
	if err == nil && !l.Consent.Given() {
		return nil // announcing is a write
	}
	if err == nil && l.ClaimState() == vpp.ClaimNobodys { // it must be ours before
		l, err = s.Settle(ctx, id)
	}
	if err != nil || !l.Usable(s.config.Now()) || l.Elsewhere() { // Apple keeps one address per location: it is the other server's
		return err
	}
	address := s.NotifyURL(id)
	if address == "" {
		return s.store.Announced(ctx, id, "", s.notPublic())
	}
	c, err := s.client(ctx, l)
	if err != nil {
		return err
	}
	secret, err := s.notifySecret(ctx, id, rotate)
	if err != nil {
		return err
	}
	change := appsandbooks.ClientConfigChange{NotificationURL: &address, NotificationAuthToken: &secret, NotificationTypes: notificationTypes()}
	got, err := c.SetClientConfig(ctx, change)
	if err == nil && got.MDMInfo == nil && l.ClaimState() == vpp.ClaimOurs { // it was not sent and was taken away: both together, then
		change.MDMInfo = &appsandbooks.MDMInfo{ID: l.Claim.ID, Name: l.Claim.Name, Metadata: l.Claim.Metadata}
		_, err = c.SetClientConfig(ctx, change)
	}
	if err == nil {
		return errors.Join(s.wrote(ctx, l), s.store.Announced(ctx, id, address, ""))
	}
	why := explain(err)
	if mayNotWrite(err) {
		_, endErr := s.refusedToken(ctx, id, vpp.AppleNotAllowed, vpp.MessageOf(why))
		why = errors.Join(why, endErr)
	}
	return errors.Join(why, s.store.Announced(ctx, id, "", vpp.MessageOf(explain(err))))
}

// notificationTypes are all that concern us.
func notificationTypes() []appsandbooks.NotificationType {
	return []appsandbooks.NotificationType{
		appsandbooks.UserManagement, appsandbooks.UserAssociated, appsandbooks.AssetManagement, appsandbooks.AssetCount,
	}
}

// notPublic says why Apple would not take our address.
func (s *Service) notPublic() string {
	if s.config.PublicURL == "" {
		return "This server does not know its public address, so Apple cannot notify it."
	}
	return "This server’s public address is " + s.config.PublicURL + ", and Apple notifies https addresses only."
}

// TestNotify announces this server again and says whether Apple reached it:
// Apple tries the address before it answers.
func (s *Service) TestNotify(ctx context.Context, id vpp.LocationID) (vpp.NotifyTest, error) {
	l, err := s.store.Location(ctx, id)
	if err != nil {
		return vpp.NotifyTest{}, err
	}
	now := s.config.Now()
	test := vpp.NotifyTest{Address: s.NotifyURL(l.ID)}
	const polls = " Until then rsvpp asks Apple by itself: nothing is lost, it only takes longer."
	switch {
	case !l.Usable(now) || l.TokenState(now) == vpp.TokenElsewhere, l.TokenState(now) == vpp.TokenNoConsent:
		test.Sentence, test.Next = "Apple was not asked. "+l.TokenSentence(now), l.TokenNext(now)
		return test, nil
	case test.Address == "":
		test.Sentence, test.Next = s.notPublic(), "Set public-url to an https address that is reachable from the internet."+polls
	}
	err = s.Announce(ctx, l.ID, false)
	if test.Address == "" && err == nil {
		return test, nil
	}
	if err != nil {
		return notReached(test, err, polls), nil
	}
	if l, err = s.store.Location(ctx, l.ID); err != nil {
		return test, err
	}
	if l.NotifyTestAt.Before(now.Truncate(1e6)) { // times are kept in milliseconds
		test.Sentence = "Apple took the address " + test.Address + ", but its test did not arrive at this server."
		test.Next = "See where that address leads: to another server, or to a proxy that answers by itself?" + polls
		return test, nil
	}
	test.ReachedAt, test.Sentence = l.NotifyTestAt, "Apple reached this server at "+l.NotifyTestAt.Format("15:04:05 MST")+"."
	return test, nil
}

// notReached explains why a test did not end well.
func notReached(test vpp.NotifyTest, err error, polls string) vpp.NotifyTest {
	test.Sentence, test.Next = vpp.MessageOf(err), "Try again."+polls
	var said *appsandbooks.Error
	if errors.As(err, &said) && said.Number == appsandbooks.NotificationUnreachable {
		test.Sentence = "Apple could not reach " + test.Address + "."
		test.Next = "The address must lead to this server from the internet, over https, with a certificate that the public trusts: look at DNS, firewall, proxy (it must pass on /hooks/apple/) and certificate." + polls
	}
	return test
}

// notifySecret returns the secret that Apple shows us, made once: several who
// announce at the same time tell Apple the same.
func (s *Service) notifySecret(ctx context.Context, id vpp.LocationID, rotate bool) (appsandbooks.Secret, error) {
	sealed, err := s.sealer.Seal([]byte(s.mint(id, s.config.Secrets()+s.config.Secrets())), NotifyContext(id))
	if err != nil {
		return "", err
	}
	if sealed, err = s.store.KeepNotify(ctx, id, sealed, rotate); err != nil {
		return "", err
	}
	secret, err := s.sealer.Open(sealed, NotifyContext(id))
	return appsandbooks.Secret(secret), err
}

// NotifyContext is where a notification secret is sealed for.
func NotifyContext(id vpp.LocationID) string { return "notify:" + string(id) }

// mint makes a secret that shows that it is of ours, so that forgeries are
// known without asking the store.
func (s *Service) mint(id vpp.LocationID, random string) string {
	mac := hmac.New(sha256.New, s.config.NotifyKey)
	_, _ = mac.Write([]byte(string(id) + "\x00" + random))
	return random + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// Minted says whether this server ever made the secret for the location. That
// costs nothing; whether it still counts, Notified says.
func (s *Service) Minted(id vpp.LocationID, secret string) bool {
	random, _, found := strings.Cut(secret, ".")
	return found && hmac.Equal([]byte(s.mint(id, random)), []byte(secret))
}
