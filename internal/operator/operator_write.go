package operator

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// List returns every operator, ordered by name.
func (s *Service) List(ctx context.Context) ([]Operator, error) {
	accounts, err := s.store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Operator, len(accounts))
	for i, a := range accounts {
		list[i] = operatorOf(a)
	}
	return list, nil
}

// Create adds an operator, who may do no more than the caller.
func (s *Service) Create(ctx context.Context, caller Caller, name, password string, scopes Scopes) (Operator, error) {
	scopes = scopes.tidy()
	if len(scopes) == 0 {
		return Operator{}, &vpp.Error{Kind: vpp.Invalid, Field: "scopes", Message: "Choose at least one scope."}
	}
	if !caller.Scopes.Cover(scopes) {
		return Operator{}, errBeyond
	}
	account, err := s.newAccount(ctx, name, password, scopes)
	if err != nil {
		return Operator{}, err
	}
	if err := s.store.CreateAccount(ctx, caller.Actor(), account); err != nil {
		return Operator{}, err
	}
	return operatorOf(account), nil
}

// Change is what becomes other about an operator; nil and none leave it as it is.
type Change struct {
	Name   *string
	Scopes Scopes
}

// Update changes an operator's name and scopes: nobody's who may do more than
// the caller, and to no more than the caller may do.
func (s *Service) Update(ctx context.Context, caller Caller, id vpp.OperatorID, change Change) (Operator, error) {
	if err := s.checkOver(ctx, caller, id); err != nil {
		return Operator{}, err
	}
	account, err := s.store.Account(ctx, id)
	if err != nil {
		return Operator{}, err
	}
	name, scopes := account.Name, storedScopes(account.Scopes)
	if change.Name != nil {
		name = tidyName(*change.Name)
		if err := checkName(name); err != nil {
			return Operator{}, err
		}
	}
	if len(change.Scopes) > 0 {
		scopes = change.Scopes.tidy()
	}
	if len(scopes) == 0 {
		return Operator{}, &vpp.Error{Kind: vpp.Invalid, Field: "scopes", Message: "Choose at least one scope."}
	}
	if !caller.Scopes.Cover(scopes) {
		return Operator{}, errBeyond
	}
	if name == account.Name && scopes.String() == account.Scopes {
		return operatorOf(account), nil
	}
	if err := s.store.UpdateAccount(ctx, caller.Actor(), id, name, nameKey(name), scopes.String()); err != nil {
		return Operator{}, err
	}
	account, err = s.store.Account(ctx, id)
	return operatorOf(account), err
}

// Remove takes an operator away, with their sessions, keys and preferences;
// what they did stays in the history. The last owner stays.
func (s *Service) Remove(ctx context.Context, caller Caller, id vpp.OperatorID) error {
	if err := s.checkOver(ctx, caller, id); err != nil {
		return err
	}
	return s.store.RemoveAccount(ctx, caller.Actor(), id)
}

// SetPassword gives somebody else a new password, who forgot the old one.
func (s *Service) SetPassword(ctx context.Context, caller Caller, id vpp.OperatorID, next string) error {
	if err := s.checkOver(ctx, caller, id); err != nil {
		return err
	}
	account, err := s.store.Account(ctx, id)
	if err != nil {
		return err
	}
	if err := checkPassword(next, account.Name); err != nil {
		return err
	}
	_, err = s.replacePassword(ctx, caller.Actor(), id, next)
	return err
}

// checkOver keeps a caller from reaching, through somebody else, what they
// may not do themselves.
func (s *Service) checkOver(ctx context.Context, caller Caller, id vpp.OperatorID) error {
	account, err := s.store.Account(ctx, id)
	if err != nil {
		return err
	}
	if !caller.Scopes.Cover(storedScopes(account.Scopes)) {
		return errBeyond
	}
	return nil
}

var errBeyond = vpp.Errorf(vpp.Denied, "You cannot give, take or change what you may not do yourself: ask an owner.")
