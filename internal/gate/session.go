package gate

import (
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Sessions keeps what is known of a session under its hashed token.
type Sessions interface {
	// FindSession answers vpp.NotFound for a session that has ended or never was.
	FindSession(ctx context.Context, token string) ([]byte, error)
	CommitSession(ctx context.Context, token string, data []byte, expires time.Time) error
	DeleteSession(ctx context.Context, token string) error
}

// What stands in a session. It is written at sign-in and never after, so a
// request that is still on its way cannot bring back a session that ended.
const (
	sessionOperator = "operator"
	sessionEpoch    = "epoch"
)

func (g *Gate) newSessions(store Sessions) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{store}
	m.HashTokenInStore = true
	m.Lifetime = g.config.SessionLife
	m.Cookie.Name = "rsvpp_session"
	if g.https() {
		m.Cookie.Name = "__Host-rsvpp_session" // browsers take it only with Secure, for this host alone
		m.Cookie.Secure = true
	}
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.ErrorFunc = WriteError
	return m
}

// SignIn begins a session for the operator of this name and password. Any
// session of before ends, so that nobody can have prepared this one.
func (g *Gate) SignIn(ctx context.Context, name, password string) error {
	o, err := g.operators.SignIn(ctx, name, password, Address(ctx))
	if err != nil {
		return err
	}
	return g.begin(ctx, o)
}

// SetUp takes the set-up token, creates the first administrator and begins
// their session.
func (g *Gate) SetUp(ctx context.Context, token, name, password string) error {
	o, err := g.operators.CreateFirst(ctx, token, name, password, Address(ctx))
	if err != nil {
		return err
	}
	return g.begin(ctx, o)
}

// ChangePassword replaces the caller's own password and ends every session of
// theirs but this one, which begins anew.
func (g *Gate) ChangePassword(ctx context.Context, current, next string) error {
	caller, _ := Caller(ctx)
	o, err := g.operators.ChangePassword(ctx, caller, current, next)
	if err != nil {
		return err
	}
	return g.begin(ctx, o)
}

// SignOut ends this session.
func (g *Gate) SignOut(ctx context.Context) error { return g.sessions.Destroy(ctx) }

// SignOutEverywhere ends every session of the caller, with this one.
func (g *Gate) SignOutEverywhere(ctx context.Context) error {
	if o, known := Operator(ctx); known {
		if err := g.operators.SignOutEverywhere(ctx, Actor(ctx), o.ID); err != nil {
			return err
		}
	}
	return g.SignOut(ctx)
}

func (g *Gate) begin(ctx context.Context, o operator.Operator) error {
	if err := g.sessions.Clear(ctx); err != nil {
		return err
	}
	if err := g.sessions.RenewToken(ctx); err != nil {
		return err
	}
	g.sessions.Put(ctx, sessionOperator, string(o.ID))
	g.sessions.Put(ctx, sessionEpoch, o.Epoch)
	return nil
}

// sessionStore makes our store fit the session manager.
type sessionStore struct{ Sessions }

// FindCtx implements scs.CtxStore.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := s.FindSession(ctx, token)
	if vpp.KindOf(err) == vpp.NotFound {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx implements scs.CtxStore.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.CommitSession(ctx, token, data, expires)
}

// DeleteCtx implements scs.CtxStore.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.DeleteSession(ctx, token)
}

// The manager calls the methods above; these are only there to fit.

// Find implements scs.Store.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s sessionStore) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete implements scs.Store.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

var _ scs.CtxStore = sessionStore{}
