package main

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Settings that hold something sealed.
const (
	canarySetting = "seal-canary"
	lastingPrefix = "key:" // keys that must outlive a change of the key that seals
)

// openBox takes the master keys from the settings, or from their file, which
// the first start makes. Keys that are not the database's are refused, so that
// nothing is sealed that could never be opened.
func (v *server) openBox(ctx context.Context) (err error) {
	if v.box, err = openBox(ctx, v.db, keysOf(v.settings)); err != nil {
		return err
	}
	canary, err := v.box.Canary()
	if err != nil {
		return err
	}
	_, err = v.db.KeepSetting(ctx, canarySetting, canary)
	return err
}

func openBox(ctx context.Context, db *store.DB, keys keyFile) (*seal.Box, error) {
	canary, _, err := db.Setting(ctx, canarySetting)
	if err != nil {
		return nil, err
	}
	text, err := keys.open(canary == "")
	if err != nil {
		return nil, err
	}
	box, err := seal.Open(text, keys.read)
	if err == nil && canary != "" {
		err = box.Check(canary)
	}
	return box, err
}

// keyPoll is how soon a running server sees that its key file was changed.
const keyPoll = 3 * time.Second

// keepKeys follows the key file while the server runs.
func (v *server) keepKeys(ctx context.Context) {
	for sleep(ctx, keyPoll) == nil {
		if err := v.box.Reload(); err != nil {
			v.log.WarnContext(ctx, "the key file cannot be used; the server goes on with the keys it has", "err", err)
		}
	}
}

// lastingKey returns a key for a purpose that must outlive a change of the key
// that seals: links in letters, secrets that Apple has. The first time it is
// derived from the key that seals, as it was before there was a way to change
// that; from then on it is kept, sealed.
func lastingKey(ctx context.Context, db *store.DB, box *seal.Box, purpose string) ([]byte, error) {
	name := lastingPrefix + purpose
	sealed, err := box.Seal([]byte(base64.StdEncoding.EncodeToString(box.Derive(purpose))), settingContext(name))
	if err != nil {
		return nil, err
	}
	if sealed, err = db.KeepSetting(ctx, name, sealed); err != nil {
		return nil, err
	}
	text, err := box.Open(sealed, settingContext(name))
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The stored key for %s is damaged.", purpose)
	}
	return key, nil
}

// lastingPurposes are what lasting keys are for.
func lastingPurposes() []string {
	return []string{linkPurpose, notifyPurpose, movePurpose, enrollPurpose}
}

const (
	linkPurpose   = "invitation links"
	notifyPurpose = "notification secrets"
	movePurpose   = "hand-over files"
	enrollPurpose = "enrollment links"
)

func settingContext(name string) string { return "setting:" + name }
