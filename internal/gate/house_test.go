package gate_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const password = "correct horse battery"

var (
	_ gate.Operators = (*operator.Service)(nil)
	_ gate.Sessions  = (*store.DB)(nil)
)

// house is a gate in front of small doors, over the real service and store,
// behind a real HTTP server.
type house struct {
	t      *testing.T
	gate   *gate.Gate
	ops    *operator.Service
	db     *store.DB
	server *httptest.Server
	token  string // of the set-up
	log    *logbook

	mu  sync.Mutex
	now time.Time
}

// logbook is a log that requests may write while the test reads.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// open builds the house; change may alter its settings.
func open(t *testing.T, change func(*gate.Config)) *house {
	t.Helper()
	h := &house{t: t, now: time.Now(), log: &logbook{}}
	h.db = storetest.Open(t, storetest.SQLite(t), h.clock)
	h.ops = operator.New(h.db, h.clock, storetest.NewID, rand.Reader)
	config := gate.Config{
		Clock: h.clock, IDs: storetest.NewID,
		Logger: slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Page: func(w http.ResponseWriter, r *http.Request, status int, sentence string) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<h1>"+sentence+"</h1>")
		},
	}
	if change != nil {
		change(&config)
	}
	var err error
	if h.gate, err = gate.New(config, h.ops, h.db); err != nil {
		t.Fatal(err)
	}
	mux, err := h.gate.NewMux(h.routes()...)
	if err != nil {
		t.Fatal(err)
	}
	h.server = httptest.NewUnstartedServer(nil)
	h.server.Config = h.gate.Server(mux)
	h.server.Start()
	t.Cleanup(h.server.Close)
	if h.token, err = h.ops.OfferSetup(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) routes() []gate.Route {
	say := func(words string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, words) }
	}
	act := func(do func(r *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := do(r); err != nil {
				gate.WriteError(w, r, err)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		}
	}
	fail := func(err error) http.HandlerFunc { return act(func(*http.Request) error { return err }) }
	return []gate.Route{
		{Pattern: "GET /{$}", Scope: gate.SignedIn, Handler: say("home")},
		{Pattern: "GET /signin", Scope: gate.Public, Handler: say("sign in")},
		{Pattern: "POST /signin", Scope: gate.Public, Handler: act(func(r *http.Request) error {
			return h.gate.SignIn(r.Context(), r.PostFormValue("name"), r.PostFormValue("password"))
		})},
		{Pattern: "POST /setup/{token}", Scope: gate.Public, Handler: act(func(r *http.Request) error {
			return h.gate.SetUp(r.Context(), r.PathValue("token"), r.PostFormValue("name"), r.PostFormValue("password"))
		})},
		{Pattern: "POST /signout", Scope: gate.SignedIn, Handler: act(func(r *http.Request) error { return h.gate.SignOut(r.Context()) })},
		{Pattern: "POST /signout-everywhere", Scope: gate.SignedIn, Handler: act(func(r *http.Request) error {
			return h.gate.SignOutEverywhere(r.Context())
		})},
		{Pattern: "POST /password", Scope: gate.SignedIn, Handler: act(func(r *http.Request) error {
			return h.gate.ChangePassword(r.Context(), r.PostFormValue("current"), r.PostFormValue("next"))
		})},
		{Pattern: "GET /users", Scope: operator.ScopeRead, Handler: say("users")},
		{Pattern: "GET /api/users", Scope: operator.ScopeRead, Handler: say("users")},
		{Pattern: "POST /api/invite", Scope: operator.ScopeInvite, Handler: say("invited")},
		{Pattern: "GET /api/me", Scope: gate.SignedIn, Handler: say("me")},
		{Pattern: "GET /i/{token}", Scope: gate.Public, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			actor := gate.Actor(r.Context())
			_, _ = io.WriteString(w, actor.Name+" from "+gate.Address(r.Context()))
		})},
		{Pattern: "GET /asset", Scope: gate.Public, Bare: true, Handler: say("asset")},
		{Pattern: "POST /hook", Scope: gate.Public, Bare: true, Handler: say("hooked")},
		{Pattern: "POST /upload", Scope: gate.Public, MaxBody: 4 << 20, Handler: act(readAll)},
		{Pattern: "POST /small", Scope: gate.Public, Handler: act(readAll)},
		{Pattern: "GET /panic", Scope: gate.Public, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret plan") })},
		{Pattern: "GET /panic-late", Scope: gate.Public, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half an")
			_ = http.NewResponseController(w).Flush()
			panic("the secret plan")
		})},
		{Pattern: "GET /preview", Scope: gate.Public, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { gate.AllowPreview(w) })},
		{Pattern: "GET /slow", Scope: gate.Public, Timeout: time.Millisecond, Handler: act(func(r *http.Request) error {
			<-r.Context().Done()
			return r.Context().Err()
		})},
		{Pattern: "GET /stream", Scope: gate.Public, Timeout: gate.NoTimeout, Handler: act(func(r *http.Request) error {
			if _, ends := r.Context().Deadline(); ends {
				return vpp.Errorf(vpp.Internal, "a stream ends")
			}
			return nil
		})},
		{Pattern: "GET /api/fail/invalid", Scope: gate.Public, Handler: fail(&vpp.Error{Kind: vpp.Invalid, Message: "Wrong.", Field: "email", Err: io.EOF})},
		{Pattern: "GET /api/fail/internal", Scope: gate.Public, Handler: fail(vpp.Wrap(vpp.Internal, io.ErrUnexpectedEOF, "the secret plan"))},
	}
}

