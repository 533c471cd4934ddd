// Package moving knows the file by which a location goes from one server to
// the next: its people, their states and their names at Apple.
//
// It owns the format: one JSON object per line, a head, the people, and a foot
// whose Ed25519 signature covers every byte before it. It never holds invite
// codes or tokens, and never decides what becomes of anybody.
package moving

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// format and version stand in the head of every file. A field that is added and
// may be missing needs no other version: older servers pass it over.
const (
	format  = "rsvpp-hand-over"
	version = 1
	// domain keeps a signature over anything else from passing for one of ours.
	domain = "rsvpp hand-over 1\n"
)

// Head is the first line.
type Head struct {
	Format   string    `json:"format"`
	Version  int       `json:"version"`
	MadeAt   time.Time `json:"made_at"`
	MadeBy   string    `json:"made_by"` // the server's name
	Location Location  `json:"location"`
	Key      []byte    `json:"key"` // the public key of the signature
}

// Location is what the file is about, in Apple's words.
type Location struct {
	UID     string     `json:"uid"`
	Name    string     `json:"name"`
	Country string     `json:"country,omitempty"`
	MovedAt *time.Time `json:"moved_at,omitempty"` // missing while the server that made the file still manages it
}

// Person is one line of the file.
type Person struct {
	ExternalID     string     `json:"external_id,omitempty"`
	UserName       string     `json:"user_name,omitempty"`
	FirstName      string     `json:"first_name,omitempty"`
	LastName       string     `json:"last_name,omitempty"`
	FullName       string     `json:"full_name"`
	Email          string     `json:"email,omitempty"`
	ManagedAppleID string     `json:"managed_apple_id,omitempty"`
	Groups         []string   `json:"groups,omitempty"`
	Locale         string     `json:"locale,omitempty"`
	Notes          string     `json:"notes,omitempty"`
	ClientUserID   string     `json:"client_user_id,omitempty"` // "" for people who have no record at Apple
	VPPStatus      string     `json:"vpp_status"`
	AppleStatus    string     `json:"apple_status,omitempty"`
	HandedOverAt   *time.Time `json:"handed_over_at,omitempty"` // when the invitation was
	PausedAt       *time.Time `json:"paused_at,omitempty"`      // missing for who is not paused, and in files of servers that did not say
}

// foot is the last line.
type foot struct {
	People    int    `json:"people"`
	Signature []byte `json:"signature"`
}

// Key makes the signing key of a server from a secret of 32 bytes.
func Key(seed []byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(seed) }

// Fingerprint is by what people compare keys: two servers' screens.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	text := hex.EncodeToString(sum[:16])
	groups := make([]string, 0, 8)
	for ; text != ""; text = text[4:] {
		groups = append(groups, text[:4])
	}
	return strings.Join(groups, "-")
}
