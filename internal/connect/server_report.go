package connect

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Reported takes what a server reports. A wrong secret is vpp.Denied; with the
// right one a wrong signature, and a body that cannot be read, is vpp.Invalid:
// the secret stays a right one, or who read it somewhere could have the server
// turned away.
func (s *Service) Reported(ctx context.Context, id vpp.MDMID, secret, signature string, body []byte) error {
	m, sealed, err := s.store.MDMServer(ctx, id)
	if vpp.KindOf(err) == vpp.NotFound {
		return errNotTheirs
	}
	if err != nil {
		return err
	}
	h, err := s.hook(id, sealed)
	if err != nil {
		return err
	}
	if h.Path == "" || subtle.ConstantTimeCompare([]byte(h.Path), []byte(secret)) != 1 {
		return errNotTheirs
	}
	if m.Signed && !signed(h.Sign, signature, body) {
		return vpp.Errorf(vpp.Invalid, "The report is not signed as agreed.")
	}
	server, err := s.speaker(m, sealed)
	if err != nil {
		return err
	}
	return server.Report(ctx, s.told, body)
}

var errNotTheirs = vpp.Errorf(vpp.Denied, "This is no report of a connected MDM server.")

// signed compares a signature as NanoMDM makes it.
func signed(key, signature string, body []byte) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || key == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return hmac.Equal(mac.Sum(nil), got)
}
