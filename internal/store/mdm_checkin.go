package store

import (
	"context"
	"encoding/base64"

	"github.com/micromdm/nanomdm/mdm"
	"github.com/micromdm/nanomdm/storage"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func tokenUpdateContext(id string) string { return "mdm:token-update:" + id }
func unlockContext(id string) string      { return "mdm:unlock:" + id }
func bootstrapContext(id string) string   { return "mdm:bootstrap:" + id }

// StoreAuthenticate begins a device anew: what it had escrowed is of no use.
func (m *MDM) StoreAuthenticate(r *mdm.Request, msg *mdm.Authenticate) error {
	id, parent := channelOf(r)
	_, err := m.db.Exec(r.Context(), `INSERT INTO mdm_channels (id, parent_id, kind, authenticate, seen_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET kind = EXCLUDED.kind, authenticate = EXCLUDED.authenticate, seen_at = EXCLUDED.seen_at,
			bootstrap = '', unlock_token = '', token_update = ''`,
		id, parent, r.Type.String(), base64.StdEncoding.EncodeToString(msg.Raw), ms(m.db.now()))
	return err
}

// StoreTokenUpdate makes a channel usable, or brings its newer push token.
func (m *MDM) StoreTokenUpdate(r *mdm.Request, msg *mdm.TokenUpdate) error {
	id, parent := channelOf(r)
	update, err := m.seal(msg.Raw, tokenUpdateContext(id))
	if err != nil {
		return err
	}
	unlock, err := m.seal(msg.UnlockToken, unlockContext(id))
	if err != nil {
		return err
	}
	_, err = m.db.Exec(r.Context(), `INSERT INTO mdm_channels
		(id, parent_id, kind, topic, push_magic, push_token, enabled, tally, seen_at, token_update, unlock_token)
		VALUES ($1, $2, $3, $4, $5, $6, TRUE, 1, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET parent_id = EXCLUDED.parent_id, kind = EXCLUDED.kind, topic = EXCLUDED.topic,
			push_magic = EXCLUDED.push_magic, push_token = EXCLUDED.push_token, push_dead_at = 0, push_tried_at = 0, push_pause = 0, enabled = TRUE,
			tally = mdm_channels.tally + 1, seen_at = EXCLUDED.seen_at, token_update = EXCLUDED.token_update,
			unlock_token = CASE WHEN EXCLUDED.unlock_token = '' THEN mdm_channels.unlock_token ELSE EXCLUDED.unlock_token END`,
		id, parent, r.Type.String(), msg.Topic, msg.PushMagic, msg.Token.String(), ms(m.db.now()), update, unlock)
	return err
}

// RetrieveTokenUpdateTally counts a channel's TokenUpdates since it enrolled.
func (m *MDM) RetrieveTokenUpdateTally(ctx context.Context, id string) (int, error) {
	n, err := one(ctx, m.db, scanInt, "SELECT tally FROM mdm_channels WHERE id = $1", id)
	if vpp.KindOf(err) == vpp.NotFound {
		return 0, nil
	}
	return n, err
}

// StoreUserAuthenticate notes a network user of a Mac, who may get a channel.
func (m *MDM) StoreUserAuthenticate(r *mdm.Request, _ *mdm.UserAuthenticate) error {
	id, parent := channelOf(r)
	_, err := m.db.Exec(r.Context(), `INSERT INTO mdm_channels (id, parent_id, kind, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at`, id, parent, r.Type.String(), ms(m.db.now()))
	return err
}

// Disable ends a device's channels: its own and its users'.
func (m *MDM) Disable(r *mdm.Request) error {
	if r.ParentID != "" {
		return storage.ErrDeviceChannelOnly
	}
	_, err := m.db.Exec(r.Context(), "UPDATE mdm_channels SET enabled = FALSE, tally = 0, seen_at = $2 WHERE (id = $1 OR parent_id = $1) AND enabled",
		r.ID, ms(m.db.now()))
	return err
}

// StoreBootstrapToken escrows a Mac's bootstrap token.
func (m *MDM) StoreBootstrapToken(r *mdm.Request, msg *mdm.SetBootstrapToken) error {
	sealed, err := m.seal([]byte(msg.BootstrapToken.BootstrapToken.String()), bootstrapContext(r.ID))
	if err != nil {
		return err
	}
	_, err = m.db.Exec(r.Context(), "UPDATE mdm_channels SET bootstrap = $2 WHERE id = $1", r.ID, sealed)
	return err
}

// RetrieveBootstrapToken gives it back, nil when there is none.
func (m *MDM) RetrieveBootstrapToken(r *mdm.Request, _ *mdm.GetBootstrapToken) (*mdm.BootstrapToken, error) {
	sealed, err := one(r.Context(), m.db, scanString, "SELECT bootstrap FROM mdm_channels WHERE id = $1", r.ID)
	if vpp.KindOf(err) == vpp.NotFound || err == nil && sealed == "" {
		return nil, nil //nolint:nilnil // NanoMDM's contract
	}
	if err != nil {
		return nil, err
	}
	plain, err := m.open(sealed, bootstrapContext(r.ID))
	if err != nil {
		return nil, err
	}
	token := new(mdm.BootstrapToken)
	return token, token.SetTokenString(string(plain))
}

// RetrieveMigrationCheckins sends each channel's messages, to begin another
// server with.
func (m *MDM) RetrieveMigrationCheckins(ctx context.Context, c chan<- any) error {
	type channel struct{ id, authenticate, update string }
	scan := func(s scanner) (v channel, err error) { err = s.Scan(&v.id, &v.authenticate, &v.update); return }
	for after := ""; ; {
		some, err := all(ctx, m.db, scan, "SELECT id, authenticate, token_update FROM mdm_channels WHERE id > $1 ORDER BY id LIMIT 500", after)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, v := range some {
			after = v.id
			raw, err := base64.StdEncoding.DecodeString(v.authenticate)
			if err != nil {
				return err
			}
			update, err := m.open(v.update, tokenUpdateContext(v.id))
			if err != nil {
				return err
			}
			for _, message := range [][]byte{raw, update} {
				if len(message) == 0 {
					continue
				}
				var said any
				if said, err = mdm.DecodeCheckin(message); err != nil {
					said = err
				}
				select {
				case c <- said:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
	}
}
