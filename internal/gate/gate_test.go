package gate_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func TestWhoMayPass(t *testing.T) {
	h := open(t, nil)
	anna := h.anna()
	_, secret := h.key("reader", time.Hour, operator.ScopeRead)
	reader := h.visitor("Authorization", "Bearer "+secret)
	stranger, person := h.visitor(), h.visitor("Accept", "text/html,*/*")
	cases := []struct {
		who    string
		by     *visitor
		method string
		path   string
		want   int
	}{
		{"anna", anna, "GET", "/", 200},
		{"anna", anna, "GET", "/api/users", 200},
		{"anna", anna, "POST", "/api/invite", 200},
		{"anna", anna, "GET", "/api/me", 200},
		{"reader", reader, "GET", "/api/users", 200},
		{"reader", reader, "GET", "/users", 200},
		{"reader", reader, "POST", "/api/invite", 403},
		{"reader", reader, "GET", "/api/me", 403},
		{"reader", reader, "POST", "/signout-everywhere", 403},
		{"reader", reader, "POST", "/hook", 200}, // a bearer that is the door's affair
		{"stranger", stranger, "GET", "/api/users", 401},
		{"stranger", stranger, "POST", "/api/invite", 401},
		{"stranger", stranger, "GET", "/signin", 200},
		{"stranger", stranger, "GET", "/asset", 200},
		{"stranger", stranger, "GET", "/users", 401},
		{"person", person, "GET", "/users", 303},
		{"person", person, "POST", "/signout", 303},
		{"person", person, "GET", "/api/users", 401},
		{"person", person, "GET", "/nowhere/at/all", 404},
		{"stranger", stranger, "DELETE", "/api/users", 405},
		{"stranger", stranger, "POST", "/api/nothing", 404},
	}
	for _, c := range cases {
		t.Run(c.who+" "+c.method+" "+c.path, func(t *testing.T) {
			if got := c.by.do(c.method, c.path, nil, nil); got.status != c.want {
				t.Errorf("got %d %s, want %d", got.status, got.body, c.want)
			}
		})
	}
	got := stranger.get("/api/users")
	if p := got.problem(t); p.Status != 401 || p.Instance != got.header.Get("X-Request-Id") || got.header.Get("WWW-Authenticate") != `Bearer realm="rsvpp"` {
		t.Errorf("a stranger at the API gets %+v, %v", p, got.header)
	}
	if next := person.get("/users?q=a%26b").header.Get("Location"); next != "/signin?next=%2Fusers%3Fq%3Da%2526b" {
		t.Errorf("a person is led to %q", next)
	}
	// A script of ours must see that the session ended, not a page it did not ask for.
	if got := person.get("/users", "Sec-Fetch-Mode", "cors"); got.status != 401 {
		t.Errorf("a script is led to a page: %d", got.status)
	}
	if got := reader.do("POST", "/api/invite", nil, nil).header.Get("WWW-Authenticate"); !strings.Contains(got, `scope="invite"`) {
		t.Errorf("a key without the scope is told %q", got)
	}
}

func TestKeysThatDoNotCount(t *testing.T) {
	h := open(t, nil)
	h.anna()
	revoked, revokedSecret := h.key("revoked", time.Hour, operator.ScopeOwner)
	if err := h.ops.RevokeKey(t.Context(), h.owner(), revoked.ID); err != nil {
		t.Fatal(err)
	}
	_, expired := h.key("expired", time.Minute, operator.ScopeOwner)
	_, good := h.key("good", time.Hour, operator.ScopeOwner)
	h.wait(time.Minute)
	for name, secret := range map[string]string{"revoked": revokedSecret, "expired": expired, "cut": good[:20], "empty": "", "odd": "x y"} {
		got := h.visitor().get("/api/users", "Authorization", "Bearer "+secret)
		if got.status != 401 || !strings.Contains(got.header.Get("WWW-Authenticate"), "invalid_token") || strings.Contains(got.body, "users") {
			t.Errorf("%s key got %d %s", name, got.status, got.body)
		}
	}
	if got := h.visitor().get("/api/users", "Authorization", "bearer "+good); got.status != 200 {
		t.Errorf("a good key got %d %s", got.status, got.body)
	}
}

