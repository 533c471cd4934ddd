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
	"errors"
	"strings"
	"sync/atomic"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// MasterSize is the length of a master key in bytes.
const MasterSize = 32

// version begins everything sealed; the key's id follows, which tells which of
// several keys is meant.
const version = "v1."

// Box seals with one key and opens with several: while keys are changed, what
// the key before sealed still opens. It may be used by many goroutines at once.
type Box struct {
	ring atomic.Pointer[[]*key] // the first seals
	load func() (string, error) // the key file's text now, nil when it cannot change
}

// key is one master key and what is made of it.
type key struct {
	master [MasterSize]byte
	id     string
	aead   cipher.AEAD
}

// New makes a box of a master key of MasterSize bytes.
func New(master []byte) (*Box, error) {
	k, err := newKey(master)
	if err != nil {
		return nil, err
	}
	b := &Box{}
	b.ring.Store(&[]*key{k})
	return b, nil
}

// Open makes a box of a key file's text. Load reads the file again, when
// something turns up that was sealed with a key that is not known; it may be
// nil.
func Open(text string, load func() (string, error)) (*Box, error) {
	b := &Box{load: load}
	return b, b.Use(text)
}

// Use takes the keys of a key file from now on: the first seals, all open.
func (b *Box) Use(text string) error {
	masters, err := ParseMasters(text)
	if err != nil {
		return err
	}
	var ring []*key
	for _, m := range masters {
		k, err := newKey(m)
		if err != nil {
			return err
		}
		ring = append(ring, k)
	}
	b.ring.Store(&ring)
	return nil
}

func newKey(master []byte) (*key, error) {
	if err := checkSize(master); err != nil {
		return nil, err
	}
	k := &key{master: [MasterSize]byte(master), id: keyID(master)}
	block, err := aes.NewCipher(derive(master, "seal"))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The cipher cannot be made.")
	}
	if k.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The cipher cannot be made.")
	}
	return k, nil
}

// Keys names the keys of the box, the one that seals first.
func (b *Box) Keys() []string {
	var ids []string
	for _, k := range *b.ring.Load() {
		ids = append(ids, k.id)
	}
	return ids
}

// SealedWith begins everything that the key of a name has sealed.
func SealedWith(keyID string) string { return version + keyID + "." }

// Seal locks plain. The context says where the result is kept, record id and
// field: the same context is needed to open it.
func (b *Box) Seal(plain []byte, context string) (string, error) {
	if context == "" {
		return "", vpp.Errorf(vpp.Internal, "Something was to be sealed without saying where it belongs.")
	}
	k := (*b.ring.Load())[0]
	sealed := k.aead.Seal(nil, nil, plain, k.bound(context))
	return SealedWith(k.id) + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open unlocks what Seal locked in the same context. Its errors never hold
// anything of what was sealed.
func (b *Box) Open(sealed, context string) ([]byte, error) {
	rest, known := strings.CutPrefix(sealed, version)
	id, text, whole := strings.Cut(rest, ".")
	if !known || !whole {
		return nil, vpp.Errorf(vpp.Internal, "A stored secret is not in a form that this rsvpp knows.")
	}
	k, err := b.find(id)
	if err != nil {
		return nil, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "A stored secret is damaged.")
	}
	plain, err := k.aead.Open(nil, nil, raw, k.bound(context))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "A stored secret was changed, or moved here from another record.")
	}
	return plain, nil
}

// find finds a key by its name; one that is not known may be in the file by now.
func (b *Box) find(id string) (*key, error) {
	for try := 0; ; try++ {
		for _, k := range *b.ring.Load() {
			if k.id == id {
				return k, nil
			}
		}
		if try > 0 || b.load == nil || len(id) != idLength {
			return nil, b.otherKey(id)
		}
		if err := b.Reload(); err != nil {
			return nil, errors.Join(b.otherKey(id), err)
		}
	}
}

// Reload reads the key file again.
func (b *Box) Reload() error {
	if b.load == nil {
		return nil
	}
	text, err := b.load()
	if err != nil {
		return err
	}
	return b.Use(text)
}

// Derive makes a key of 32 bytes for another purpose, from the key that seals.
// The same master and purpose give the same key; from it nobody learns any
// other. It changes when keys are changed: keep it sealed where it must last.
func (b *Box) Derive(purpose string) []byte {
	return derive((*b.ring.Load())[0].master[:], purpose)
}

// bound is the additional data: the head is in it, so that it cannot be
// exchanged either.
func (k *key) bound(context string) []byte { return []byte(SealedWith(k.id) + context) }

// derive cannot fail: the hash is fixed and the length within its bounds.
func derive(master []byte, purpose string) []byte {
	key, _ := hkdf.Key(sha256.New, master, nil, "rsvpp "+purpose, 32)
	return key
}

const idLength = 8

// keyID names a key without telling anything about it.
func keyID(master []byte) string { return hex.EncodeToString(derive(master, "key id")[:4]) }
