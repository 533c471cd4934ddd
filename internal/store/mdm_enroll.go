package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	// AuthoritySetting is where the authority is kept; its Key is sealed for AuthorityContext.
	AuthoritySetting = "mdm.authority"
	// AuthorityContext is what the authority's key is sealed for.
	AuthorityContext = "setting:mdm:authority"
)

// authorityKept is the device authority as it is kept: its key sealed.
type authorityKept struct {
	Cert []byte
	Key  string
}

// Authority reads the device authority, nothing when there is none yet.
func (m *MDM) Authority(ctx context.Context) (cert, key []byte, err error) {
	text, err := one(ctx, m.db, scanString, "SELECT value FROM settings WHERE name = $1", AuthoritySetting)
	if vpp.KindOf(err) == vpp.NotFound {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var kept authorityKept
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, nil, err
	}
	key, err = m.open(kept.Key, AuthorityContext)
	return kept.Cert, key, err
}

// KeepAuthority keeps an authority unless there is one, and returns the one
// that counts.
func (m *MDM) KeepAuthority(ctx context.Context, cert, key []byte) ([]byte, []byte, error) {
	sealed, err := m.seal(key, AuthorityContext)
	if err != nil {
		return nil, nil, err
	}
	text, err := json.Marshal(authorityKept{cert, sealed})
	if err != nil {
		return nil, nil, err
	}
	_, err = m.db.Exec(ctx, "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
		AuthoritySetting, string(text), ms(m.db.now()))
	if err != nil {
		return nil, nil, err
	}
	return m.Authority(ctx)
}

// AddChallenge keeps a challenge that a profile carries, and writes down for
// whom the profile is.
func (m *MDM) AddChallenge(ctx context.Context, by vpp.Actor, c vpp.Challenge) error {
	return m.db.inTx(ctx, func(t tx) error {
		object, whose := "mdm:builtin", "a device that is nobody’s yet"
		if c.UserID != "" {
			name, err := one(ctx, t, scanString, "SELECT full_name FROM users WHERE id = $1", c.UserID)
			if err != nil {
				return missing(err, "There is no such person.")
			}
			object, whose = "user:"+string(c.UserID), "a device of "+name
		}
		_, err := t.Exec(ctx, "INSERT INTO mdm_challenges (hash, user_id, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
			c.Hash, c.UserID, c.CreatedBy, ms(c.CreatedAt), ms(c.ExpiresAt))
		if err != nil {
			return err
		}
		return m.db.insertEntry(ctx, t, by, "mdm.profile", object, "An enrollment profile was made for "+whose+".", nil, nil)
	})
}

// UseChallenge spends a challenge for a public key, once; the same key may ask
// again, whose answer was lost.
func (m *MDM) UseChallenge(ctx context.Context, hash, publicKey string, now time.Time) (vpp.Challenge, error) {
	scan := func(s scanner) (c vpp.Challenge, err error) {
		err = s.Scan(&c.Hash, &c.UserID, &c.CreatedBy, timeAt{&c.CreatedAt}, timeAt{&c.ExpiresAt})
		return
	}
	var c vpp.Challenge
	err := m.db.inTx(ctx, func(t tx) (err error) {
		c, err = one(ctx, t, scan, `UPDATE mdm_challenges SET used_at = CASE WHEN used_at = 0 THEN $3 ELSE used_at END, used_key = $2
			WHERE hash = $1 AND expires_at > $3 AND used_key IN ('', $2) RETURNING hash, user_id, created_by, created_at, expires_at`, hash, publicKey, ms(now))
		return err
	})
	if vpp.KindOf(err) == vpp.NotFound {
		return c, vpp.Errorf(vpp.Denied, "The profile was used already, is too old, or is none of ours: make a new one.")
	}
	return c, err
}

// ForgetChallenges drops those whose time was over before.
func (m *MDM) ForgetChallenges(ctx context.Context, before time.Time) error {
	_, err := m.db.Exec(ctx, "DELETE FROM mdm_challenges WHERE expires_at < $1", ms(before))
	return err
}

// AddIdentity keeps whose a certificate is.
func (m *MDM) AddIdentity(ctx context.Context, i vpp.Identity) error {
	_, err := m.db.Exec(ctx, "INSERT INTO mdm_identities (sha256, serial, user_id, issued_at, not_after) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		i.SHA256, i.Serial, i.UserID, ms(i.IssuedAt), ms(i.NotAfter))
	return err
}

// IdentityOwner is whose profile brought a certificate, "" for nobody's.
func (m *MDM) IdentityOwner(ctx context.Context, sha256 string) (vpp.UserID, error) {
	id, err := one(ctx, m.db, scanString, "SELECT user_id FROM mdm_identities WHERE sha256 = $1", sha256)
	if vpp.KindOf(err) == vpp.NotFound {
		return "", nil
	}
	return vpp.UserID(id), err
}

// PushCert reads the push certificate that counts, without its key; its zero
// value when there is none.
func (m *MDM) PushCert(ctx context.Context) (vpp.PushCert, error) { return m.db.PushCert(ctx) }

// PushCert reads it without what opens its key.
func (db *DB) PushCert(ctx context.Context) (vpp.PushCert, error) {
	scan := func(s scanner) (c vpp.PushCert, err error) {
		err = s.Scan(&c.Topic, timeAt{&c.NotAfter}, timeAt{&c.AddedAt}, &c.Problem, timeAt{&c.ProblemAt})
		return
	}
	c, err := one(ctx, db, scan, "SELECT topic, not_after, added_at, problem, problem_at FROM mdm_push_certs ORDER BY added_at DESC LIMIT 1")
	if vpp.KindOf(err) == vpp.NotFound {
		return vpp.PushCert{}, nil
	}
	return c, err
}

// IdentityEnds is when the certificate ends that a device comes with; zero for
// a device that has none of ours.
func (m *MDM) IdentityEnds(ctx context.Context, device vpp.EnrollmentID) (end time.Time, err error) {
	scan := func(s scanner) (at time.Time, err error) { err = s.Scan(timeAt{&at}); return }
	end, err = one(ctx, m.db, scan, `SELECT i.not_after FROM mdm_cert_hashes h JOIN mdm_identities i ON i.sha256 = h.sha256
		WHERE h.channel_id = $1 ORDER BY h.at DESC LIMIT 1`, device)
	if vpp.KindOf(err) == vpp.NotFound {
		return time.Time{}, nil
	}
	return end, err
}

// EndingIdentities counts the enrolled devices whose certificate ends between
// two times.
func (m *MDM) EndingIdentities(ctx context.Context, from, to time.Time) (vpp.EndingIdentities, error) {
	scan := func(s scanner) (e vpp.EndingIdentities, err error) {
		err = s.Scan(&e.Devices, timeAt{&e.First})
		return
	}
	return one(ctx, m.db, scan, `SELECT COUNT(*), COALESCE(MIN(i.not_after), 0) FROM mdm_identities i
		JOIN mdm_cert_hashes h ON h.sha256 = i.sha256 JOIN mdm_channels c ON c.id = h.channel_id AND c.enabled
		WHERE i.not_after > $1 AND i.not_after <= $2
			AND NOT EXISTS (SELECT 1 FROM mdm_cert_hashes n WHERE n.channel_id = h.channel_id AND n.at > h.at)`, ms(from), ms(to))
}

// Tell keeps a notice to administrators, once for each key.
func (m *MDM) Tell(ctx context.Context, n vpp.Notice) error {
	if n.Subject == "" {
		return nil
	}
	return m.db.Tell(ctx, n)
}
