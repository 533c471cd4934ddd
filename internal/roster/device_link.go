package roster

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// LinkStore knows people, and writes down who was given a link.
type LinkStore interface {
	User(ctx context.Context, id vpp.UserID) (vpp.User, error)
	Note(ctx context.Context, by vpp.Actor, action, object, summary string) error
}

// Links makes links by which people bring devices of theirs along, before any
// invitation. A link proves itself; nothing of it is kept.
type Links struct {
	store LinkStore
	url   string // of this server
	key   []byte
	life  time.Duration
	now   vpp.Clock
}

// NewLinks makes it. Links work for so long.
func NewLinks(store LinkStore, url string, key []byte, life time.Duration, now vpp.Clock) *Links {
	return &Links{store, url, key, life, now}
}

// EnrollLink makes a link for a person's devices, which is on record.
func (l *Links) EnrollLink(ctx context.Context, by vpp.Actor, person vpp.UserID) (url string, until time.Time, err error) {
	u, err := l.store.User(ctx, person)
	if err != nil {
		return "", until, err
	}
	until = l.now().Add(l.life).Truncate(time.Second)
	if err := l.store.Note(ctx, by, "device.link", "user:"+string(person), "A link to enroll devices was made for "+u.FullName+"."); err != nil {
		return "", until, err
	}
	return l.url + "/enroll/" + l.token(person, until), until, nil
}

// enrollMark begins the tokens of these links; no other token holds a dot.
const enrollMark = "d."

func (l *Links) token(person vpp.UserID, until time.Time) string {
	said := binary.BigEndian.AppendUint64(nil, uint64(until.Unix())) //nolint:gosec // times of this age are positive
	said = append(said, person...)
	return spelled(append(l.proof(said), said...))
}

func spelled(raw []byte) string { return enrollMark + base64.RawURLEncoding.EncodeToString(raw) }

const proofSize = 16

func (l *Links) proof(said []byte) []byte {
	mac := hmac.New(sha256.New, l.key)
	mac.Write(said)
	return mac.Sum(nil)[:proofSize]
}

// Ours says whether a token has the form of these links.
func (l *Links) Ours(token string) bool { return strings.HasPrefix(token, enrollMark) }

// Guest returns the person of a link, while it works. One that says the same
// in another spelling, with line breaks within or without its mark, is none.
func (l *Links) Guest(ctx context.Context, token string) (vpp.User, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, enrollMark))
	if err != nil || spelled(raw) != token || len(raw) <= proofSize+8 || !hmac.Equal(raw[:proofSize], l.proof(raw[proofSize:])) {
		return vpp.User{}, vpp.Errorf(vpp.NotFound, "This link does not work: copy it whole, or ask for a new one.")
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(raw[proofSize:])), 0) //nolint:gosec // we wrote it
	if !l.now().Before(until) {
		return vpp.User{}, vpp.Errorf(vpp.Denied, "This link worked until %s: ask the people who gave it to you for a new one.", until.UTC().Format("2 January 2006"))
	}
	u, err := l.store.User(ctx, vpp.UserID(raw[proofSize+8:]))
	if vpp.KindOf(err) == vpp.NotFound {
		return u, vpp.Errorf(vpp.NotFound, "This link does not work any more.")
	}
	return u, err
}
