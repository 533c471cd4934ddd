package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// Certificate says how good the server's certificate is.
type Certificate int

// The kinds of certificate.
const (
	Good             Certificate = iota // for the server's name, localhost and 127.0.0.1
	WrongName                           // for another name
	Expired                             // since yesterday
	UnknownAuthority                    // from another authority than the one CA() returns
)

// issue makes an authority and a certificate, and returns what a client is
// told to trust.
func issue(kind Certificate, name string, now time.Time) (tls.Certificate, []byte, error) {
	authority, err := newAuthority(now)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	pair, err := authority.certify(kind, name, now)
	if err == nil && kind == UnknownAuthority {
		authority, err = newAuthority(now)
	}
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return pair, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.certificate.Raw}), nil
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(now time.Time) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "mailtest authority " + rand.Text()[:6]},
		NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(raw)
	return authority{certificate: certificate, key: key}, err
}

func (a authority) certify(kind Certificate, name string, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-47 * time.Hour), NotAfter: now.Add(47 * time.Hour),
		DNSNames: []string{name, "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	switch kind {
	case WrongName:
		form.DNSNames, form.IPAddresses = []string{"elsewhere.example.test"}, nil
	case Expired:
		form.NotAfter = now.Add(-24 * time.Hour)
	}
	raw, err := x509.CreateCertificate(rand.Reader, form, a.certificate, &key.PublicKey, a.key)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, err
}
