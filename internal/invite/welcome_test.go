package invite_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/welcome"
)

const (
	iPhone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
	windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
)

// reader is a person with a browser before the real door, service and store.
type reader struct {
	*house
	web   *httptest.Server
	id    vpp.UserID
	token string
	log   *bytes.Buffer

	enrolls bool // the MDM server inside is set up
}

func newReader(t *testing.T) *reader {
	t.Helper()
	h := open(t, storetest.SQLite(t), invite.Config{LinkLife: 24 * time.Hour}).withMail()
	r := &reader{house: h, id: h.person(1, "p1@school.test", ""), log: &bytes.Buffer{}}
	r.web = httptest.NewServer(welcome.Handler(h.Service, func(context.Context) bool { return r.enrolls }, slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})), "https://*.apple.com"))
	t.Cleanup(r.web.Close)
	h.run(invite.Request{Selection: all()})
	h.appleConfirms()
	h.send()
	r.token = r.mailed()
	return r
}

// mailed reads the link in the newest letter.
func (r *reader) mailed() string {
	r.t.Helper()
	letter, ok := r.server.Find("p1@school.test")
	if !ok {
		r.t.Fatal("no letter came")
	}
	_, rest, _ := strings.Cut(letter.Text, "https://rsvpp.test/i/")
	return rest[:43]
}

// seen is an answer, read to its end.
type seen struct {
	status int
	header http.Header
	body   string
}

func (r *reader) do(method, path, agent string) seen {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.web.URL+path, nil)
	must(r.t, err)
	request.Header.Set("User-Agent", agent)
	answer, err := http.DefaultTransport.RoundTrip(request) // follows no redirect
	must(r.t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	must(r.t, err)
	return seen{answer.StatusCode, answer.Header, string(body)}
}

func wants(t *testing.T, body string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("the page does not say %q", p)
		}
	}
}

// S0-18, S0-19: the mail's link opens our page, and the page leads on to Apple.
func TestLandingPage(t *testing.T) {
	r := newReader(t)
	page := r.do(http.MethodGet, "/i/"+r.token, iPhone)
	wants(t, page.body, "Example School", "Person 1", "iPhone", "Continue to Apple", "/continue")
	if page.status != http.StatusOK || strings.Contains(page.body, "inviteCode") || strings.Contains(page.body, "//buy.itunes") || strings.Contains(page.body, "<svg width=\"240\"") {
		t.Errorf("%d, Apple's link or a needless picture on the page", page.status)
	}
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https://*.apple.com",
	} {
		if got := page.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	// S3-01: where devices can enroll here, an Apple device is offered to.
	enroll := `href="/enroll/` + r.token + `"`
	if strings.Contains(page.body, enroll) {
		t.Error("offered to enroll where nothing is set up for it")
	}
	r.enrolls = true
	wants(t, r.do(http.MethodGet, "/i/"+r.token, iPhone).body, enroll, "Set up this iPhone")
	if strings.Contains(r.do(http.MethodGet, "/i/"+r.token, windows).body, enroll) {
		t.Error("a Windows PC was offered to enroll")
	}
	page = r.do(http.MethodPost, "/i/"+r.token+"/continue", iPhone)
	if page.status != http.StatusSeeOther || page.header.Get("Location") != r.apple {
		t.Errorf("%d to %q", page.status, page.header.Get("Location"))
	}
	s := r.story(r.id)
	if s.Invitation.OpenedOn != "iphone" || s.Invitation.ContinuedAt.IsZero() || s.Status != vpp.Invited {
		t.Errorf("%s %+v (registered is only what Apple says)", s.Status, s.Invitation)
	}
	if strings.Contains(r.log.String(), r.token) || strings.Contains(r.log.String(), "inviteCode") {
		t.Errorf("the log holds a link: %s", r.log)
	}
}