// A cookie that somebody planted before the sign-in is worth nothing after it,
// and every way to end a session ends it.
func TestSessionLife(t *testing.T) {
	h := open(t, nil)
	anna := h.anna()
	first := anna.cookie()
	with := func(cookie string) int {
		return h.visitor().get("/", "Cookie", "rsvpp_session="+cookie).status
	}
	if with(first) != 200 || with("planted") != 401 || with("") != 401 {
		t.Fatal("cookies")
	}
	if _, err := h.db.FindSession(t.Context(), first); vpp.KindOf(err) != vpp.NotFound {
		t.Errorf("cookies are kept as they are: %v", err)
	}
	got := h.visitor("Cookie", "rsvpp_session="+first).signIn(password)
	second := strings.TrimPrefix(strings.Split(got.header.Get("Set-Cookie"), ";")[0], "rsvpp_session=")
	if second == "" || second == first || with(first) != 401 || with(second) != 200 {
		t.Error("signing in did not renew the session")
	}
	got = h.visitor("Cookie", "rsvpp_session=planted").signIn(password)
	if strings.Contains(got.header.Get("Set-Cookie"), "planted") || with("planted") != 401 {
		t.Error("a planted session was taken over")
	}

	anna.signIn(password)
	ended := anna.cookie()
	if anna.post("/signout").status != 204 || anna.cookie() != "" || with(ended) != 401 {
		t.Error("signing out did not end the session")
	}
	anna.signIn(password)
	if with(second) != 200 || anna.post("/signout-everywhere").status != 204 || with(second) != 401 || anna.get("/").status != 401 {
		t.Error("signing out everywhere did not end every session")
	}
	anna.signIn(password)
	other := h.visitor()
	other.signIn(password)
	if got := anna.post("/password", "current", password, "next", "another good one"); got.status != 204 {
		t.Fatal(got.body)
	}
	if anna.get("/").status != 200 || other.get("/").status != 401 {
		t.Error("a new password must end every session but the one that set it")
	}
	h.wait(12*time.Hour + time.Minute)
	if anna.get("/").status != 401 {
		t.Error("a session does not end by itself")
	}
}

func TestCookie(t *testing.T) {
	for public, want := range map[string][]string{
		"":                        {"rsvpp_session=", "Path=/", "HttpOnly", "SameSite=Lax"},
		"https://vpp.example.com": {"__Host-rsvpp_session=", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"},
	} {
		h := open(t, func(c *gate.Config) { c.PublicURL = publicURL(t, public) })
		got := h.visitor().post("/setup/"+h.token, "name", "anna", "password", password).header.Get("Set-Cookie")
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%q: the cookie %q has no %s", public, got, part)
			}
		}
		if strings.Contains(got, "Domain") || public == "" && strings.Contains(got, "Secure") {
			t.Errorf("%q: the cookie is %q", public, got)
		}
	}
}

