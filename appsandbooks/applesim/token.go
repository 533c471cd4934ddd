package applesim

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// TokenOptions describe a content token to mint.
type TokenOptions struct {
	ExpiresAt time.Time // default: one year from now
	OrgName   string    // default "ORG12345"; Apple's opaque organization code
	ReadOnly  bool      // may read lists only (9637)
	Legacy    bool      // good for version 1 only (9647)
	// RevokeOlder revokes the location's other tokens, as downloading a newer one does.
	RevokeOlder bool
}

// Token is a content token. Content is both the whole .vpptoken file and the bearer value.
type Token struct {
	Content   string    `json:"content"`
	UID       string    `json:"uId"`
	OrgName   string    `json:"orgName"`
	ExpiresAt time.Time `json:"expiresAt"`
	ReadOnly  bool      `json:"readOnly,omitempty"`
	Revoked   bool      `json:"revoked,omitempty"` // 9625
	Invalid   bool      `json:"invalid,omitempty"` // 9622
	Legacy    bool      `json:"legacy,omitempty"`  // version 1 only: 9647
}

// ErrNoToken means that this content was never minted here.
var ErrNoToken = errors.New("applesim: no such token")

// MintToken makes a content token for a location; a location may have several.
func (a *Apple) MintToken(uID string, o TokenOptions) (Token, error) {
	now := a.lock()
	defer a.unlock()
	if a.locations[uID] == nil {
		return Token{}, ErrNoLocation
	}
	return *a.mintToken(uID, o, now), a.flush()
}

func (a *Apple) mintToken(uID string, o TokenOptions, now time.Time) *Token {
	if o.ExpiresAt.IsZero() {
		o.ExpiresAt = now.AddDate(1, 0, 0)
	}
	if o.OrgName == "" {
		o.OrgName = "ORG12345"
	}
	for _, older := range a.minted {
		if o.RevokeOlder && older.UID == uID && !older.Revoked {
			a.put(line{Kind: lineRevoke, Content: older.Content})
		}
	}
	t := &Token{UID: uID, OrgName: o.OrgName, ExpiresAt: o.ExpiresAt.UTC(), ReadOnly: o.ReadOnly, Legacy: o.Legacy}
	t.Content = a.content(*t)
	a.put(line{Kind: lineToken, Token: t})
	return t
}

// content is the file: base64 of a JSON object.
// https://developer.apple.com/documentation/devicemanagement/getting-started-with-the-management-api
func (a *Apple) content(t Token) string {
	var secret []byte
	for part := range uint64(4) {
		block := a.mint.seal(forToken, uint32(len(a.minted)), part)
		secret = append(secret, block[:]...)
	}
	file, _ := json.Marshal(struct { // strings only: cannot fail
		Token   string `json:"token"`
		ExpDate string `json:"expDate"`
		OrgName string `json:"orgName"`
	}{base64.StdEncoding.EncodeToString(secret), appleDate(t.ExpiresAt), t.OrgName})
	return base64.StdEncoding.EncodeToString(file)
}

// Tokens lists a location's tokens in the order they were minted.
func (a *Apple) Tokens(uID string) []Token {
	a.lock()
	defer a.unlock()
	var out []Token
	for _, t := range a.minted {
		if t.UID == uID {
			out = append(out, *t)
		}
	}
	return out
}

// appleDate writes a time as Apple does: UTC, offset without colon.
func appleDate(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }
