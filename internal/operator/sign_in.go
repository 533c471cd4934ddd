package operator

import (
	"context"
	"errors"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SignIn returns the operator of this name and password. A wrong name and a
// wrong password are told apart neither by the error nor by the time. After
// too many attempts it is vpp.Exhausted, with *Throttled as the cause.
func (s *Service) SignIn(ctx context.Context, name, password, from string) (Operator, error) {
	account, err := s.authenticate(ctx, nameKey(name), password, from)
	if err != nil {
		return Operator{}, err
	}
	actor := vpp.Actor{ID: account.ID, Name: account.Name, From: from}
	account.SignedInAt = s.clock()
	if err := s.store.RecordSignIn(ctx, actor, account.ID, account.SignedInAt); err != nil {
		return Operator{}, err
	}
	return operatorOf(account), nil
}

// authenticate finds the account and checks the password, throttled.
func (s *Service) authenticate(ctx context.Context, key, password, from string) (Account, error) {
	counted, err := s.attempt(ctx, key, from)
	if err != nil {
		return Account{}, err
	}
	account, err := s.store.AccountByName(ctx, key)
	if err != nil && vpp.KindOf(err) != vpp.NotFound {
		return Account{}, err
	}
	// Without an account the hash is empty and the work is the same.
	same, old, err := s.hasher.verify(ctx, account.Password, password)
	if err != nil {
		return Account{}, err
	}
	if !same {
		return Account{}, errSignIn
	}
	if err := s.store.UncountAttempts(ctx, counted...); err != nil {
		return Account{}, err
	}
	if old {
		err = s.rehash(ctx, account, password)
	}
	return account, err
}

func (s *Service) rehash(ctx context.Context, account Account, password string) error {
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.Rehash(ctx, account.ID, account.Password, hash)
}

var errSignIn = vpp.Errorf(vpp.Denied, "The name or the password is wrong.")

// SignOutEverywhere ends every session of the operator. API keys stay.
func (s *Service) SignOutEverywhere(ctx context.Context, actor vpp.Actor, id vpp.OperatorID) error {
	return s.store.EndSessions(ctx, actor, id)
}

// ChangePassword replaces the caller's own password and ends every session,
// also the caller's: the returned operator has the epoch for a new one.
func (s *Service) ChangePassword(ctx context.Context, caller Caller, current, next string) (Operator, error) {
	account, err := s.store.Account(ctx, caller.Operator.ID)
	if err != nil {
		return Operator{}, err
	}
	if err := checkPassword(next, account.Name); err != nil {
		return Operator{}, err
	}
	_, err = s.authenticate(ctx, account.NameKey, current, caller.From)
	if errors.Is(err, errSignIn) {
		return Operator{}, &vpp.Error{Kind: vpp.Invalid, Field: "current", Message: "The current password is wrong."}
	}
	if err != nil {
		return Operator{}, err
	}
	return s.replacePassword(ctx, caller.Actor(), account.ID, next)
}

func (s *Service) replacePassword(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, next string) (Operator, error) {
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return Operator{}, err
	}
	if err := s.store.SetPassword(ctx, actor, id, hash, s.clock()); err != nil {
		return Operator{}, err
	}
	account, err := s.store.Account(ctx, id)
	return operatorOf(account), err
}
