package store

import (
	"context"
	"strings"

	"github.com/micromdm/nanomdm/mdm"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (m *MDM) has(ctx context.Context, where string, args ...any) (bool, error) {
	_, err := one(ctx, m.db, scanInt, "SELECT 1 FROM mdm_cert_hashes WHERE "+where+" LIMIT 1", args...)
	if vpp.KindOf(err) == vpp.NotFound {
		return false, nil
	}
	return err == nil, err
}

// HasCertHash says whether anybody came with the certificate.
func (m *MDM) HasCertHash(r *mdm.Request, hash string) (bool, error) {
	return m.has(r.Context(), "sha256 = $1", strings.ToLower(hash))
}

// EnrollmentHasCertHash says whether the channel came with any certificate.
func (m *MDM) EnrollmentHasCertHash(r *mdm.Request, _ string) (bool, error) {
	return m.has(r.Context(), "channel_id = $1", r.ID)
}

// pin is a channel with a certificate that it came with.
type pin struct{ channel, sha256 string }

// IsCertHashAssociated says whether the channel came with this certificate.
// What was true once stays true: no association is ever taken back.
func (m *MDM) IsCertHashAssociated(r *mdm.Request, hash string) (bool, error) {
	p := pin{r.ID, strings.ToLower(hash)}
	if _, known := m.pinned.Load(p); known {
		return true, nil
	}
	is, err := m.has(r.Context(), "channel_id = $1 AND sha256 = $2", p.channel, p.sha256)
	if is {
		m.pinned.Store(p, nil)
	}
	return is, err
}

// AssociateCertHash notes with which certificate a channel comes.
func (m *MDM) AssociateCertHash(r *mdm.Request, hash string) error {
	_, err := m.db.Exec(r.Context(), `INSERT INTO mdm_cert_hashes (channel_id, sha256, at) VALUES ($1, $2, $3)
		ON CONFLICT (channel_id, sha256) DO UPDATE SET at = EXCLUDED.at`, r.ID, strings.ToLower(hash), ms(m.db.now()))
	return err
}

// EnrollmentFromHash names the channel that came with a certificate, "" for none.
func (m *MDM) EnrollmentFromHash(ctx context.Context, hash string) (string, error) {
	id, err := one(ctx, m.db, scanString, "SELECT channel_id FROM mdm_cert_hashes WHERE sha256 = $1 ORDER BY at DESC LIMIT 1", strings.ToLower(hash))
	if vpp.KindOf(err) == vpp.NotFound {
		return "", nil
	}
	return id, err
}
