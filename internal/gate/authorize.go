package gate

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// withSession loads the session of requests that may have one, and writes the
// cookie. API keys have none; on public routes a bearer is the door's affair.
func (g *Gate) withSession(route Route, next http.Handler) http.Handler {
	if route.Bare {
		return next
	}
	loaded := g.sessions.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, has := bearer(r); has && route.Scope != Public {
			next.ServeHTTP(w, r)
			return
		}
		loaded.ServeHTTP(w, r)
	})
}

// authorize finds out who asks, refuses what another site made a browser send,
// and lets through whom the route is for.
func (g *Gate) authorize(route Route, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query, err := url.QueryUnescape(r.URL.RawQuery); !route.Bare && (err != nil || !isText(query)) {
			WriteError(w, r, errNoText)
			return
		}
		secret, byKey := bearer(r)
		byKey = byKey && route.Scope != Public
		if !byKey && !route.Machine {
			// No other site can make a browser send a key, but a cookie it can.
			if err := g.origins.Check(r); err != nil {
				WriteError(w, r, vpp.Wrap(vpp.Denied, err, "This was sent by a page of another site and is refused: go to rsvpp itself and try there."))
				return
			}
		}
		if err := g.identify(r, route, byKey, secret); err != nil {
			g.challenge(w, r, byKey, err)
			return
		}
		if err := checkScope(route.Scope, passageOf(r.Context())); err != nil {
			if byKey {
				w.Header().Set("WWW-Authenticate", `Bearer realm="rsvpp", error="insufficient_scope", scope="`+string(route.Scope)+`"`)
			}
			WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// identify notes the caller in the passage. Only public routes go on without.
func (g *Gate) identify(r *http.Request, route Route, byKey bool, secret string) error {
	if route.Bare {
		return nil
	}
	p := passageOf(r.Context())
	var caller operator.Caller
	var err error
	if byKey {
		caller, err = g.operators.UseKey(r.Context(), secret, p.address)
	} else {
		caller, err = g.resume(r, p.address)
	}
	if err == nil {
		p.caller, p.known = caller, true
	}
	if route.Scope == Public && vpp.KindOf(err) == vpp.Denied {
		return nil
	}
	return err
}

func (g *Gate) resume(r *http.Request, from string) (operator.Caller, error) {
	ctx := r.Context()
	id := g.sessions.GetString(ctx, sessionOperator)
	if id == "" {
		return operator.Caller{}, vpp.Errorf(vpp.Denied, "Sign in first, or send an API key as a bearer token.")
	}
	return g.operators.Resume(ctx, vpp.OperatorID(id), g.sessions.GetInt64(ctx, sessionEpoch), from)
}

// challenge answers whoever is not known: a person is led to the sign-in, and
// a program is told what to send.
func (g *Gate) challenge(w http.ResponseWriter, r *http.Request, byKey bool, err error) {
	switch {
	case vpp.KindOf(err) != vpp.Denied:
		WriteError(w, r, err)
	case !byKey && wantsPage(r):
		http.Redirect(w, r, signInAddress(r), http.StatusSeeOther)
	default:
		header := `Bearer realm="rsvpp"`
		if byKey {
			header += `, error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", header)
		WriteProblem(w, r, &refusal{http.StatusUnauthorized, err})
	}
}

// signInAddress leads back after the sign-in, to pages; a form that was sent
// is not sent again.
func signInAddress(r *http.Request) string {
	if r.Method != http.MethodGet || SafeNext(r.URL.RequestURI()) == "/" {
		return SignInPath
	}
	return SignInPath + "?next=" + url.QueryEscape(r.URL.RequestURI())
}

func checkScope(scope Scope, p *passage) error {
	switch {
	case scope == Public:
		return nil
	case scope == SignedIn && p.caller.Key != "":
		return vpp.Errorf(vpp.Denied, "An API key cannot do this: sign in.")
	case scope != SignedIn && !p.caller.Scopes.Allow(scope):
		return vpp.Errorf(vpp.Denied, "This needs the scope %q: ask an owner for it.", string(scope))
	}
	return nil
}

// bearer returns the token of the Authorization header.
func bearer(r *http.Request) (string, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}
