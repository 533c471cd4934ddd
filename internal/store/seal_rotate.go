package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// sealedPlace is a column that holds something sealed, and the one that names
// its row.
type sealedPlace struct{ table, column, key string }

// sealedPlaces are the columns that hold something sealed, by name. Settings
// hold theirs within.
func sealedPlaces() map[vpp.SealedPlace]sealedPlace {
	return map[vpp.SealedPlace]sealedPlace{
		vpp.SealedToken: {"locations", "token_sealed", "id"}, vpp.SealedNotify: {"locations", "notify_sealed", "id"},
		vpp.SealedNotifyBefore: {"locations", "notify_before", "id"}, vpp.SealedCode: {"program_users", "code_sealed", "id"},
		vpp.SealedStranger:    {"strangers", "code_sealed", "location_id || ':' || client_user_id"},
		vpp.SealedTokenUpdate: {"mdm_channels", "token_update", "id"}, vpp.SealedUnlock: {"mdm_channels", "unlock_token", "id"},
		vpp.SealedBootstrap: {"mdm_channels", "bootstrap", "id"}, vpp.SealedPushKey: {"mdm_push_certs", "key_sealed", "topic"},
		vpp.SealedCommand: {"mdm_commands", "payload", "uuid"}, vpp.SealedServerKey: {"mdm_servers", "secret_sealed", "id"},
		vpp.SealedServerHook: {"mdm_servers", "hook_sealed", "id"},
		vpp.SealedWebhookNow: {"webhooks", "secret_sealed", "id"}, vpp.SealedWebhookPast: {"webhooks", "before_sealed", "id"},
	}
}

// MDMContexts say what the values of the MDM server's places are sealed for.
func MDMContexts() map[vpp.SealedPlace]func(id string) string {
	return map[vpp.SealedPlace]func(string) string{
		vpp.SealedTokenUpdate: tokenUpdateContext, vpp.SealedUnlock: unlockContext, vpp.SealedBootstrap: bootstrapContext,
		vpp.SealedPushKey: pushKeyContext, vpp.SealedCommand: commandContext,
	}
}

// SealedOtherwise reads values of a place that do not begin as given, from
// after an id on.
func (db *DB) SealedOtherwise(ctx context.Context, place vpp.SealedPlace, begins, after string, limit int) ([]vpp.SealedValue, error) {
	p := sealedPlaces()[place]
	return all(ctx, db, func(s scanner) (v vpp.SealedValue, err error) {
		err = s.Scan(&v.ID, &v.Sealed)
		return
	}, "SELECT "+p.key+", "+p.column+" FROM "+p.table+" WHERE "+p.key+" > $1 AND "+p.column+" <> '' AND substr("+p.column+", 1, $2) <> $3 ORDER BY 1 LIMIT $4",
		after, len(begins), begins, limit)
}

// Reseal writes values sealed anew, where they are still what they were, and
// returns how many those are.
func (db *DB) Reseal(ctx context.Context, place vpp.SealedPlace, values []vpp.SealedValue) (done int, err error) {
	p := sealedPlaces()[place]
	err = db.inTx(ctx, func(t tx) error {
		done = 0
		for _, v := range values {
			n, err := t.Exec(ctx, "UPDATE "+p.table+" SET "+p.column+" = $2 WHERE "+p.key+" = $1 AND "+p.column+" = $3", v.ID, v.Anew, v.Sealed)
			if err != nil {
				return err
			}
			done += int(n)
		}
		return nil
	})
	return done, err
}

// SettingsLike reads the settings whose name begins as given.
func (db *DB) SettingsLike(ctx context.Context, begins string) (map[string]string, error) {
	values := map[string]string{}
	_, err := all(ctx, db, func(s scanner) (struct{}, error) {
		var name, value string
		err := s.Scan(&name, &value)
		values[name] = value
		return struct{}{}, err
	}, "SELECT name, value FROM settings WHERE substr(name, 1, $1) = $2", len(begins), begins)
	return values, err
}

// ReplaceSetting changes how a setting is kept, not what it says: it stays as
// old as it was. False says that somebody changed it meanwhile.
func (db *DB) ReplaceSetting(ctx context.Context, name, was, now string) (bool, error) {
	n, err := db.Exec(ctx, "UPDATE settings SET value = $3 WHERE name = $1 AND value = $2", name, was, now)
	return n > 0, err
}

// KeepSetting writes a setting that is made once, and returns the one that
// stands.
func (db *DB) KeepSetting(ctx context.Context, name, value string) (string, error) {
	err := db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING", name, value, ms(db.now()))
		return err
	})
	if err != nil {
		return "", err
	}
	kept, _, err := db.Setting(ctx, name)
	return kept, err
}
