// Package seal locks content tokens and invite codes at rest.
//
// It owns the master key's text form and everything derived from the key, and
// the text form of what is sealed. It never keeps a secret anywhere: cmd reads
// the key file, the store keeps what is sealed.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// MasterSize is the length of a master key in bytes.
const MasterSize = 32

// version begins everything sealed; the key's id follows, so that a later
// version can hold several keys and tell which one is meant.
const version = "v1."

// Box seals and opens with keys derived from one master key. It may be used
// by many goroutines at once.
type Box struct {
	master [MasterSize]byte
	id     string
	aead   cipher.AEAD
}

// New makes a box of a master key of MasterSize bytes.
func New(master []byte) (*Box, error) {
	if err := checkSize(master); err != nil {
		return nil, err
	}
	b := &Box{master: [MasterSize]byte(master), id: keyID(master)}
	block, err := aes.NewCipher(b.Derive("seal"))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The cipher cannot be made.")
	}
	if b.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The cipher cannot be made.")
	}
	return b, nil
}

// Seal locks plain. The context says where the result is kept, record id and
// field: the same context is needed to open it.
func (b *Box) Seal(plain []byte, context string) (string, error) {
	if context == "" {
		return "", vpp.Errorf(vpp.Internal, "Something was to be sealed without saying where it belongs.")
	}
	sealed := b.aead.Seal(nil, nil, plain, b.bound(context))
	return version + b.id + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open unlocks what Seal locked in the same context. Its errors never hold
// anything of what was sealed.
func (b *Box) Open(sealed, context string) ([]byte, error) {
	rest, known := strings.CutPrefix(sealed, version)
	id, text, whole := strings.Cut(rest, ".")
	if !known || !whole {
		return nil, vpp.Errorf(vpp.Internal, "A stored secret is not in a form that this rsvpp knows.")
	}
	if id != b.id {
		return nil, b.otherKey(id)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "A stored secret is damaged.")
	}
	plain, err := b.aead.Open(nil, nil, raw, b.bound(context))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "A stored secret was changed, or moved here from another record.")
	}
	return plain, nil
}

// Derive makes a key of 32 bytes for another purpose. The same master and
// purpose give the same key; from it nobody learns any other.
func (b *Box) Derive(purpose string) []byte { return derive(b.master[:], purpose) }

// bound is the additional data: the head is in it, so that it cannot be
// exchanged either.
func (b *Box) bound(context string) []byte { return []byte(version + b.id + "." + context) }

// derive cannot fail: the hash is fixed and the length within its bounds.
func derive(master []byte, purpose string) []byte {
	key, _ := hkdf.Key(sha256.New, master, nil, "rsvpp "+purpose, 32)
	return key
}

// keyID names a key without telling anything about it.
func keyID(master []byte) string { return hex.EncodeToString(derive(master, "key id")[:4]) }
