package operator

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Setups keeps the hash of the one set-up token there may be.
type Setups interface {
	// OfferSetup replaces the hash; it answers vpp.Conflict once there is an operator.
	OfferSetup(ctx context.Context, hash string) error
	// SetupHash answers vpp.NotFound if no token waits.
	SetupHash(ctx context.Context) (string, error)
	// CreateFirst takes the token and creates the first operator; of several
	// attempts one succeeds and the others get vpp.Denied.
	CreateFirst(ctx context.Context, actor vpp.Actor, hash string, a Account) error
}

// OfferSetup makes a new set-up token while there is no operator; a token of
// an earlier start ends. It returns "" when the server has been set up.
func (s *Service) OfferSetup(ctx context.Context) (token string, err error) {
	token, err = s.secret("")
	if err != nil {
		return "", err
	}
	err = s.store.OfferSetup(ctx, hashSecret(token))
	if vpp.KindOf(err) == vpp.Conflict {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

// CheckSetup says whether the token may create the first administrator: nil,
// or vpp.Denied.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	hash, err := s.store.SetupHash(ctx)
	if vpp.KindOf(err) == vpp.NotFound || err == nil && !sameSecret(hash, token) {
		return errSetup
	}
	return err
}

// CreateFirst takes the set-up token and creates the administrator, an owner.
func (s *Service) CreateFirst(ctx context.Context, token, name, password, from string) (Operator, error) {
	// Before the costly hash, so that strangers cannot make us work.
	if err := s.CheckSetup(ctx, token); err != nil {
		return Operator{}, err
	}
	account, err := s.newAccount(ctx, name, password, Scopes{ScopeOwner})
	if err != nil {
		return Operator{}, err
	}
	actor := vpp.Actor{ID: account.ID, Name: account.Name, From: from}
	if err := s.store.CreateFirst(ctx, actor, hashSecret(token), account); err != nil {
		return Operator{}, err
	}
	return operatorOf(account), nil
}

var errSetup = vpp.Errorf(vpp.Denied, "This set-up link does not count any more. If there is no administrator yet, restart the server: it prints a new link.")
