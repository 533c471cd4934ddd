package client

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Me is who stands behind the key.
type Me struct {
	OperatorID string   `json:"operator_id"`
	Name       string   `json:"name"`
	Key        string   `json:"key,omitempty"` // its name
	Scopes     []string `json:"scopes"`
}

// Me reads who is asking, and what they may do.
func (c *Client) Me(ctx context.Context) (Me, error) { return get[Me](ctx, c, "/me", nil) }

// Health says with an error whether the server cannot do its work just now.
func (c *Client) Health(ctx context.Context) error {
	return c.do(ctx, http.MethodGet, "/health", nil, nil)
}

// Version reads which rsvpp the server is.
func (c *Client) Version(ctx context.Context) (string, error) {
	v, err := get[struct {
		Version string `json:"version"`
	}](ctx, c, "/version", nil)
	return v.Version, err
}

// Operator is somebody who may use the server.
type Operator struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Scopes     []string  `json:"scopes"`
	CreatedAt  time.Time `json:"created_at"`
	SignedInAt time.Time `json:"signed_in_at,omitzero"`
}

// Operators reads who may use the server.
func (c *Client) Operators(ctx context.Context) ([]Operator, error) {
	list, err := get[List[Operator]](ctx, c, "/operators", nil)
	return list.Items, err
}

// CreateOperator adds an operator, who may do no more than the caller.
func (c *Client) CreateOperator(ctx context.Context, name, password string, scopes ...string) (Operator, error) {
	return send[Operator](ctx, c, http.MethodPost, "/operators", map[string]any{"name": name, "password": password, "scopes": scopes})
}

// OperatorPatch changes what is not nil or empty.
type OperatorPatch struct {
	Name   *string  `json:"name,omitempty"`
	Scopes []string `json:"scopes,omitempty"` // all that they may do from now on
}

// UpdateOperator changes an operator's name and scopes, to no more than the
// caller may do.
func (c *Client) UpdateOperator(ctx context.Context, operator string, p OperatorPatch) (Operator, error) {
	return send[Operator](ctx, c, http.MethodPatch, "/operators/"+id(operator), p)
}

// DeleteOperator takes an operator away, with sessions and keys.
func (c *Client) DeleteOperator(ctx context.Context, operator string) error {
	return c.do(ctx, http.MethodDelete, "/operators/"+id(operator), nil, nil)
}

// SetPassword gives somebody a new password.
func (c *Client) SetPassword(ctx context.Context, operator, password string) error {
	return c.do(ctx, http.MethodPut, "/operators/"+id(operator)+"/password", nil, map[string]string{"password": password})
}

// Key is an API key, without its secret.
type Key struct {
	ID           string    `json:"id"`
	OperatorID   string    `json:"operator_id"`
	Name         string    `json:"name"`
	Scopes       []string  `json:"scopes"`
	CreatedAt    time.Time `json:"created_at"`
	ExpiresAt    time.Time `json:"expires_at"`
	RevokedAt    time.Time `json:"revoked_at,omitzero"`
	LastUsedAt   time.Time `json:"last_used_at,omitzero"`
	LastUsedFrom string    `json:"last_used_from,omitempty"`
}

// Keys reads the API keys of an operator, or with "" everybody's.
func (c *Client) Keys(ctx context.Context, operator string) ([]Key, error) {
	q := url.Values{}
	set(q, "operator", operator)
	list, err := get[List[Key]](ctx, c, "/keys", q)
	return list.Items, err
}

// NewKey is what is asked for a new key.
type NewKey struct {
	Name      string    `json:"name"`
	Scopes    []string  `json:"scopes"`
	ExpiresAt time.Time `json:"expires_at,omitzero"` // zero for 90 days from now
}

// CreateKey makes an API key and returns its secret, which is never shown again.
func (c *Client) CreateKey(ctx context.Context, k NewKey) (Key, string, error) {
	made, err := send[struct {
		Key
		Secret string `json:"secret"`
	}](ctx, c, http.MethodPost, "/keys", k)
	return made.Key, made.Secret, err
}

// RevokeKey ends an API key.
func (c *Client) RevokeKey(ctx context.Context, key string) error {
	return c.do(ctx, http.MethodDelete, "/keys/"+id(key), nil, nil)
}

// Entry is a line of the history.
type Entry struct {
	ID      string          `json:"id"`
	At      time.Time       `json:"at"`
	Actor   string          `json:"actor"`
	From    string          `json:"from,omitempty"`
	Action  string          `json:"action"`
	Object  string          `json:"object"`
	Summary string          `json:"summary"`
	Before  json.RawMessage `json:"before,omitempty"` // the changed fields as they were
	After   json.RawMessage `json:"after,omitempty"`
}

// HistoryFilter narrows the history. The zero value is everything.
type HistoryFilter struct {
	Object, Action, Actor string
	From, To              time.Time // To is the first moment that is not meant any more
}

func (f HistoryFilter) query() url.Values {
	q := url.Values{}
	set(q, "object", f.Object)
	set(q, "action", f.Action)
	set(q, "actor", f.Actor)
	if !f.From.IsZero() {
		q.Set("from", f.From.UTC().Format(time.RFC3339Nano))
	}
	if !f.To.IsZero() {
		q.Set("to", f.To.UTC().Format(time.RFC3339Nano))
	}
	return q
}

// ListHistory reads a page of the history, the newest first.
func (c *Client) ListHistory(ctx context.Context, f HistoryFilter, p Page) (List[Entry], error) {
	return getPage[Entry](ctx, c, "/history", f.query(), p)
}

// ExportHistory writes the history as CSV, the newest first.
func (c *Client) ExportHistory(ctx context.Context, f HistoryFilter, w io.Writer) error {
	return c.download(ctx, "/history/export", f.query(), w)
}

// SignOutEverywhere ends every session of the caller in a browser; API keys go on.
func (c *Client) SignOutEverywhere(ctx context.Context) error {
	return c.do(ctx, http.MethodPost, "/me/sign-out-everywhere", nil, nil)
}

// History walks through the history, the newest first.
func (c *Client) History(ctx context.Context, f HistoryFilter) iter.Seq2[Entry, error] {
	return all(ctx, func(ctx context.Context, p Page) (List[Entry], error) { return c.ListHistory(ctx, f, p) })
}
