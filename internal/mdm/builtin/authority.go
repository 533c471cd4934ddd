package builtin

import (
	"context"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the subject key id is no secret and no signature
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	authorityLife = 20 * 365 * 24 * time.Hour
	// A device whose certificate runs out is lost until it enrolls anew, and a
	// certificate can be refused any day here: it is pinned to its device.
	identityLife = 5 * 365 * 24 * time.Hour
)

// authority issues the certificates by which devices show who they are.
type authority struct {
	cert   *x509.Certificate
	roots  *x509.CertPool  // cert alone
	key    *rsa.PrivateKey // SCEP knows RSA alone
	random io.Reader
	now    vpp.Clock
}

// authority returns the authority, read once. It is made when the first
// profile asks for it, and kept sealed; of several servers that make one at
// once, the first one's counts. Without make it may be nil: nobody enrolled yet.
func (s *Server) authority(ctx context.Context, create bool) (*authority, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ca != nil {
		return s.ca, nil
	}
	cert, key, err := s.store.Authority(ctx)
	if err != nil || len(cert) == 0 && !create {
		return nil, err
	}
	if len(cert) == 0 {
		if cert, key, err = newAuthority(s.config.Random, s.config.Now()); err != nil {
			return nil, err
		}
		if cert, key, err = s.store.KeepAuthority(ctx, cert, key); err != nil {
			return nil, err
		}
	}
	a := &authority{random: s.config.Random, now: s.config.Now}
	if a.cert, err = x509.ParseCertificate(cert); err != nil {
		return nil, err
	}
	a.roots = x509.NewCertPool()
	a.roots.AddCert(a.cert)
	if a.key, err = x509.ParsePKCS1PrivateKey(key); err == nil {
		s.ca = a
	}
	return a, err
}

// ours believes certificates that our authority issued to devices.
type ours struct{ *Server }

// Verify implements NanoMDM's CertVerifier.
func (o ours) Verify(ctx context.Context, cert *x509.Certificate) error {
	if cert == nil {
		return vpp.Errorf(vpp.Denied, "The message is not signed.")
	}
	a, err := o.authority(ctx, false)
	if err != nil {
		return err
	}
	if a == nil {
		return vpp.Errorf(vpp.Denied, "No device is enrolled here.")
	}
	now, sum := o.config.Now(), sha256.Sum256(cert.Raw)
	if _, known := o.verified.Load(sum); known && !now.Before(cert.NotBefore) && !now.After(cert.NotAfter) {
		return nil // its chain holds as long as it does: checking it again is the dearest part of a message
	}
	_, err = cert.Verify(x509.VerifyOptions{Roots: a.roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, CurrentTime: now})
	if err == nil {
		o.verified.Store(sum, nil)
	}
	return err
}

func newAuthority(random io.Reader, now time.Time) (cert, key []byte, err error) {
	private, err := rsa.GenerateKey(random, 3072)
	if err != nil {
		return nil, nil, err
	}
	serial, err := newSerial(random)
	if err != nil {
		return nil, nil, err
	}
	id := sha1.Sum(x509.MarshalPKCS1PublicKey(&private.PublicKey)) //nolint:gosec // see the import
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "rsvpp device authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, SubjectKeyId: id[:],
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	cert, err = x509.CreateCertificate(random, template, template, private.Public(), private)
	return cert, x509.MarshalPKCS1PrivateKey(private), err
}

// acceptable refuses requests that no certificate is issued for.
func acceptable(csr *x509.CertificateRequest) error {
	if err := csr.CheckSignature(); err != nil {
		return vpp.Wrap(vpp.Invalid, err, "The request for a certificate is not signed with its key.")
	}
	if public, ok := csr.PublicKey.(*rsa.PublicKey); !ok || public.N.BitLen() < 2048 {
		return vpp.Errorf(vpp.Invalid, "The device's key is no RSA key of 2048 bits or more.")
	}
	return nil
}

// issue signs a device's request that is acceptable. What the request says of
// itself is not believed: its name is ours.
func (a *authority) issue(csr *x509.CertificateRequest, name string) (*x509.Certificate, error) {
	serial, err := newSerial(a.random)
	if err != nil {
		return nil, err
	}
	now := a.now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-10 * time.Minute), NotAfter: now.Add(identityLife),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(a.random, template, a.cert, csr.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func newSerial(random io.Reader) (*big.Int, error) {
	bytes := make([]byte, 16)
	if _, err := io.ReadFull(random, bytes); err != nil {
		return nil, err
	}
	bytes[0] &= 0x7f
	return new(big.Int).SetBytes(bytes), nil
}
