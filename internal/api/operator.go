package api

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Me is who stands behind a request.
type Me struct {
	OperatorID string   `json:"operator_id"`
	Name       string   `json:"name"`
	Key        string   `json:"key,omitempty" doc:"The name of the API key, if one was used."`
	Scopes     []string `json:"scopes" nullable:"false"`
}

func words(scopes operator.Scopes) []string {
	return each(scopes, func(s operator.Scope) string { return string(s) })
}

func (d *Door) me(ctx context.Context, _ *none) (*answer[Me], error) {
	c := caller(ctx)
	return answered(Me{string(c.Operator.ID), c.Operator.Name, c.Key, words(c.Scopes)}, nil)
}

// Operator is somebody who may use this server.
type Operator struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Scopes     []string   `json:"scopes" nullable:"false"`
	CreatedAt  time.Time  `json:"created_at"`
	SignedInAt *time.Time `json:"signed_in_at,omitempty" doc:"The latest sign-in."`
}

func operatorOf(o operator.Operator) Operator {
	return Operator{string(o.ID), o.Name, words(o.Scopes), o.CreatedAt.UTC(), at(o.SignedInAt)}
}

func (d *Door) listOperators(ctx context.Context, _ *none) (*answer[List[Operator]], error) {
	all, err := d.Operators.List(ctx)
	return answered(List[Operator]{Items: each(all, operatorOf)}, err)
}

type createOperatorInput struct {
	Body struct {
		Name     string   `json:"name" maxLength:"200"`
		Password string   `json:"password" maxLength:"1000"`
		Scopes   []string `json:"scopes" nullable:"false" maxItems:"20" doc:"owner, read, invite, roster, program, settings, operators. No more than the caller's own."`
	}
}

func (d *Door) createOperator(ctx context.Context, in *createOperatorInput) (*answer[Operator], error) {
	scopes, err := operator.ParseScopes(in.Body.Scopes)
	if err != nil {
		return nil, err
	}
	o, err := d.Operators.Create(ctx, caller(ctx), in.Body.Name, in.Body.Password, scopes)
	return answered(operatorOf(o), err)
}

// OperatorPath names an operator.
type OperatorPath struct {
	ID string `path:"id" maxLength:"64"`
}

type updateOperatorInput struct {
	OperatorPath
	Body struct {
		Name   *string  `json:"name,omitempty" maxLength:"200"`
		Scopes []string `json:"scopes,omitempty" nullable:"false" maxItems:"20" doc:"All that they may do from now on. No more than the caller's own."`
	}
}

func (d *Door) updateOperator(ctx context.Context, in *updateOperatorInput) (*answer[Operator], error) {
	change := operator.Change{Name: in.Body.Name}
	if in.Body.Scopes != nil {
		var err error
		if change.Scopes, err = operator.ParseScopes(in.Body.Scopes); err != nil {
			return nil, err
		}
	}
	o, err := d.Operators.Update(ctx, caller(ctx), vpp.OperatorID(in.ID), change)
	return answered(operatorOf(o), err)
}

func (d *Door) deleteOperator(ctx context.Context, in *OperatorPath) (*none, error) {
	return &none{}, d.Operators.Remove(ctx, caller(ctx), vpp.OperatorID(in.ID))
}

type passwordInput struct {
	OperatorPath
	Body struct {
		Password string `json:"password" maxLength:"1000"`
	}
}

func (d *Door) setPassword(ctx context.Context, in *passwordInput) (*none, error) {
	return &none{}, d.Operators.SetPassword(ctx, caller(ctx), vpp.OperatorID(in.ID), in.Body.Password)
}

// Key is an API key, without its secret.
type Key struct {
	ID           string     `json:"id"`
	OperatorID   string     `json:"operator_id"`
	Name         string     `json:"name"`
	Scopes       []string   `json:"scopes" nullable:"false"`
	CreatedAt    time.Time  `json:"created_at"`
	ExpiresAt    time.Time  `json:"expires_at"`
	RevokedAt    *time.Time `json:"revoked_at,omitempty"`
	LastUsedAt   *time.Time `json:"last_used_at,omitempty" doc:"To the minute."`
	LastUsedFrom string     `json:"last_used_from,omitempty"`
}

func keyOf(k operator.Key) Key {
	return Key{
		k.ID, string(k.OperatorID), k.Name, words(k.Scopes), k.CreatedAt.UTC(), k.ExpiresAt.UTC(),
		at(k.RevokedAt), at(k.LastUsedAt), k.LastUsedFrom,
	}
}

