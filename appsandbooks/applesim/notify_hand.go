package applesim

import (
	"encoding/json"
	"errors"
	"strings"
)

// ErrNoHook means that nobody gave a notification address for the location.
var ErrNoHook = errors.New("applesim: no server has given this location an address for notifications")

// HandNote is a notification made by hand, of any type, whether it was subscribed to or not.
type HandNote struct {
	Type string // as Apple's, or one that nobody knows
	Body string // the notification's JSON; empty: a sample of that type
	ID   string // notificationId; empty: minted
	// AuthToken is what the Authorization header bears; empty: what the server gave.
	AuthToken string
}

// Notify sends a notification to whoever is to be notified of a location. No fault strikes it; it is tried as often as others.
func (a *Apple) Notify(uID string, n HandNote) error {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	switch {
	case l == nil:
		return ErrNoLocation
	case l.config.URL == "":
		return ErrNoHook
	case n.Type == "":
		return errors.New("applesim: a notification needs a type, such as ASSET_COUNT")
	}
	body := []byte(n.Body)
	if len(body) == 0 {
		body = []byte(sampleNote(n.Type))
	}
	if !json.Valid(body) {
		return errors.New("applesim: the notification is no JSON")
	}
	d := a.notification(l, l.config, n.Type, n.ID, body)
	if n.AuthToken != "" {
		d.secret = n.AuthToken
	}
	a.post(d)
	l.post.log(d.note)
	return nil
}

// sampleNote is a body such as Apple's pages show for a type; Apple does not show all of them.
// https://developer.apple.com/documentation/devicemanagement/subscribing-to-notifications
func sampleNote(kind string) string {
	switch strings.ToUpper(kind) {
	case noteAssetCount:
		return `{"adamId":"361309726","pricingParam":"STDQ","countDelta":1}`
	case noteUnlimited:
		return `{"adamId":"361309726","pricingParam":"STDQ"}`
	case noteSubscriptionCount:
		return `{"parentAdamId":1440000001,"adamId":1440000002,"counts":{"available":{"renewing":5,"expiring":1},"total":{"renewing":8,"expiring":2}}}`
	case noteSubscriptions:
		return `{"eventId":"00000000-0000-4000-8000-000000000001","type":"ASSOCIATE","result":"SUCCESS",` +
			`"assignments":[{"adamId":1440000002,"clientUserId":"00000000-0000-4000-8000-000000000002","renewing":true}]}`
	}
	return `{}`
}

// BlockAccount makes a Managed Apple Account unusable in a location (9635), or usable again. Who is linked stays linked.
func (a *Apple) BlockAccount(uID, account string, blocked bool) error {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	if account == "" {
		return ErrNoAccount
	}
	next := l.Location
	next.BlockedAccounts = nil
	for _, other := range l.BlockedAccounts {
		if !strings.EqualFold(other, account) {
			next.BlockedAccounts = append(next.BlockedAccounts, other)
		}
	}
	if blocked {
		next.BlockedAccounts = append(next.BlockedAccounts, account)
	}
	a.put(line{Kind: lineLocationChanged, Location: &next})
	return a.flush()
}
