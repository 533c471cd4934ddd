package applesim

import "time"

// RevokeToken makes a token answer 9625 from now on.
func (a *Apple) RevokeToken(content string) error {
	return a.changeToken(content, func(t *Token, _ time.Time) { t.Revoked = true })
}

// InvalidateToken makes a token answer 9622 from now on, as if it had never been minted; Quirks.InvalidToken401 says on which HTTP status.
func (a *Apple) InvalidateToken(content string) error {
	return a.changeToken(content, func(t *Token, _ time.Time) { t.Invalid = true })
}

// ExpireToken makes a token answer 9621 from now on.
func (a *Apple) ExpireToken(content string) error {
	return a.changeToken(content, func(t *Token, now time.Time) { t.ExpiresAt = now.UTC() })
}

// SetTokenExpiry changes when a token expires, and with it what tokenExpirationDate says. The date inside its file stays.
func (a *Apple) SetTokenExpiry(content string, at time.Time) error {
	return a.changeToken(content, func(t *Token, _ time.Time) { t.ExpiresAt = at.UTC() })
}

// SetTokenReadOnly takes from a token the right to change anything (9637), or gives it back.
func (a *Apple) SetTokenReadOnly(content string, readOnly bool) error {
	return a.changeToken(content, func(t *Token, _ time.Time) { t.ReadOnly = readOnly })
}

// SetTokenLegacy makes a token good for version 1 only (9647), or for both.
func (a *Apple) SetTokenLegacy(content string, legacy bool) error {
	return a.changeToken(content, func(t *Token, _ time.Time) { t.Legacy = legacy })
}

// RestoreToken undoes RevokeToken and InvalidateToken, and gives an expired token another year. Apple cannot do that; tests can.
func (a *Apple) RestoreToken(content string) error {
	return a.changeToken(content, func(t *Token, now time.Time) {
		t.Revoked, t.Invalid = false, false
		if !now.Before(t.ExpiresAt) {
			t.ExpiresAt = now.UTC().AddDate(1, 0, 0)
		}
	})
}

// ReplaceToken mints a token and revokes the location's older ones, as downloading a newer token in Apple's portal does.
func (a *Apple) ReplaceToken(uID string) (Token, error) {
	return a.MintToken(uID, TokenOptions{RevokeOlder: true})
}

func (a *Apple) changeToken(content string, change func(t *Token, now time.Time)) error {
	now := a.lock()
	defer a.unlock()
	t := a.tokens[content]
	if t == nil {
		return ErrNoToken
	}
	next := *t
	change(&next, now)
	a.put(line{Kind: lineChanged, Token: &next})
	return a.flush()
}

// State says in a word what a token is good for at that time: "good", "expired", "revoked", "invalid", "legacy" or "read-only".
func (t Token) State(now time.Time) string {
	switch {
	case t.Invalid:
		return "invalid"
	case t.Revoked:
		return "revoked"
	case !now.Before(t.ExpiresAt):
		return "expired"
	case t.Legacy:
		return "legacy"
	case t.ReadOnly:
		return "read-only"
	}
	return "good"
}
