package program

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

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
		return s.store.Announced(ctx, id, "", s.notPublic(), time.Time{})
	}
	if err := s.tell(ctx, l, address, rotate); err != nil {
		why := explain(err)
		if mayNotWrite(err) {
			_, endErr := s.refusedToken(ctx, id, vpp.AppleNotAllowed, vpp.MessageOf(why))
			why = errors.Join(why, endErr)
		}
		return errors.Join(why, s.store.Announced(context.WithoutCancel(ctx), id, "", vpp.MessageOf(explain(err)), s.tellAgain(l, err)))
	}
	return errors.Join(s.wrote(ctx, l), s.store.Announced(ctx, id, address, "", time.Time{}))
}

// tell writes at Apple where it reaches us.
func (s *Service) tell(ctx context.Context, l vpp.Location, address string, rotate bool) error {
	c, err := s.client(ctx, l)
	if err != nil {
		return err
	}
	secret, err := s.notifySecret(ctx, l.ID, rotate)
	if err != nil {
		return err
	}
	change := appsandbooks.ClientConfigChange{NotificationURL: &address, NotificationAuthToken: &secret, NotificationTypes: notificationTypes()}
	got, err := c.SetClientConfig(ctx, change)
	if err == nil && got.MDMInfo == nil && l.ClaimState() == vpp.ClaimOurs { // it was not sent and was taken away: both together, then
		change.MDMInfo = &appsandbooks.MDMInfo{ID: l.Claim.ID, Name: l.Claim.Name, Metadata: l.Claim.Metadata}
		_, err = c.SetClientConfig(ctx, change)
	}
	return err
}

// longestUntold bounds the pauses after which Apple is told again where it
// reaches us.
const longestUntold = 6 * time.Hour

// tellAgain says when Apple is told again after that failed: later and later,
// for each time Apple tries our address.
func (s *Service) tellAgain(l vpp.Location, err error) time.Time {
	again := s.config.Now().Add(min(s.config.Cadence.LookEvery<<min(l.NotifyTries, 12), longestUntold))
	if wait, ok := errors.AsType[*appsandbooks.WaitError](err); ok && wait.Until.After(again) {
		return wait.Until
	}
	return again
}

// tellDue tells Apple where it reaches us when that is due: it could not be
// told, or was told something else since. Where that fails, what else is due
// goes on.
func (t *tender) tellDue(ctx context.Context) error {
	l, err := t.store.Location(ctx, t.l.ID)
	now := t.config.Now()
	if err != nil || l.NotifyNext.IsZero() || l.NotifyNext.After(now) || l.NotifyURL != "" || l.ClaimState() != vpp.ClaimOurs || !l.Writable(now) {
		return err
	}
	untold := t.Announce(ctx, l.ID, false)
	if untold == nil {
		return nil
	}
	t.config.Logger.WarnContext(ctx, "Apple cannot notify this server, so it is asked instead", "location", l.Name, "err", untold)
	if after, err := t.store.Location(ctx, l.ID); err != nil || after.NotifyNext.Equal(l.NotifyNext) { // it would be told again at once
		return errors.Join(untold, err)
	}
	return nil
}

// lookWhetherTold asks Apple whether it notifies us as it was told to. A full
// read does it, for nothing else would show that notifications ended; where
// Apple does not say, the next one does.
func (t *tender) lookWhetherTold(ctx context.Context) error {
	l, err := t.store.Location(ctx, t.l.ID)
	if err != nil || l.NotifyURL == "" || l.Elsewhere() {
		return err
	}
	got, err := t.apple.ClientConfig(ctx)
	if err != nil {
		t.config.Logger.WarnContext(ctx, "Apple does not say whom it notifies", "location", l.Name, "err", err)
		return ctx.Err()
	}
	return t.heed(ctx, l, got)
}

// heed compares whom Apple notifies with what it was told when the location
// was read, and has it told anew.
func (s *Service) heed(ctx context.Context, l vpp.Location, got *appsandbooks.ClientConfig) error {
	switch {
	case l.NotifyURL == "":
		return nil
	case got.NotificationURL == "":
		return s.store.AnnounceAnew(ctx, l, "Apple’s notifications were ended by somebody else; this server asks for them again.")
	case got.NotificationURL != l.NotifyURL:
		return s.store.AnnounceAnew(ctx, l, "Apple was told to notify another address; this server tells it its own again.")
	case got.SubscribedNotificationTypes == nil: // Apple does not say
		return nil
	}
	for _, kind := range notificationTypes() {
		if !slices.Contains(got.SubscribedNotificationTypes, kind) {
			return s.store.AnnounceAnew(ctx, l, "Apple was told to notify of less than this server needs; it is told again.")
		}
	}
	return nil
}

// notificationTypes are all that concern us.
func notificationTypes() []appsandbooks.NotificationType {
	return []appsandbooks.NotificationType{
		appsandbooks.UserManagement, appsandbooks.UserAssociated, appsandbooks.AssetManagement, appsandbooks.AssetCount,
		appsandbooks.UnlimitedAsset,
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
// announce at the same time tell Apple the same. One from before secrets were
// marked is replaced: the door does not take it for ours.
func (s *Service) notifySecret(ctx context.Context, id vpp.LocationID, rotate bool) (appsandbooks.Secret, error) {
	fresh, err := s.sealer.Seal([]byte(s.mint(id, s.config.Secrets()+s.config.Secrets())), NotifyContext(id))
	if err != nil {
		return "", err
	}
	kept, err := s.store.KeepNotify(ctx, id, fresh, rotate, "")
	if err != nil {
		return "", err
	}
	secret, err := s.sealer.Open(kept, NotifyContext(id))
	if err == nil && !s.Minted(id, string(secret)) {
		if kept, err = s.store.KeepNotify(ctx, id, fresh, false, kept); err != nil {
			return "", err
		}
		secret, err = s.sealer.Open(kept, NotifyContext(id))
	}
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

// Unmarked says whether Apple holds a secret from before secrets were marked:
// the door does not take it for one of ours, so that it is to be replaced.
func (s *Service) Unmarked(ctx context.Context, id vpp.LocationID) (bool, error) {
	sealed, err := s.store.SealedNotify(ctx, id)
	if err != nil || len(sealed) == 0 {
		return false, err
	}
	secret, err := s.sealer.Open(sealed[0], NotifyContext(id))
	return err == nil && !s.Minted(id, string(secret)), err
}

// Minted says whether this server ever made the secret for the location. That
// costs nothing; whether it still counts, Notified says.
func (s *Service) Minted(id vpp.LocationID, secret string) bool {
	random, _, found := strings.Cut(secret, ".")
	return found && hmac.Equal([]byte(s.mint(id, random)), []byte(secret))
}
