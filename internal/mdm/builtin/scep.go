package builtin

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/micromdm/nanomdm/service/certauth"
	"github.com/smallstep/pkcs7"
	"github.com/smallstep/scep"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const largestRequest = 64 << 10 // of a certificate

// capabilities are what iOS and macOS look for.
const capabilities = "AES\nPOSTPKIOperation\nSHA-256\nSHA-512\nSCEPStandard\n"

// asPromised makes answers go out as the capabilities say. The library knows
// one cipher and one digest for all of the process, and begins with DES and
// SHA-1. "AES" is that of 128 bits with CBC (RFC 8894, 3.5.2).
var asPromised = sync.OnceValue(func() error {
	pkcs7.ContentEncryptionAlgorithm = pkcs7.EncryptionAlgorithmAES128CBC
	return pkcs7.SetDefaultDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
})

// SCEP gives devices their certificates, one for each challenge.
// https://www.rfc-editor.org/rfc/rfc8894
func (s *Server) SCEP() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer func() { // the parser meets strangers' bytes before anybody is known
			if recover() != nil {
				http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			}
		}()
		if asPromised() != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		ca, err := s.authority(r.Context(), false) // a profile made it; strangers make none
		if err == nil && ca == nil {
			http.NotFound(w, r)
			return
		}
		if err != nil {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		switch r.URL.Query().Get("operation") {
		case "GetCACaps":
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, capabilities)
		case "GetCACert":
			w.Header().Set("Content-Type", "application/x-x509-ca-cert")
			_, _ = w.Write(ca.cert.Raw)
		case "PKIOperation":
			s.operation(w, r, ca)
		default:
			http.Error(w, "SCEP: unknown operation", http.StatusBadRequest)
		}
	}
}

func (s *Server) operation(w http.ResponseWriter, r *http.Request, ca *authority) {
	body, err := message(w, r)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	answer, err := s.certify(r.Context(), ca, body)
	if err != nil {
		s.config.Logger.WarnContext(r.Context(), "a device got no certificate", "err", err)
		status := http.StatusBadRequest
		if _, is := errors.AsType[*laterError](err); is {
			status = http.StatusServiceUnavailable
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "application/x-pki-message")
	_, _ = w.Write(answer)
}

func message(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method == http.MethodGet {
		// Some clients leave the + of base64 as it is, which reads as a space.
		return base64.StdEncoding.DecodeString(strings.ReplaceAll(r.URL.Query().Get("message"), " ", "+"))
	}
	return io.ReadAll(http.MaxBytesReader(w, r.Body, largestRequest))
}

// laterError is what is no fault of the device's: the same request may do
// better. A refusal in SCEP's words would be the end of its enrollment.
type laterError struct{ error }

func (e *laterError) Unwrap() error { return e.error }

// certify answers a request for a certificate, with a refusal in SCEP's words
// where the challenge is no good.
func (s *Server) certify(ctx context.Context, ca *authority, body []byte) ([]byte, error) {
	m, err := scep.ParsePKIMessage(body)
	if err != nil {
		return nil, err
	}
	if err := m.DecryptPKIEnvelope(ca.cert, ca.key); err != nil {
		return nil, err
	}
	cert, err := s.identify(ctx, ca, m.CSRReqMessage)
	if kind := vpp.KindOf(err); err != nil && kind != vpp.Denied && kind != vpp.Invalid {
		return nil, &laterError{err}
	}
	if err != nil {
		s.config.Logger.WarnContext(ctx, "a certificate was refused", "err", err)
		no, err := m.Fail(ca.cert, ca.key, scep.BadRequest)
		if err != nil {
			return nil, err
		}
		return no.Raw, nil
	}
	yes, err := m.Success(ca.cert, ca.key, cert)
	if err != nil {
		return nil, err
	}
	return yes.Raw, nil
}

// identify spends the challenge and issues the certificate.
func (s *Server) identify(ctx context.Context, ca *authority, request *scep.CSRReqMessage) (*x509.Certificate, error) {
	if request == nil || request.CSR == nil || request.ChallengePassword == "" {
		return nil, vpp.Errorf(vpp.Denied, "The request has no challenge.")
	}
	if err := acceptable(request.CSR); err != nil {
		return nil, err
	}
	key := sha256.Sum256(request.CSR.RawSubjectPublicKeyInfo)
	c, err := s.store.UseChallenge(ctx, hashOf(request.ChallengePassword), hex.EncodeToString(key[:]), s.config.Now())
	if err != nil {
		return nil, err
	}
	cert, err := ca.issue(request.CSR, "rsvpp device "+s.config.IDs())
	if err != nil {
		return nil, err
	}
	return cert, s.store.AddIdentity(ctx, vpp.Identity{
		SHA256: certauth.HashCert(cert), Serial: cert.SerialNumber.Text(16), UserID: c.UserID, IssuedAt: s.config.Now(), NotAfter: cert.NotAfter,
	})
}
