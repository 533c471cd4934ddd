package store

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// account is operator.Account by another name: an unnamed type, because the
// two rooms stand on one floor and may not know each other.
type account = struct {
	ID         vpp.OperatorID
	Name       string
	NameKey    string
	Password   string
	Scopes     string
	Epoch      int64
	CreatedAt  time.Time
	PasswordAt time.Time
	SignedInAt time.Time
}

// storedKey is operator.StoredKey by another name.
type storedKey = struct {
	ID           string
	OperatorID   vpp.OperatorID
	Name         string
	Hash         string
	Scopes       string
	CreatedAt    time.Time
	ExpiresAt    time.Time
	RevokedAt    time.Time
	LastUsedAt   time.Time
	LastUsedFrom string
}

const accountColumns = `id, name, name_key, password, scopes, epoch, created_at, password_at, signed_in_at`

func scanAccount(s scanner) (a account, err error) {
	err = s.Scan(accountFields(&a)...)
	return
}

func accountFields(a *account) []any {
	return []any{
		&a.ID, &a.Name, &a.NameKey, &a.Password, &a.Scopes, &a.Epoch,
		timeAt{&a.CreatedAt},
		timeAt{&a.PasswordAt},
		timeAt{&a.SignedInAt},
	}
}

const keyColumns = `id, operator_id, name, hash, scopes, created_at, expires_at, revoked_at, last_used_at, last_used_from`

func scanKey(s scanner) (k storedKey, err error) {
	err = s.Scan(keyFields(&k)...)
	return
}

func keyFields(k *storedKey) []any {
	return []any{
		&k.ID, &k.OperatorID, &k.Name, &k.Hash, &k.Scopes,
		timeAt{&k.CreatedAt},
		timeAt{&k.ExpiresAt},
		timeAt{&k.RevokedAt},
		timeAt{&k.LastUsedAt},
		&k.LastUsedFrom,
	}
}

func scanEntry(s scanner) (e vpp.Entry, err error) {
	err = s.Scan(&e.ID, timeAt{&e.At}, &e.Actor, &e.From, &e.Action, &e.Object, &e.Summary, &e.Before, &e.After)
	return
}