// Pain 23: what the page says while Apple is asked, and after, without a script.
func TestDonePage(t *testing.T) {
	r := newReader(t)
	page := r.do(http.MethodPost, "/i/"+r.token+"/done", windows)
	to := page.header.Get("Location")
	if page.status != http.StatusSeeOther || to != "/i/"+r.token+"?asked=1" {
		t.Fatalf("%d to %q", page.status, to)
	}
	page = r.do(http.MethodGet, to, iPhone)
	wants(t, page.body, "Asking Apple", `http-equiv="refresh" content="2;url=/i/`+r.token+`?asked=2"`)
	for _, last := range []string{"12", "99"} { // nobody is kept waiting for ever
		page = r.do(http.MethodGet, "/i/"+r.token+"?asked="+last, iPhone)
		if strings.Contains(page.body, "http-equiv=\"refresh\"") {
			t.Errorf("after %s times the page still goes on", last)
		}
	}
	r.exec("UPDATE program_users SET look_wanted_at = 0, looked_at = 1")
	page = r.do(http.MethodGet, to, iPhone)
	wants(t, page.body, "Apple has not told us yet", "Continue to Apple", "I have done it")
	s := r.story(r.id)
	if !s.Invitation.OpenedAt.IsZero() || s.Status != vpp.Invited {
		t.Errorf("waiting counts as opening, or saying so as registered: %+v %s", s.Invitation, s.Status)
	}
	if page = r.do(http.MethodGet, "/i/"+r.token, iPhone); strings.Contains(page.body, "not told us") {
		t.Error("an ordinary visit is told of a question that nobody asked")
	}
	r.exec("UPDATE program_users SET apple_status = 'Associated'")
	page = r.do(http.MethodGet, to, iPhone)
	wants(t, page.body, "You are registered")
	if page = r.do(http.MethodPost, "/i/"+r.token+"/done", iPhone); page.status != http.StatusSeeOther || r.count("SELECT count(*) FROM visits WHERE what = 'done'") != 1 {
		t.Errorf("%d, or asked for somebody who is registered", page.status)
	}
}

// A wrong device gets the same link as a picture, and nothing to continue with.
func TestWrongDevice(t *testing.T) {
	r := newReader(t)
	page := r.do(http.MethodGet, "/i/"+r.token, windows)
	wants(t, page.body, "this Windows PC", "<svg width=\"240\"", "QR code")
	if strings.Contains(page.body, "Continue to Apple") {
		t.Error("a Windows PC may continue")
	}
}

// Bots, previews and HEAD do not count as opened.
func TestMachinesDoNotOpen(t *testing.T) {
	r := newReader(t)
	r.do(http.MethodHead, "/i/"+r.token, iPhone)
	for _, agent := range []string{"", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; bingbot/2.0)", "curl/8.5", "WhatsApp/2.2"} {
		if page := r.do(http.MethodGet, "/i/"+r.token, agent); page.status != http.StatusOK {
			t.Errorf("%q: %d", agent, page.status)
		}
	}
	if s := r.story(r.id); !s.Invitation.OpenedAt.IsZero() {
		t.Error("a machine counted as a reader")
	}
}

// Wrong, forged, cut-off and unknown links cannot be told apart.
func TestWrongLinks(t *testing.T) {
	r := newReader(t)
	wrong := r.do(http.MethodGet, "/i/nothing", iPhone)
	flipped := []byte(r.token)
	flipped[30] = 'A' + (flipped[30]+1)%20
	for _, token := range []string{string(flipped), r.token[:42], r.token + "A", strings.Repeat("A", 43), "%2e%2e", "..%2f..%2fx", "%00", "a/b"} {
		for _, act := range []string{"", "/continue", "/done", "/not-me", "/new-link"} {
			method := http.MethodPost
			if act == "" {
				method = http.MethodGet
			}
			page := r.do(method, "/i/"+token+act, iPhone)
			if page.status != http.StatusNotFound || page.body != wrong.body {
				t.Errorf("%s %q%s: %d, another page", method, token, act, page.status)
			}
		}
	}
}

