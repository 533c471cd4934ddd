package operator

import (
	"context"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// KeyPrefix begins every API key, so that scanners for leaked secrets find them.
const KeyPrefix = "rsvpp_"

const (
	defaultKeyLife = 90 * 24 * time.Hour
	longestKeyLife = 2 * 366 * 24 * time.Hour
	touchEvery     = time.Minute
)

// Key is an API key, without its secret, which nobody has but its holder.
type Key struct {
	ID           string
	OperatorID   vpp.OperatorID
	Name         string
	Scopes       Scopes
	CreatedAt    time.Time
	ExpiresAt    time.Time
	RevokedAt    time.Time // zero while it counts
	LastUsedAt   time.Time // to the minute
	LastUsedFrom string
}

// KeyInput is what is asked for a new key.
type KeyInput struct {
	Name      string
	Scopes    Scopes
	ExpiresAt time.Time // zero for 90 days from now
}

// StoredKey is a key as the store keeps it; see Account.
type StoredKey = struct {
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

// Keys keeps API keys.
type Keys interface {
	CreateKey(ctx context.Context, actor vpp.Actor, k StoredKey) error
	// RevokeKey answers vpp.NotFound for a key that is not there; one that is
	// revoked already stays as it is.
	RevokeKey(ctx context.Context, actor vpp.Actor, id string, at time.Time) error
	Key(ctx context.Context, id string) (StoredKey, error)
	// KeyByHash returns its holder, too.
	KeyByHash(ctx context.Context, hash string) (StoredKey, Account, error)
	// KeysOf returns the newest first; "" is everybody's.
	KeysOf(ctx context.Context, holder vpp.OperatorID) ([]StoredKey, error)
	// TouchKey records a use unless one was recorded since before.
	TouchKey(ctx context.Context, id string, at, before time.Time, from string) error
}

// CreateKey makes an API key of the caller's, which may do no more than the
// caller. The secret is returned this once and never again.
func (s *Service) CreateKey(ctx context.Context, caller Caller, in KeyInput) (Key, string, error) {
	stored, secret, err := s.secretKey(caller, in)
	if err != nil {
		return Key{}, "", err
	}
	if err := s.store.CreateKey(ctx, caller.Actor(), stored); err != nil {
		return Key{}, "", err
	}
	return keyOf(stored), secret, nil
}

// secretKey makes a key of the caller's with its secret.
func (s *Service) secretKey(caller Caller, in KeyInput) (StoredKey, string, error) {
	stored, err := s.newKey(caller, in)
	if err != nil {
		return stored, "", err
	}
	secret, err := s.secret(KeyPrefix)
	stored.Hash = hashSecret(secret)
	return stored, secret, err
}

func (s *Service) newKey(caller Caller, in KeyInput) (StoredKey, error) {
	now := s.clock()
	if in.ExpiresAt.IsZero() {
		in.ExpiresAt = now.Add(defaultKeyLife)
	}
	name := strings.TrimSpace(in.Name)
	if err := checkName(name); err != nil {
		return StoredKey{}, err
	}
	scopes := in.Scopes.tidy()
	switch {
	case len(scopes) == 0:
		return StoredKey{}, &vpp.Error{Kind: vpp.Invalid, Field: "scopes", Message: "Choose at least one scope."}
	case !caller.Scopes.Cover(scopes):
		return StoredKey{}, errBeyond
	case !in.ExpiresAt.After(now) || in.ExpiresAt.After(now.Add(longestKeyLife)):
		return StoredKey{}, &vpp.Error{Kind: vpp.Invalid, Field: "expires_at", Message: "The key must expire within the next two years."}
	}
	return StoredKey{
		ID: s.ids(), OperatorID: caller.Operator.ID, Name: name, Scopes: scopes.String(),
		CreatedAt: now, ExpiresAt: in.ExpiresAt,
	}, nil
}

// RevokeKey ends a key: one of the caller's own, or of somebody who may do no
// more than the caller. A key in hand ends none that may do more than itself.
func (s *Service) RevokeKey(ctx context.Context, caller Caller, id string) error {
	key, err := s.store.Key(ctx, id)
	if err != nil {
		return err
	}
	if err := s.checkKey(ctx, caller, key); err != nil {
		return err
	}
	return s.store.RevokeKey(ctx, caller.Actor(), id, s.clock())
}

func (s *Service) checkKey(ctx context.Context, caller Caller, key StoredKey) error {
	switch own := key.OperatorID == caller.Operator.ID; {
	case own && !caller.Scopes.Cover(storedScopes(key.Scopes).Within(caller.Operator.Scopes)):
		return errBeyond
	case own:
		return nil
	case !caller.Scopes.Allow(ScopeOperators):
		return errBeyond
	}
	return s.checkOver(ctx, caller, key.OperatorID)
}

// ListKeys returns the holder's keys, the newest first; holder "" is everybody.
func (s *Service) ListKeys(ctx context.Context, holder vpp.OperatorID) ([]Key, error) {
	stored, err := s.store.KeysOf(ctx, holder)
	if err != nil {
		return nil, err
	}
	list := make([]Key, len(stored))
	for i, k := range stored {
		list[i] = keyOf(k)
	}
	return list, nil
}

// UseKey returns the caller behind a key's secret. One that is unknown,
// expired or revoked is vpp.Denied.
func (s *Service) UseKey(ctx context.Context, secret, from string) (Caller, error) {
	stored, account, err := s.findKey(ctx, secret)
	if err != nil {
		return Caller{}, err
	}
	now := s.clock()
	if before := now.Add(-touchEvery); stored.LastUsedAt.Before(before) {
		if err := s.store.TouchKey(ctx, stored.ID, now, before, from); err != nil {
			return Caller{}, err
		}
	}
	o := operatorOf(account)
	return Caller{Operator: o, Key: stored.Name, Scopes: storedScopes(stored.Scopes).Within(o.Scopes), From: from}, nil
}

func (s *Service) findKey(ctx context.Context, secret string) (stored StoredKey, holder Account, err error) {
	if !strings.HasPrefix(secret, KeyPrefix) || len(secret) > 100 {
		return stored, holder, errKey
	}
	stored, holder, err = s.store.KeyByHash(ctx, hashSecret(secret))
	switch {
	case vpp.KindOf(err) == vpp.NotFound, err == nil && !sameSecret(stored.Hash, secret):
		return stored, holder, errKey
	case err != nil:
		return stored, holder, err
	case !stored.RevokedAt.IsZero():
		return stored, holder, vpp.Errorf(vpp.Denied, "This API key was revoked: make a new one.")
	case !s.clock().Before(stored.ExpiresAt):
		return stored, holder, vpp.Errorf(vpp.Denied, "This API key has expired: make a new one.")
	}
	return stored, holder, nil
}

var errKey = vpp.Errorf(vpp.Denied, "This API key is not known here: check that it was copied whole and is for this server.")

func keyOf(k StoredKey) Key {
	return Key{k.ID, k.OperatorID, k.Name, storedScopes(k.Scopes), k.CreatedAt, k.ExpiresAt, k.RevokedAt, k.LastUsedAt, k.LastUsedFrom}
}
