package store

import (
	"context"
	"strings"
	"time"

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

// pin is the certificate that a channel came with at a time.
type pin struct {
	sha256 string
	read   time.Time
}

// counts is which of a channel's certificates is its own: the one that it
// enrolled with last. Those before are known, so that nobody comes with them
// under another name, and good for nothing.
const counts = "NOT EXISTS (SELECT 1 FROM mdm_cert_hashes newer WHERE newer.channel_id = mdm_cert_hashes.channel_id AND newer.at > mdm_cert_hashes.at)"

// IsCertHashAssociated says whether the channel comes with this certificate.
// The answer is believed for a while: another node may have enrolled the
// device anew.
func (m *MDM) IsCertHashAssociated(r *mdm.Request, hash string) (bool, error) {
	hash = strings.ToLower(hash)
	now := m.db.now()
	if kept, ok := m.pinned.Load(r.ID); ok && kept.(pin).sha256 == hash && now.Sub(kept.(pin).read) < seenEvery {
		return true, nil
	}
	is, err := m.has(r.Context(), "channel_id = $1 AND sha256 = $2 AND "+counts, r.ID, hash)
	if is {
		m.pinned.Store(r.ID, pin{hash, now})
	}
	return is, err
}

// AssociateCertHash notes with which certificate a channel comes from now on.
func (m *MDM) AssociateCertHash(r *mdm.Request, hash string) error {
	m.pinned.Delete(r.ID)
	_, err := m.db.Exec(r.Context(), `INSERT INTO mdm_cert_hashes (channel_id, sha256, at) VALUES ($1, $2, $3)
		ON CONFLICT (channel_id, sha256) DO UPDATE SET at = EXCLUDED.at`, r.ID, strings.ToLower(hash), ms(m.db.now()))
	return err
}

// CertSince is since when a device comes with the certificate that counts;
// zero for a device without one.
func (m *MDM) CertSince(ctx context.Context, device vpp.EnrollmentID) (time.Time, error) {
	scan := func(s scanner) (at time.Time, err error) { err = s.Scan(timeAt{&at}); return }
	return one(ctx, m.db, scan, "SELECT COALESCE(MAX(at), 0) FROM mdm_cert_hashes WHERE channel_id = $1", device)
}

// EnrollmentFromHash names the channel that came with a certificate, "" for none.
func (m *MDM) EnrollmentFromHash(ctx context.Context, hash string) (string, error) {
	id, err := one(ctx, m.db, scanString, "SELECT channel_id FROM mdm_cert_hashes WHERE sha256 = $1 ORDER BY at DESC LIMIT 1", strings.ToLower(hash))
	if vpp.KindOf(err) == vpp.NotFound {
		return "", nil
	}
	return id, err
}
