package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"slices"
	"strconv"

	"github.com/micromdm/nanomdm/cryptoutil"
	"github.com/micromdm/nanomdm/mdm"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func pushKeyContext(topic string) string { return "mdm:push-key:" + topic }

// RetrievePushInfo reads how channels are woken. Those that are not enrolled,
// or whose push token Apple called dead, are left out.
func (m *MDM) RetrievePushInfo(ctx context.Context, ids []string) (map[string]*mdm.Push, error) {
	type channel struct{ id, topic, magic, token string }
	scan := func(s scanner) (c channel, err error) { err = s.Scan(&c.id, &c.topic, &c.magic, &c.token); return }
	found := make(map[string]*mdm.Push, len(ids))
	for some := range slices.Chunk(ids, 500) {
		list, err := all(ctx, m.db, scan, `SELECT id, topic, push_magic, push_token FROM mdm_channels
			WHERE enabled AND push_token <> '' AND push_dead_at = 0 AND id IN (`+marks(1, len(some))+")", anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			p := &mdm.Push{Topic: c.topic, PushMagic: c.magic}
			if err := p.SetTokenString(c.token); err != nil {
				return nil, err
			}
			found[c.id] = p
		}
	}
	return found, nil
}

// RetrievePushCert reads the push certificate of a topic, and a mark that
// tells whether it was replaced since.
func (m *MDM) RetrievePushCert(ctx context.Context, topic string) (*tls.Certificate, string, error) {
	type kept struct {
		cert, key string
		revision  int
	}
	scan := func(s scanner) (k kept, err error) { err = s.Scan(&k.cert, &k.key, &k.revision); return }
	k, err := one(ctx, m.db, scan, "SELECT cert, key_sealed, revision FROM mdm_push_certs WHERE topic = $1", topic)
	if err != nil {
		return nil, "", missing(err, "There is no push certificate for these devices: upload it under Settings.")
	}
	key, err := m.open(k.key, pushKeyContext(topic))
	if err != nil {
		return nil, "", err
	}
	pair, err := tls.X509KeyPair([]byte(k.cert), key)
	return &pair, strconv.Itoa(k.revision), err
}

// IsPushCertStale says whether the certificate was replaced since the mark.
func (m *MDM) IsPushCertStale(ctx context.Context, topic, mark string) (bool, error) {
	n, err := one(ctx, m.db, scanInt, "SELECT revision FROM mdm_push_certs WHERE topic = $1", topic)
	return strconv.Itoa(n) != mark, err
}

// StorePushCert keeps a push certificate under the topic that it names.
func (m *MDM) StorePushCert(ctx context.Context, cert, key []byte) error {
	return m.keepPushCert(ctx, vpp.Server, cert, key, nil)
}

// KeepPushCert keeps a push certificate under the topic that it names, and
// writes down who brought it. While devices listen to another topic it is
// vpp.Conflict. With another topic, profiles that were made before and not
// used yet are void: they name the old one.
func (m *MDM) KeepPushCert(ctx context.Context, by vpp.Actor, cert, key []byte) error {
	return m.keepPushCert(ctx, by, cert, key, func(t tx, topic string) error {
		_, err := one(ctx, t, scanInt, "SELECT 1 FROM mdm_channels WHERE enabled AND topic <> $1 LIMIT 1", topic)
		if err == nil {
			return vpp.Errorf(vpp.Conflict, "Devices that are enrolled listen to another topic.")
		}
		if vpp.KindOf(err) != vpp.NotFound {
			return err
		}
		_, err = t.Exec(ctx, "DELETE FROM mdm_challenges WHERE used_at = 0 AND EXISTS (SELECT 1 FROM mdm_push_certs WHERE topic <> $1)", topic)
		return err
	})
}

func (m *MDM) keepPushCert(ctx context.Context, by vpp.Actor, cert, key []byte, first func(t tx, topic string) error) error {
	topic, err := cryptoutil.TopicFromPEMCert(cert)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return err
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return err
	}
	sealed, err := m.seal(key, pushKeyContext(topic))
	if err != nil {
		return err
	}
	return m.db.inTx(ctx, func(t tx) error {
		if first != nil {
			if err := first(t, topic); err != nil {
				return err
			}
		}
		_, err := t.Exec(ctx, `INSERT INTO mdm_push_certs (topic, cert, key_sealed, revision, not_after, added_at) VALUES ($1, $2, $3, 1, $4, $5)
			ON CONFLICT (topic) DO UPDATE SET cert = EXCLUDED.cert, key_sealed = EXCLUDED.key_sealed, revision = mdm_push_certs.revision + 1,
				not_after = EXCLUDED.not_after, added_at = EXCLUDED.added_at, problem = '', problem_at = 0`,
			topic, string(cert), sealed, ms(leaf.NotAfter), ms(m.db.now()))
		if err != nil {
			return err
		}
		return m.db.insertEntry(ctx, t, by, "mdm.push_cert", "mdm:builtin", "The push certificate was uploaded. It expires on "+leaf.NotAfter.Format("2 January 2006")+".",
			nil, map[string]any{"topic": topic, "not_after": leaf.NotAfter})
	})
}
