package applesim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// mint makes every identifier by encrypting what it stands for: opaque to clients, found again without an index.
type mint struct {
	key   []byte
	block cipher.Block
}

// purpose is what an identifier stands for; a foreign or invented one decrypts to none of them.
type purpose uint32

const (
	forCode purpose = 0x1c0de000 + iota
	forEvent
	forVersion
	forNote
	forUnit
	forToken
	forAssets
	forAssignments
)

func newKey(seed uint64) ([]byte, error) {
	if seed != 0 {
		sum := sha256.Sum256(fmt.Appendf(nil, "pretend apple %d", seed))
		return sum[:16], nil
	}
	key := make([]byte, 16)
	_, err := rand.Read(key)
	return key, err
}

func newMint(key []byte) (mint, error) {
	block, err := aes.NewCipher(key)
	return mint{key: key, block: block}, err
}

func (m mint) seal(p purpose, a uint32, b uint64) (out [16]byte) {
	var in [16]byte
	binary.BigEndian.PutUint32(in[0:], uint32(p))
	binary.BigEndian.PutUint32(in[4:], a)
	binary.BigEndian.PutUint64(in[8:], b)
	m.block.Encrypt(out[:], in[:])
	return out
}

func (m mint) open(p purpose, in [16]byte) (a uint32, b uint64, ok bool) {
	var out [16]byte
	m.block.Decrypt(out[:], in[:])
	ok = binary.BigEndian.Uint32(out[0:]) == uint32(p)
	return binary.BigEndian.Uint32(out[4:]), binary.BigEndian.Uint64(out[8:]), ok
}

// code is the invite code of a record: 32 lower-case hex digits.
func (m mint) code(location uint32, record int32, rotation uint16) [16]byte {
	return m.seal(forCode, location, uint64(rotation)<<32|uint64(uint32(record)))
}

func (m mint) openCode(code string) (location uint32, record int32, rotation uint16, ok bool) {
	var in [16]byte
	if len(code) != 32 || strings.ToLower(code) != code {
		return 0, 0, 0, false
	}
	if _, err := hex.Decode(in[:], []byte(code)); err != nil {
		return 0, 0, 0, false
	}
	location, b, ok := m.open(forCode, in)
	return location, int32(uint32(b)), uint16(b >> 32), ok
}

// uuid writes an identifier in the shape of Apple's samples.
func (m mint) uuid(p purpose, a uint32, b uint64) string {
	id := m.seal(p, a, b)
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[0:4], id[4:6], id[6:8], id[8:10], id[10:16])
}

func (m mint) openUUID(p purpose, text string) (a uint32, b uint64, ok bool) {
	var in [16]byte
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return 0, 0, false
	}
	if n, err := hex.Decode(in[:], []byte(strings.ReplaceAll(text, "-", ""))); err != nil || n != 16 {
		return 0, 0, false
	}
	return m.open(p, in)
}

// promise writes a value as opaque text that a client keeps and hands back; it can not be forged or changed.
func (m mint) promise(kind string, v any) string {
	text, _ := json.Marshal(v) // numbers only: cannot fail
	return base64.StdEncoding.EncodeToString(append(m.stamp(kind, text), text...))
}

// keep reads a promise, if it was made here and of that kind.
func (m mint) keep(kind, text string, into any) bool {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < stampSize || !hmac.Equal(raw[:stampSize], m.stamp(kind, raw[stampSize:])) {
		return false
	}
	return json.Unmarshal(raw[stampSize:], into) == nil
}

const stampSize = 16

func (m mint) stamp(kind string, text []byte) []byte {
	mac := hmac.New(sha256.New, m.key)
	mac.Write([]byte(kind + "\x00"))
	mac.Write(text)
	return mac.Sum(nil)[:stampSize]
}

// uid is a location's sixteen digits.
func (m mint) uid(n uint32) string {
	id := m.seal(forUnit, n, 0)
	return strconv.FormatUint(1e15+binary.BigEndian.Uint64(id[:])%9e15, 10)
}

// hash identifies an Apple Account within a store: equal for the same account, never reversible.
func (m mint) hash(country, account string) (out [20]byte) {
	mac := hmac.New(sha1.New, m.key)
	mac.Write([]byte(country + "\x00" + strings.ToLower(account)))
	copy(out[:], mac.Sum(nil))
	return out
}
