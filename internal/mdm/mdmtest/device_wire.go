package mdmtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"github.com/micromdm/plist"
	"github.com/smallstep/pkcs7"
	"github.com/smallstep/scep"
	"github.com/smallstep/scep/x509util"
)

// StatusError is an answer other than 200.
type StatusError struct{ Status int }

// Error says which.
func (e *StatusError) Error() string { return fmt.Sprintf("the MDM server answered HTTP %d", e.Status) }

func (d *Device) checkIn(ctx context.Context, message map[string]any) error {
	_, err := d.put(ctx, CheckIn, message)
	return err
}

// insist checks in, a few times if the way is bad: what a server refuses is
// not said again.
func (d *Device) insist(ctx context.Context, message map[string]any) (err error) {
	for range 5 {
		if err = d.checkIn(ctx, message); err == nil || ctx.Err() != nil {
			return err
		}
		if _, refused := errors.AsType[*StatusError](err); refused {
			return err
		}
	}
	return err
}

// put sends a message as devices do: signed, because a proxy may stand before
// the server.
func (d *Device) put(ctx context.Context, contentType string, message any) ([]byte, error) {
	body, err := plist.Marshal(message)
	if err != nil {
		return nil, err
	}
	signature, err := d.sign(body)
	if err != nil {
		return nil, err
	}
	return d.send(ctx, contentType, body, signature)
}

func (d *Device) send(ctx context.Context, contentType string, body []byte, signature string) ([]byte, error) {
	url := d.profile.ServerURL
	if contentType == CheckIn && d.profile.CheckInURL != "" {
		url = d.profile.CheckInURL
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "MDM/1.0")
	if signature != "" {
		r.Header.Set("Mdm-Signature", signature)
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = &StatusError{answer.StatusCode}
	}
	return got, err
}

func (d *Device) sign(body []byte) (string, error) { return signed(body, d.cert, d.key) }

func signed(body []byte, cert *x509.Certificate, key *rsa.PrivateKey) (string, error) {
	data, err := pkcs7.NewSignedData(body)
	if err != nil {
		return "", err
	}
	data.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := data.AddSigner(cert, key, pkcs7.SignerInfoConfig{}); err != nil {
		return "", err
	}
	data.Detach()
	der, err := data.Finish()
	return base64.StdEncoding.EncodeToString(der), err
}

// certificate gets the device its certificate.
func (d *Device) certificate(ctx context.Context, certify func(*x509.CertificateRequest) (*x509.Certificate, error)) (*x509.Certificate, error) {
	if certify == nil {
		return d.bySCEP(ctx)
	}
	csr, err := d.request()
	if err != nil {
		return nil, err
	}
	return certify(csr)
}

func (d *Device) bySCEP(ctx context.Context) (*x509.Certificate, error) {
	asked, err := d.askSCEP(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := d.post(ctx, d.profile.ScepURL+"?operation=PKIOperation", "application/x-pki-message", asked)
	if err != nil {
		return nil, err
	}
	return d.heardSCEP(answer)
}

// askSCEP makes the request for a certificate.
func (d *Device) askSCEP(ctx context.Context) ([]byte, error) {
	raw, err := d.get(ctx, d.profile.ScepURL+"?operation=GetCACert")
	if err != nil {
		return nil, err
	}
	ca, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, err
	}
	csr, err := d.request()
	if err != nil {
		return nil, err
	}
	asked, err := scep.NewCSRRequest(csr, &scep.PKIMessage{MessageType: scep.PKCSReq, Recipients: []*x509.Certificate{ca}, SignerKey: d.key, SignerCert: d.self})
	if err != nil {
		return nil, err
	}
	return asked.Raw, nil
}

// heardSCEP takes the certificate out of the answer.
func (d *Device) heardSCEP(answer []byte) (*x509.Certificate, error) {
	said, err := scep.ParsePKIMessage(answer)
	if err != nil {
		return nil, err
	}
	if said.PKIStatus != scep.SUCCESS {
		return nil, errors.New("no certificate: " + said.FailInfo.String())
	}
	if err := said.DecryptPKIEnvelope(d.self, d.key); err != nil {
		return nil, err
	}
	return said.Certificate, nil
}

func (d *Device) request() (*x509.CertificateRequest, error) {
	template := &x509util.CertificateRequest{
		CertificateRequest: x509.CertificateRequest{Subject: pkix.Name{CommonName: d.Name}, SignatureAlgorithm: x509.SHA256WithRSA},
		ChallengePassword:  d.profile.Challenge,
	}
	der, err := x509util.CreateCertificateRequest(rand.Reader, template, d.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificateRequest(der)
}

// ownCertificate is what a device shows at SCEP before it has another.
func ownCertificate(key *rsa.PrivateKey) (*x509.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pretend device"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func (d *Device) get(ctx context.Context, url string) ([]byte, error) {
	return d.ask(ctx, http.MethodGet, url, "", nil)
}

func (d *Device) post(ctx context.Context, url, contentType string, body []byte) ([]byte, error) {
	return d.ask(ctx, http.MethodPost, url, contentType, body)
}

func (d *Device) ask(ctx context.Context, method, url, contentType string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	answer, err := d.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = &StatusError{answer.StatusCode}
	}
	return got, err
}
