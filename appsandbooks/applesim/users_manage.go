package applesim

import (
	"net/mail"
	"unicode/utf8"
)

// requestUser is Apple's RequestUser.
// https://developer.apple.com/documentation/devicemanagement/requestuser
type requestUser struct {
	ClientUserID   string `json:"clientUserId"`
	Email          string `json:"email,omitempty"`
	ManagedAppleID string `json:"managedAppleId,omitempty"`
}

// UnmarshalJSON reads the members by their exact names: encoding/json would let "clientUserID" pass, Apple would not.
func (u *requestUser) UnmarshalJSON(text []byte) error {
	return exactly(text, map[string]any{"clientUserId": &u.ClientUserID, "email": &u.Email, "managedAppleId": &u.ManagedAppleID})
}

func (a *Apple) createUsers(c *call) reply { return a.manageUsers(c, eventCreate) }
func (a *Apple) updateUsers(c *call) reply { return a.manageUsers(c, eventUpdate) }
func (a *Apple) retireUsers(c *call) reply { return a.manageUsers(c, eventRetire) }

// manageUsers accepts a request as an event, or refuses it whole.
// https://developer.apple.com/documentation/devicemanagement/manageusersrequest
func (a *Apple) manageUsers(c *call, kind EventType) reply {
	var users []requestUser
	if err := exactly(c.body, map[string]any{"users": &users}); err != nil {
		return fail(9602).reply()
	}
	now := a.lock()
	defer a.unlock()
	if refused := a.checkUsers(c.location, users, kind); refused != nil {
		return refused.reply()
	}
	e := a.accept(c.location, kind, users, c.fault, now)
	return a.enveloped(c, now, struct {
		EventID string `json:"eventId"`
	}{e.ID})
}

// checkUsers finds what makes Apple refuse a whole request.
func (a *Apple) checkUsers(l *location, users []requestUser, kind EventType) *wireError {
	if len(users) == 0 {
		return fail(9720)
	}
	if len(users) > a.limits.MaxUsers {
		return fail(9714)
	}
	seen := make(map[string]bool, len(users))
	for _, u := range users {
		if u.ClientUserID == "" || a.tooLong(u.ClientUserID) {
			return fail(9602)
		}
		if seen[u.ClientUserID] {
			e := about(9715, u.ClientUserID)
			return &e
		}
		seen[u.ClientUserID] = true
		if u.Email != "" && kind != eventRetire && !mailbox(u.Email) {
			e := about(9717, u.ClientUserID)
			return &e
		}
	}
	return a.checkKnown(l, users, kind)
}

func (a *Apple) tooLong(clientUserID string) bool {
	limit := a.quirks.MaxClientUserID
	return limit > 0 && utf8.RuneCountInString(clientUserID) > limit
}

// checkKnown refuses unknown users at once where the quirk says so.
func (a *Apple) checkKnown(l *location, users []requestUser, kind EventType) *wireError {
	if !a.quirks.UnknownUserSync || kind == eventCreate {
		return nil
	}
	var unknown []string
	for _, u := range users {
		if _, _, ok := l.live(u.ClientUserID); !ok && !a.forgivenRetire(l, u, kind) {
			unknown = append(unknown, u.ClientUserID)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	e := about(9609, unknown...)
	return &e
}

func (a *Apple) forgivenRetire(l *location, u requestUser, kind EventType) bool {
	_, known := l.newest[u.ClientUserID]
	return known && kind == eventRetire && a.quirks.RetireTwiceSucceeds
}

// mailbox says whether text is a bare address.
func mailbox(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Name == "" && address.Address == text
}