type listKeysInput struct {
	Operator string `query:"operator" maxLength:"64" doc:"Whose; everybody's if missing."`
}

func (d *Door) listKeys(ctx context.Context, in *listKeysInput) (*answer[List[Key]], error) {
	keys, err := d.Operators.ListKeys(ctx, vpp.OperatorID(in.Operator))
	return answered(List[Key]{Items: each(keys, keyOf)}, err)
}

type createKeyInput struct {
	Body struct {
		Name      string     `json:"name" maxLength:"200"`
		Scopes    []string   `json:"scopes" nullable:"false" maxItems:"20"`
		ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"90 days from now if missing; at most two years."`
	}
}

// NewKey is a key with its secret, which is shown this once.
type NewKey struct {
	Key
	Secret string `json:"secret" doc:"Shown this once and never again."`
}

func (d *Door) createKey(ctx context.Context, in *createKeyInput) (*answer[NewKey], error) {
	scopes, err := operator.ParseScopes(in.Body.Scopes)
	if err != nil {
		return nil, err
	}
	wanted := operator.KeyInput{Name: in.Body.Name, Scopes: scopes}
	if in.Body.ExpiresAt != nil {
		wanted.ExpiresAt = *in.Body.ExpiresAt
	}
	k, secret, err := d.Operators.CreateKey(ctx, caller(ctx), wanted)
	return answered(NewKey{keyOf(k), secret}, err)
}

type keyIDInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (d *Door) revokeKey(ctx context.Context, in *keyIDInput) (*none, error) {
	return &none{}, d.Operators.RevokeKey(ctx, caller(ctx), in.ID)
}

// Entry is a line of the history.
type Entry struct {
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	From    string          `json:"from,omitempty" doc:"The remote address."`
	Action  string          `json:"action"`
	Object  string          `json:"object"`
	Summary string          `json:"summary"`
	Before  json.RawMessage `json:"before,omitempty" doc:"The changed fields as they were."`
	After   json.RawMessage `json:"after,omitempty" doc:"The changed fields as they are."`
}

func entryOf(e vpp.Entry) Entry {
	return Entry{
		ID: e.ID, At: e.At.UTC(), Actor: e.Actor, From: e.From, Action: e.Action, Object: e.Object, Summary: e.Summary,
		Before: json.RawMessage(e.Before), After: json.RawMessage(e.After),
	}
}

// HistoryFilter narrows the history.
type HistoryFilter struct {
	Object string    `query:"object" maxLength:"100" doc:"Like user:ID."`
	Action string    `query:"action" maxLength:"100" doc:"Like user.update."`
	Actor  string    `query:"actor" maxLength:"200"`
	From   time.Time `query:"from"`
	To     time.Time `query:"to" doc:"The first moment that is not meant any more."`
}

func (f HistoryFilter) filter() operator.HistoryFilter {
	return operator.HistoryFilter{Object: f.Object, Action: f.Action, Actor: f.Actor, From: f.From, To: f.To}
}

type historyInput struct {
	HistoryFilter
	Paging
}

func (d *Door) history(ctx context.Context, in *historyInput) (*answer[List[Entry]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	entries, err := d.Operators.History(ctx, in.filter(), page)
	return listOf(entries, err, entryOf)
}

type exportHistoryInput struct{ HistoryFilter }

// exportHistory writes all that match, with before and after as they are kept.
func (d *Door) exportHistory(ctx context.Context, in *exportHistoryInput) (*huma.StreamResponse, error) {
	return file(ctx, "history.csv", func(w io.Writer) error {
		table, err := sheet.NewTableWriter(w, sheet.Comma, "at", "who", "from", "action", "object", "summary", "before", "after")
		if err != nil {
			return err
		}
		for page := (vpp.Page{Limit: vpp.MaxPage}); ; {
			list, err := d.Operators.History(ctx, in.filter(), page)
			if err != nil {
				return err
			}
			for _, e := range list.Items {
				if err := table.Write(e.At.UTC().Format(time.RFC3339), e.Actor, e.From, e.Action, e.Object, e.Summary, e.Before, e.After); err != nil {
					return err
				}
			}
			if page.After = list.Next; page.After == "" {
				return table.Close()
			}
		}
	}), nil
}

// signOutEverywhere ends the caller's sessions; the key that asks goes on.
func (d *Door) signOutEverywhere(ctx context.Context, _ *none) (*none, error) {
	return &none{}, d.Operators.SignOutEverywhere(ctx, actor(ctx), caller(ctx).Operator.ID)
}