func publicURL(t *testing.T, text string) *url.URL {
	t.Helper()
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestOtherSites(t *testing.T) {
	h := open(t, func(c *gate.Config) { c.PublicURL = publicURL(t, "http://vpp.example.com") })
	anna := h.anna()
	_, secret := h.key("k", time.Hour, operator.ScopeInvite)
	cases := []struct {
		name   string
		path   string
		header []string
		want   int
	}{
		{"our own page", "/api/invite", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"another site", "/api/invite", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a neighbour", "/api/invite", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"an old browser at another site", "/api/invite", []string{"Origin", "https://evil.example"}, 403},
		{"an old browser at ours", "/api/invite", []string{"Origin", h.server.URL}, 200},
		{"an old browser through a proxy", "/api/invite", []string{"Origin", "http://vpp.example.com"}, 200},
		{"a program", "/api/invite", nil, 200},
		{"another site signing in", "/signin", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a key from anywhere", "/api/invite", []string{"Origin", "https://other.example", "Authorization", "Bearer " + secret}, 200},
		{"a wrong key from anywhere", "/api/invite", []string{"Origin", "https://evil.example", "Authorization", "Bearer x"}, 401},
	}
	for _, c := range cases {
		if got := anna.do("POST", c.path, nil, c.header); got.status != c.want {
			t.Errorf("%s: got %d %s, want %d", c.name, got.status, got.body, c.want)
		}
	}
	if got := anna.get("/", "Sec-Fetch-Site", "cross-site"); got.status != 200 {
		t.Errorf("a link at another site got %d", got.status)
	}
}

func TestThrottledSignIn(t *testing.T) {
	h := open(t, nil)
	h.anna()
	v := h.visitor()
	for range 5 {
		if got := v.signIn("wrong"); got.status != 403 {
			t.Fatal(got.status, got.body)
		}
	}
	got := v.signIn(password)
	if got.status != 429 || got.header.Get("Retry-After") != "300" || !strings.Contains(got.problem(t).Detail, "5 minutes") {
		t.Errorf("the sixth got %d %v %s", got.status, got.header, got.body)
	}
	h.wait(5*time.Minute - time.Second)
	if got := v.signIn(password); got.status != 429 || got.header.Get("Retry-After") != "1" {
		t.Errorf("a second early got %d %s", got.status, got.header.Get("Retry-After"))
	}
	h.wait(time.Second)
	if got := v.signIn(password); got.status != 204 {
		t.Errorf("after the wait: %d %s", got.status, got.body)
	}
}

func TestHeaders(t *testing.T) {
	h := open(t, func(c *gate.Config) { c.PublicURL = publicURL(t, "https://vpp.example.com") })
	want := map[string]string{
		"Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; " +
			"frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "max-age=31536000",
	}
	for _, path := range []string{"/signin", "/", "/api/users", "/asset", "/panic", "/i/x", "/api/fail/internal"} {
		answer := h.visitor().get(path)
		got := map[string]string{}
		for name := range want {
			got[name] = answer.header.Get(name)
		}
		if diff := cmp.Diff(want, got); diff != "" || answer.header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	plain := open(t, nil).visitor().get("/signin")
	if plain.header.Get("Strict-Transport-Security") != "" {
		t.Error("without https nobody may be told to stay with it")
	}
	preview := h.visitor().get("/preview")
	if csp := preview.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "frame-ancestors 'self'") {
		t.Errorf("a preview has %q", csp)
	}
}

func TestHowErrorsLeave(t *testing.T) {
	h := open(t, nil)
	v := h.visitor()
	got := v.get("/api/fail/invalid")
	want := gate.Problem{
		Type: "urn:rsvpp:problem:invalid", Title: "Unprocessable Entity", Status: 422, Detail: "Wrong.",
		Instance: got.header.Get("X-Request-Id"), Field: "email",
	}
	if p := got.problem(t); p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	for _, path := range []string{"/panic", "/api/fail/internal"} {
		got := v.get(path)
		p := got.problem(t)
		if got.status != 500 || p.Status != 500 || strings.Contains(got.body, "secret") {
			t.Errorf("%s got %d %s", path, got.status, got.body)
		}
		if !strings.Contains(h.log.String(), "the secret plan") || !strings.Contains(h.log.String(), p.Instance) {
			t.Errorf("%s: the log does not say what happened", path)
		}
	}
	if !strings.Contains(h.log.String(), "unexpected EOF") {
		t.Error("the cause is not in the log")
	}
	page := h.visitor("Accept", "text/html").get("/panic")
	if page.status != 500 || !strings.HasPrefix(page.body, "<h1>Something went wrong") {
		t.Errorf("a person sees %d %q", page.status, page.body)
	}
	// Half an answer must not look like a whole one.
	if late := v.get("/panic-late"); !strings.HasSuffix(late.body, "CUT") || strings.Contains(late.body, "secret") {
		t.Errorf("half an answer looks whole: %q", late.body)
	}
	if got := v.do("DELETE", "/signin", nil, nil); got.header.Get("Allow") == "" || got.problem(t).Status != 405 {
		t.Errorf("a wrong method got %d %v", got.status, got.header)
	}
}

func TestLimits(t *testing.T) {
	h := open(t, nil)
	v := h.visitor()
	// A reader of unknown length is sent in chunks, without Content-Length.
	send := func(path string, size int, chunked bool) answer {
		body := bytes.NewReader(make([]byte, size))
		if chunked {
			return v.do("POST", path, struct{ *bytes.Reader }{body}, nil)
		}
		return v.do("POST", path, body, nil)
	}
	for _, chunked := range []bool{true, false} {
		if got := send("/small", 1<<20+1, chunked); got.status != 413 || !strings.Contains(got.problem(t).Detail, "1024 KiB") {
			t.Errorf("too much got %d %s", got.status, got.body)
		}
		if got := send("/small", 1<<20, chunked); got.status != 204 {
			t.Errorf("just enough got %d %s", got.status, got.body)
		}
		if got := send("/upload", 4<<20, chunked); got.status != 204 {
			t.Errorf("an upload got %d %s", got.status, got.body)
		}
	}
	if got := v.get("/slow"); got.status != 503 || !strings.Contains(got.body, "too long") {
		t.Errorf("a slow handler got %d %s", got.status, got.body)
	}
	if got := v.get("/stream"); got.status != 204 {
		t.Errorf("a stream got %d %s", got.status, got.body)
	}
}

func TestAddress(t *testing.T) {
	cases := []struct {
		name      string
		trust     bool
		forwarded string
		want      string
	}{
		{"nobody is trusted", false, "192.0.2.5", "127.0.0.1"},
		{"a proxy", true, "192.0.2.5", "192.0.2.5"},
		{"two proxies", true, "192.0.2.5, 127.0.0.9", "192.0.2.5"},
		{"what a stranger wrote before", true, "10.0.0.1, 192.0.2.5", "192.0.2.5"},
		{"with a port", true, "192.0.2.5:4711", "192.0.2.5"},
		{"version 6", true, "2001:db8::1", "2001:db8::1"},
		{"nonsense", true, "anna, <script>", "127.0.0.1"},
		{"nothing", true, "", "127.0.0.1"},
	}
	for _, c := range cases {
		h := open(t, func(config *gate.Config) {
			if c.trust {
				config.TrustedProxies = loopback()
			}
		})
		if got := h.visitor().get("/i/x", "X-Forwarded-For", c.forwarded).body; got != "invited person from "+c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

// Trap 3: a link is a bearer secret. Nothing that opens a door stands in the log.
func TestLogHoldsNoSecrets(t *testing.T) {
	h := open(t, nil)
	anna := h.anna()
	_, secret := h.key("k", time.Hour, operator.ScopeRead)
	h.visitor().get("/i/THE-INVITE-LINK?x=THE-QUERY")
	h.visitor().get("/i/THE-INVITE-LINK/more")
	h.visitor().get("/users?q=THE-QUERY")
	h.visitor().get("/api/users", "Authorization", "Bearer "+secret)
	h.visitor().get("/api/users", "Authorization", "Bearer rsvpp_THE-WRONG-KEY")
	h.visitor().get("/", "Referer", "http://x/i/THE-INVITE-LINK")
	h.visitor().signIn("THE-WRONG-PASSWORD")
	text := h.log.String()
	for _, word := range []string{"THE-", h.token, secret, anna.cookie(), password} {
		if strings.Contains(text, word) {
			t.Errorf("the log holds %q", word)
		}
	}
	for _, part := range []string{`"route":"GET /i/{token}"`, `"path":"/i/…"`, `"status":401`, `"by":"key:k"`, `"from":"127.0.0.1"`} {
		if !strings.Contains(text, part) {
			t.Errorf("the log has no %s", part)
		}
	}
}

// The pattern that doors use: every route declares who may use it.
func TestEveryRouteDeclares(t *testing.T) {
	ok := http.NotFoundHandler()
	if err := gate.CheckRoutes([]gate.Route{{Pattern: "GET /a", Scope: gate.Public, Handler: ok}, {Pattern: "GET /b", Scope: operator.ScopeOwner, Handler: ok}}); err != nil {
		t.Error(err)
	}
	h := open(t, nil)
	for name, routes := range map[string][]gate.Route{
		"no scope":         {{Pattern: "GET /x", Handler: ok}},
		"an unknown scope": {{Pattern: "GET /x", Scope: "everybody", Handler: ok}},
		"no method":        {{Pattern: "/x", Scope: gate.Public, Handler: ok}},
		"no handler":       {{Pattern: "GET /x", Scope: gate.Public}},
		"bare, not public": {{Pattern: "GET /x", Scope: operator.ScopeRead, Bare: true, Handler: ok}},
		"a bad pattern":    {{Pattern: "GET /{x", Scope: gate.Public, Handler: ok}},
		"twice the same":   {{Pattern: "GET /x", Scope: gate.Public, Handler: ok}, {Pattern: "GET /x", Scope: gate.Public, Handler: ok}},
	} {
		if _, err := h.gate.NewMux(routes...); err == nil {
			t.Errorf("a route with %s was taken", name)
		}
	}
}
