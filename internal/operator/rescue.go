package operator

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What stands here is for whoever holds the database itself, and so may do
// everything: the first start without a browser, and lost passwords. The
// history tells of it as done by the server.

// CreateHere adds an operator with the given scopes.
func (s *Service) CreateHere(ctx context.Context, name, password string, scopes Scopes) (Operator, error) {
	account, err := s.newAccount(ctx, name, password, scopes.tidy())
	if err != nil {
		return Operator{}, err
	}
	return operatorOf(account), s.store.CreateAccount(ctx, vpp.Server, account)
}

// ResetHere gives somebody a new password and ends their sessions.
func (s *Service) ResetHere(ctx context.Context, name, password string) (Operator, error) {
	account, err := s.store.AccountByName(ctx, nameKey(name))
	if err != nil {
		return Operator{}, err
	}
	if err := checkPassword(password, account.Name); err != nil {
		return Operator{}, err
	}
	return s.replacePassword(ctx, vpp.Server, account.ID, password)
}

// KeyHere makes an API key of somebody's, which may do no more than they may.
func (s *Service) KeyHere(ctx context.Context, name string, in KeyInput) (Key, string, error) {
	account, err := s.store.AccountByName(ctx, nameKey(name))
	if err != nil {
		return Key{}, "", err
	}
	o := operatorOf(account)
	stored, secret, err := s.secretKey(Caller{Operator: o, Scopes: o.Scopes}, in)
	if err != nil {
		return Key{}, "", err
	}
	return keyOf(stored), secret, s.store.CreateKey(ctx, vpp.Server, stored)
}

// Password makes one that nobody can guess.
func (s *Service) Password() (string, error) { return s.secret("") }