// F-26, pain 41: an expired link says so, and a new one goes to the address on
// record, once in ten minutes; the old one stays dead.
func TestExpiredLink(t *testing.T) {
	r := newReader(t)
	r.pass(25 * time.Hour)
	page := r.do(http.MethodGet, "/i/"+r.token, iPhone)
	wants(t, page.body, "This link has expired", "/new-link")
	if strings.Contains(page.body, "Person 1") {
		t.Error("a dead link names the person")
	}
	if page := r.do(http.MethodPost, "/i/"+r.token+"/continue", iPhone); page.header.Get("Location") != "/i/"+r.token {
		t.Errorf("an expired link leads to %q", page.header.Get("Location"))
	}
	page = r.do(http.MethodPost, "/i/"+r.token+"/new-link", iPhone)
	wants(t, page.body, "A new link is on its way")
	if page.status != http.StatusOK || strings.Contains(page.body, "p1@school.test") {
		t.Errorf("%d, or the page names the address", page.status)
	}
	if page = r.do(http.MethodPost, "/i/"+r.token+"/new-link", iPhone); page.status != http.StatusTooManyRequests {
		t.Errorf("asked again at once: %d", page.status)
	}
	r.send()
	fresh := r.mailed()
	page = r.do(http.MethodGet, "/i/"+r.token, iPhone)
	wants(t, page.body, "A newer link took its place")
	page = r.do(http.MethodGet, "/i/"+fresh, iPhone)
	wants(t, page.body, "Continue to Apple")
}

// F-27, F-45: withdrawn, not me, registered, removed.
func TestLandingStates(t *testing.T) {
	r := newReader(t)
	page := r.do(http.MethodPost, "/i/"+r.token+"/not-me", iPhone)
	wants(t, page.body, "Thank you for telling us")
	if page := r.do(http.MethodPost, "/i/"+r.token+"/continue", iPhone); page.header.Get("Location") == r.apple {
		t.Error("somebody else may continue")
	}
	if s := r.story(r.id); s.Next.Action != invite.ActAddress {
		t.Errorf("%s %+v", s.Why, s.Next)
	}
	r.run(invite.Request{Selection: all(), Resend: true})
	r.send()
	second := r.mailed()
	if second == r.token {
		t.Error("the resend revived the stranger's link")
	}
	page = r.do(http.MethodGet, "/i/"+second, iPhone)
	wants(t, page.body, "Continue to Apple")
	r.exec("UPDATE program_users SET apple_status = 'Associated'")
	page = r.do(http.MethodGet, "/i/"+second, iPhone)
	wants(t, page.body, "You are registered")
	r.exec("UPDATE program_users SET apple_status = 'Retired'")
	page = r.do(http.MethodGet, "/i/"+second, iPhone)
	wants(t, page.body, "withdrawn")
}

// HTML in names is shown, never obeyed; a link that does not lead to Apple is
// not followed.
func TestHostilePage(t *testing.T) {
	r := newReader(t)
	r.exec("UPDATE users SET full_name = '<script>alert(1)</script>', first_name = '<b>'")
	r.exec("UPDATE locations SET name = '\"><img src=x onerror=y>'")
	page := r.do(http.MethodGet, "/i/"+r.token, iPhone)
	if strings.Contains(page.body, "<script>alert") || strings.Contains(page.body, "<img src=x") {
		t.Error("HTML in a name is obeyed")
	}
	r.apple = "https://evil.test/?inviteCode=s3cret"
	page = r.do(http.MethodPost, "/i/"+r.token+"/continue", iPhone)
	if page.status != http.StatusServiceUnavailable || page.header.Get("Location") != "" || strings.Contains(page.body, "evil") {
		t.Errorf("%d to %q", page.status, page.header.Get("Location"))
	}
	if strings.Contains(r.log.String(), "s3cret") || r.log.Len() == 0 {
		t.Errorf("the log: %s", r.log)
	}
}
