package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const noOperator = "There is no such administrator."

// Accounts returns every operator, ordered by name.
func (db *DB) Accounts(ctx context.Context) ([]account, error) {
	return all(ctx, db, scanAccount, "SELECT "+accountColumns+" FROM operators ORDER BY name_key")
}

// Account returns one operator, or vpp.NotFound.
func (db *DB) Account(ctx context.Context, id vpp.OperatorID) (account, error) {
	return findAccount(ctx, db, id)
}

// AccountByName returns the operator of a folded name, or vpp.NotFound.
func (db *DB) AccountByName(ctx context.Context, nameKey string) (account, error) {
	a, err := one(ctx, db, scanAccount, "SELECT "+accountColumns+" FROM operators WHERE name_key = $1", nameKey)
	return a, missing(err, noOperator)
}

func findAccount(ctx context.Context, q querier, id vpp.OperatorID) (account, error) {
	a, err := one(ctx, q, scanAccount, "SELECT "+accountColumns+" FROM operators WHERE id = $1", string(id))
	return a, missing(err, noOperator)
}

// CreateAccount adds an operator; a name that is taken is vpp.Conflict.
func (db *DB) CreateAccount(ctx context.Context, actor vpp.Actor, a account) error {
	return db.inTx(ctx, func(t tx) error { return db.createAccount(ctx, t, actor, a) })
}

func (db *DB) createAccount(ctx context.Context, t tx, actor vpp.Actor, a account) error {
	_, err := t.Exec(ctx, "INSERT INTO operators ("+accountColumns+") VALUES ("+marks(1, 9)+")",
		string(a.ID), a.Name, a.NameKey, a.Password, a.Scopes, a.Epoch, ms(a.CreatedAt), ms(a.PasswordAt), ms(a.SignedInAt))
	if isDuplicate(err) {
		return errNameTaken
	}
	if err != nil {
		return err
	}
	return db.insertEntry(ctx, t, actor, "operator.create", operatorObject(a.ID),
		"Created the administrator "+a.Name, nil, accountFacts(a))
}

// holdOwners holds the owners until the end, so that two of them removed at the
// same time wait for each other.
func holdOwners(ctx context.Context, t tx) error {
	_, err := t.Exec(ctx, "UPDATE operators SET scopes = scopes WHERE scopes = 'owner'")
	return err
}

// wantOwner is vpp.Conflict when no owner is left.
func wantOwner(ctx context.Context, t tx, last string) error {
	owners, err := one(ctx, t, scanInt, "SELECT count(*) FROM operators WHERE scopes = 'owner'")
	if err == nil && owners == 0 {
		return vpp.Errorf(vpp.Conflict, "%s is the last owner: create another owner first.", last)
	}
	return err
}

// UpdateAccount changes an operator's name and scopes. A name that is taken is
// vpp.Conflict, and so are scopes that leave no owner.
func (db *DB) UpdateAccount(ctx context.Context, actor vpp.Actor, id vpp.OperatorID, name, nameKey, scopes string) error {
	return db.inTx(ctx, func(t tx) error {
		if err := holdOwners(ctx, t); err != nil {
			return err
		}
		was, err := findAccount(ctx, t, id)
		if err != nil {
			return err
		}
		_, err = t.Exec(ctx, "UPDATE operators SET name = $2, name_key = $3, scopes = $4 WHERE id = $1", string(id), name, nameKey, scopes)
		if isDuplicate(err) {
			return errNameTaken
		}
		if err != nil {
			return err
		}
		if err := wantOwner(ctx, t, was.Name); err != nil {
			return err
		}
		now := was
		now.Name, now.Scopes = name, scopes
		return db.insertEntry(ctx, t, actor, "operator.update", operatorObject(id),
			"Changed the administrator "+name, accountFacts(was), accountFacts(now))
	})
}

var errNameTaken = &vpp.Error{Kind: vpp.Conflict, Field: "name", Message: "There is an administrator of this name already: take another name."}

// RemoveAccount forgets an operator with their keys and preferences. The last
// owner is kept, and the answer is vpp.Conflict.
func (db *DB) RemoveAccount(ctx context.Context, actor vpp.Actor, id vpp.OperatorID) error {
	return db.inTx(ctx, func(t tx) error {
		if err := holdOwners(ctx, t); err != nil {
			return err
		}
		a, err := findAccount(ctx, t, id)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "DELETE FROM operators WHERE id = $1", string(id)); err != nil {
			return err
		}
		if err := wantOwner(ctx, t, a.Name); err != nil {
			return err
		}
		return db.insertEntry(ctx, t, actor, "operator.remove", operatorObject(id),
			"Removed the administrator "+a.Name, accountFacts(a), nil)
	})
}

func operatorObject(id vpp.OperatorID) string { return "operator:" + string(id) }

// accountFacts is what the history shows of an operator.
func accountFacts(a account) any {
	return map[string]string{"name": a.Name, "scopes": a.Scopes}
}