func readAll(r *http.Request) error {
	_, err := io.Copy(io.Discard, r.Body)
	return err
}

// visitor is a browser, or a program, with its own cookies.
type visitor struct {
	h      *house
	client *http.Client
	header http.Header
}

func (h *house) visitor(header ...string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	v := &visitor{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, http.Header{}}
	for i := 0; i < len(header); i += 2 {
		v.header.Set(header[i], header[i+1])
	}
	return v
}

// anna is the administrator, signed in through the set-up link.
func (h *house) anna() *visitor {
	h.t.Helper()
	v := h.visitor()
	if got := v.post("/setup/"+h.token, "name", "anna", "password", password); got.status != http.StatusNoContent {
		h.t.Fatalf("set-up got %d: %s", got.status, got.body)
	}
	return v
}

func (v *visitor) signIn(word string) answer {
	return v.post("/signin", "name", "anna", "password", word)
}

func (v *visitor) cookie() string {
	u, err := url.Parse(v.h.server.URL)
	if err != nil {
		v.h.t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(u) {
		return c.Value
	}
	return ""
}

// key makes an API key of anna's.
func (h *house) key(name string, life time.Duration, scopes ...operator.Scope) (operator.Key, string) {
	h.t.Helper()
	key, secret, err := h.ops.CreateKey(h.t.Context(), h.owner(), operator.KeyInput{Name: name, Scopes: scopes, ExpiresAt: h.clock().Add(life)})
	if err != nil {
		h.t.Fatal(err)
	}
	return key, secret
}

func (h *house) owner() operator.Caller {
	h.t.Helper()
	list, err := h.ops.List(h.t.Context())
	if err != nil || len(list) == 0 {
		h.t.Fatal(list, err)
	}
	return operator.Caller{Operator: list[0], Scopes: list[0].Scopes}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t *testing.T) gate.Problem {
	t.Helper()
	var p gate.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("no problem: %q %v", a.body, err)
	}
	return p
}

func (v *visitor) get(path string, header ...string) answer {
	return v.do(http.MethodGet, path, nil, header)
}

func (v *visitor) post(path string, form ...string) answer {
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return v.do(http.MethodPost, path, strings.NewReader(values.Encode()), []string{"Content-Type", "application/x-www-form-urlencoded"})
}

func (v *visitor) do(method, path string, body io.Reader, header []string) answer {
	v.h.t.Helper()
	r, err := http.NewRequestWithContext(v.h.t.Context(), method, v.h.server.URL+path, body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	r.Header = v.header.Clone()
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := v.client.Do(r)
	if err != nil {
		v.h.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		text = append(text, " CUT"...)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
