package builtin

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"strings"

	"github.com/micromdm/nanomdm/cryptoutil"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// PushCertStore keeps push certificates.
type PushCertStore interface {
	// PushCert reads the one that counts; its zero value when there is none.
	PushCert(ctx context.Context) (vpp.PushCert, error)
	// KeepPushCert keeps a new or renewed one, with its line in the history;
	// vpp.Conflict while devices listen to another topic.
	KeepPushCert(ctx context.Context, by vpp.Actor, cert, key []byte) error
}

// Topic is what devices subscribe to: it must never change.
func (s *Server) Topic(ctx context.Context) (string, error) {
	c, err := s.store.PushCert(ctx)
	if err == nil && c.Topic == "" {
		err = vpp.Errorf(vpp.Conflict, "There is no push certificate yet: upload it under Settings, MDM. Without it no device can enroll.")
	}
	return c.Topic, err
}

// PushCert returns the push certificate that is in use.
func (s *Server) PushCert(ctx context.Context) (vpp.PushCert, error) { return s.store.PushCert(ctx) }

// SetPushCert takes a new or renewed push certificate with its key, as PEM. One
// of another topic is refused while devices depend on the present one.
func (s *Server) SetPushCert(ctx context.Context, by vpp.Actor, cert, key []byte) (vpp.PushCert, error) {
	now, err := s.readPushCert(cert, key)
	if err != nil {
		return vpp.PushCert{}, err
	}
	was, err := s.store.PushCert(ctx)
	if err != nil {
		return vpp.PushCert{}, err
	}
	err = s.store.KeepPushCert(ctx, by, cert, key)
	if vpp.KindOf(err) == vpp.Conflict {
		return was, invalid("The certificate is for the topic %s, but every device that is enrolled listens to %s: with this one all of them would have to enroll anew. Renew the present certificate at identity.apple.com/pushcert, with the Apple Account that made it.", now.Topic, was.Topic)
	}
	if err != nil {
		return vpp.PushCert{}, err
	}
	return s.store.PushCert(ctx)
}

func (s *Server) readPushCert(cert, key []byte) (vpp.PushCert, error) {
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return vpp.PushCert{}, invalid("These are not a certificate and its key as PEM text, or they do not belong together. The key is the one that the signing request was made with, without a passphrase.")
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return vpp.PushCert{}, invalid("The certificate cannot be read.")
	}
	topic, err := cryptoutil.TopicFromPEMCert(cert)
	if err != nil || !strings.HasPrefix(topic, "com.apple.mgmt.") {
		return vpp.PushCert{}, invalid("This is no MDM push certificate: its name has no topic that begins with com.apple.mgmt.")
	}
	if !s.config.Now().Before(leaf.NotAfter) {
		return vpp.PushCert{}, invalid("The push certificate expired on %s: renew it at identity.apple.com/pushcert.", leaf.NotAfter.Format("2 January 2006"))
	}
	return vpp.PushCert{Topic: topic, NotAfter: leaf.NotAfter}, nil
}

func invalid(format string, args ...any) *vpp.Error {
	e := vpp.Errorf(vpp.Invalid, format, args...)
	e.Field = "certificate"
	return e
}
