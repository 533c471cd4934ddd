package store

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const noKey = "There is no such API key."

// CreateKey adds an API key.
func (db *DB) CreateKey(ctx context.Context, actor vpp.Actor, k storedKey) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, "INSERT INTO api_keys ("+keyColumns+") VALUES ("+marks(1, 10)+")",
			k.ID, string(k.OperatorID), k.Name, k.Hash, k.Scopes,
			ms(k.CreatedAt), ms(k.ExpiresAt), ms(k.RevokedAt), ms(k.LastUsedAt), k.LastUsedFrom)
		if err != nil {
			return err
		}
		return db.insertEntry(ctx, t, actor, "key.create", "key:"+k.ID, "Created the API key "+k.Name, nil, keyFacts(k))
	})
}

// RevokeKey ends an API key; one that is revoked already stays as it is.
func (db *DB) RevokeKey(ctx context.Context, actor vpp.Actor, id string, at time.Time) error {
	return db.inTx(ctx, func(t tx) error {
		k, err := findKey(ctx, t, "id", id)
		if err != nil {
			return err
		}
		n, err := t.Exec(ctx, "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0", id, ms(at))
		if err != nil || n == 0 {
			return err
		}
		return db.insertEntry(ctx, t, actor, "key.revoke", "key:"+id, "Revoked the API key "+k.Name, keyFacts(k), nil)
	})
}

// Key returns an API key by its id, or vpp.NotFound.
func (db *DB) Key(ctx context.Context, id string) (storedKey, error) {
	return findKey(ctx, db, "id", id)
}

// KeyByHash returns an API key by the hash of its secret, and its holder, or
// vpp.NotFound: every request asks, so it is one question.
func (db *DB) KeyByHash(ctx context.Context, hash string) (key storedKey, holder account, err error) {
	type pair struct {
		key    storedKey
		holder account
	}
	found, err := one(ctx, db, func(s scanner) (p pair, err error) {
		err = s.Scan(append(keyFields(&p.key), accountFields(&p.holder)...)...)
		return
	}, "SELECT "+of("k", keyColumns)+", "+of("o", accountColumns)+" FROM api_keys k JOIN operators o ON o.id = k.operator_id WHERE k.hash = $1", hash)
	return found.key, found.holder, missing(err, noKey)
}

// of says whose columns these are.
func of(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}

func findKey(ctx context.Context, q querier, column, value string) (storedKey, error) {
	k, err := one(ctx, q, scanKey, "SELECT "+keyColumns+" FROM api_keys WHERE "+column+" = $1", value)
	return k, missing(err, noKey)
}

// KeysOf returns the API keys of an operator, "" for everybody's, the newest first.
func (db *DB) KeysOf(ctx context.Context, holder vpp.OperatorID) ([]storedKey, error) {
	if holder == "" {
		return all(ctx, db, scanKey, "SELECT "+keyColumns+" FROM api_keys ORDER BY id DESC")
	}
	return all(ctx, db, scanKey, "SELECT "+keyColumns+" FROM api_keys WHERE operator_id = $1 ORDER BY id DESC", string(holder))
}

// TouchKey records a use of an API key, unless one was recorded since before:
// a busy key costs one write a minute, however many nodes it is used on.
func (db *DB) TouchKey(ctx context.Context, id string, at, before time.Time, from string) error {
	_, err := db.Exec(ctx, "UPDATE api_keys SET last_used_at = $2, last_used_from = $4 WHERE id = $1 AND last_used_at < $3",
		id, ms(at), ms(before), from)
	return err
}

func keyFacts(k storedKey) any {
	return map[string]string{"name": k.Name, "scopes": k.Scopes, "expires_at": k.ExpiresAt.UTC().Format(time.RFC3339)}
}
