package operator

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Caller is who stands behind a request: an operator in person, or a key of
// theirs, which may do no more than both.
type Caller struct {
	Operator Operator
	Key      string // the key's name, "" for a person signed in
	Scopes   Scopes // what this caller may do
	From     string // remote address
}

// Actor is the caller in the words of the history.
func (c Caller) Actor() vpp.Actor {
	name := c.Operator.Name
	if c.Key != "" {
		name = "key:" + c.Key
	}
	return vpp.Actor{ID: c.Operator.ID, Name: name, From: c.From}
}

// Resume returns the caller of a session that began in an epoch. A session
// that has ended, or whose operator is gone, is vpp.Denied.
func (s *Service) Resume(ctx context.Context, id vpp.OperatorID, epoch int64, from string) (Caller, error) {
	account, err := s.store.Account(ctx, id)
	if vpp.KindOf(err) == vpp.NotFound || err == nil && account.Epoch != epoch {
		return Caller{}, vpp.Errorf(vpp.Denied, "The session has ended: sign in again.")
	}
	if err != nil {
		return Caller{}, err
	}
	o := operatorOf(account)
	return Caller{Operator: o, Scopes: o.Scopes, From: from}, nil
}
