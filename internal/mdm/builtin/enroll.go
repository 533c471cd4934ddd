package builtin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
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
	// CertSince is since when a device comes with the certificate that counts; zero for none.
	CertSince(ctx context.Context, device vpp.EnrollmentID) (time.Time, error)
	// IdentityEnds is when a device's certificate ends; zero for one that has none of ours.
	IdentityEnds(ctx context.Context, device vpp.EnrollmentID) (time.Time, error)
	// EndingIdentities counts enrolled devices whose certificate ends between two times.
	EndingIdentities(ctx context.Context, from, to time.Time) (vpp.EndingIdentities, error)
	// Tell keeps a notice to administrators, once for each key; one without a subject is none.
	Tell(ctx context.Context, n vpp.Notice) error
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

// IdentityEnds is when the certificate of a device ends; zero for one that has
// none of ours. From then on it is not known here.
func (s *Server) IdentityEnds(ctx context.Context, d vpp.Device) (time.Time, error) {
	if d.MDM != vpp.BuiltinMDM {
		return time.Time{}, nil
	}
	return s.store.IdentityEnds(ctx, d.Key)
}

// identityWarning is how long before its end a device's certificate is warned of.
const identityWarning = 60 * 24 * time.Hour

// warn tells administrators of the end of the push certificate (F-54) and of
// devices' certificates. Whether a warning was given is in its key.
func (s *Server) warn(ctx context.Context) error {
	now := s.config.Now()
	cert, err := s.store.PushCert(ctx)
	if err != nil {
		return err
	}
	ending, err := s.store.EndingIdentities(ctx, now, now.Add(identityWarning))
	if err != nil {
		return err
	}
	return errors.Join(s.store.Tell(ctx, cert.DueNotice(now)), s.store.Tell(ctx, ending.Notice()))
}
