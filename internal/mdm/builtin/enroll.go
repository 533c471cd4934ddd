package builtin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// enrolling is what enrollment keeps.
type enrolling interface {
	// Authority reads the sealed authority, nothing when there is none yet.
	Authority(ctx context.Context) (cert, key []byte, err error)
	// KeepAuthority keeps it unless there is one, and returns the one that counts.
	KeepAuthority(ctx context.Context, cert, key []byte) ([]byte, []byte, error)
	// AddChallenge keeps a challenge and who made it; vpp.NotFound when its person is gone.
	AddChallenge(ctx context.Context, by vpp.Actor, c vpp.Challenge) error
	// UseChallenge spends a challenge for a device's public key, once; the same
	// key may ask again, whose answer was lost. vpp.Denied says no.
	UseChallenge(ctx context.Context, hash, publicKey string, at time.Time) (vpp.Challenge, error)
	AddIdentity(ctx context.Context, i vpp.Identity) error
	// IdentityOwner is whose profile brought a certificate, "" for nobody's.
	IdentityOwner(ctx context.Context, sha256 string) (vpp.UserID, error)
	ForgetChallenges(ctx context.Context, before time.Time) error
}

// NewProfile makes an enrollment profile for a person's device, or for
// nobody's. It can enroll one device, until its time is over.
func (s *Server) NewProfile(ctx context.Context, by vpp.Actor, person vpp.UserID) ([]byte, error) {
	topic, err := s.Topic(ctx)
	if err != nil {
		return nil, err
	}
	ca, err := s.authority(ctx, true)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 24)
	if _, err := io.ReadFull(s.config.Random, secret); err != nil {
		return nil, err
	}
	challenge, now := base64.RawURLEncoding.EncodeToString(secret), s.config.Now()
	err = s.store.AddChallenge(ctx, by, vpp.Challenge{
		Hash: hashOf(challenge), UserID: person, CreatedBy: by.Name, CreatedAt: now, ExpiresAt: now.Add(s.config.ChallengeFor),
	})
	if err != nil {
		return nil, err
	}
	return s.profile(ca, s.config.Name(ctx), topic, challenge)
}

func hashOf(challenge string) string {
	sum := sha256.Sum256([]byte(challenge))
	return hex.EncodeToString(sum[:])
}
