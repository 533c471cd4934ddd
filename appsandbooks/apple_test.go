package appsandbooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

const bearer = "eyJ0b2tlbiI6InNlY3JldC1vZi10aGUtdGVzdCJ9"

// apple is a server that answers as a test tells it to. It is not a pretend
// Apple: it knows nothing but service config.
type apple struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	limits   string
	urls     map[string]string // replaced ones
	seen     []string          // "METHOD /path?query body"
	handlers map[string]http.HandlerFunc
}

func newApple(t *testing.T) *apple {
	t.Helper()
	a := newUnstartedApple(t)
	a.Start()
	return a
}

func newUnstartedApple(t *testing.T) *apple {
	t.Helper()
	a := &apple{t: t, limits: `{"maxUsers":3,"maxRequestPerSecond":15}`, urls: map[string]string{}, handlers: map[string]http.HandlerFunc{}}
	a.Server = httptest.NewUnstartedServer(a)
	t.Cleanup(a.Close)
	a.handle("/service/config", a.serviceConfig)
	return a
}

func (a *apple) handle(path string, h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.handlers[path] = h
}

func (a *apple) answer(path string, status int, body string) {
	a.handle(path, func(w http.ResponseWriter, _ *http.Request) { reply(w, status, body) })
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// answers gives one handler after the other; the last one stays.
func (a *apple) answers(path string, hs ...http.HandlerFunc) {
	n := 0
	a.handle(path, func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		h := hs[min(n, len(hs)-1)]
		n++
		a.mu.Unlock()
		h(w, r)
	})
}

func (a *apple) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.seen = append(a.seen, strings.TrimSpace(r.Method+" "+r.URL.String()+" "+string(body)))
	h := a.handlers[r.URL.Path]
	a.mu.Unlock()
	if open := r.URL.Path == "/service/config"; !open && r.Header.Get("Authorization") != "Bearer "+bearer {
		a.t.Errorf("%s: Authorization is %q", r.URL.Path, r.Header.Get("Authorization"))
	}
	if h == nil {
		http.NotFound(w, r)
		return
	}
	h(w, r)
}

func (a *apple) serviceConfig(w http.ResponseWriter, r *http.Request) {
	if got := r.Header.Get("Authorization"); got != "" {
		a.t.Errorf("service config was sent the token")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	urls := map[string]string{
		"clientConfig": a.URL + "/client/config", "getUsers": a.URL + "/users", "createUsers": a.URL + "/users/create",
		"updateUsers": a.URL + "/users/update", "retireUsers": a.URL + "/users/retire", "eventStatus": a.URL + "/status",
		"invitationEmail": "https://invite.example/join?inviteCode=%25inviteCode%25&mt=8",
		"getAssets":       a.URL + "/assets", "getAssignments": a.URL + "/assignments",
		"associateAssets": a.URL + "/assets/associate", "disassociateAssets": a.URL + "/assets/disassociate", "revokeAssets": a.URL + "/assets/revoke",
	}
	maps.Copy(urls, a.urls)
	reply(w, 200, fmt.Sprintf(`{"limits":%s,"urls":%s,"notificationTypes":["USER_MANAGEMENT"],"errorCodes":[{"errorNumber":9603,"errorMessage":"internal"}]}`, a.limits, toJSON(urls)))
}

// calls lists what was asked, service config left out.
func (a *apple) calls() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var calls []string
	for _, s := range a.seen {
		if !strings.Contains(s, "/service/config") {
			calls = append(calls, s)
		}
	}
	return calls
}

func (a *apple) count(prefix string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, s := range a.seen {
		if strings.HasPrefix(s, prefix) {
			n++
		}
	}
	return n
}

// clock is time that passes when somebody sleeps, and then at once.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newClock() *clock { return &clock{now: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil || d <= 0 {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slept = append(c.slept, d)
	c.now = c.now.Add(d)
	return nil
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) sleeps() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.slept...)
}

// noPace lets the sleeps of a clock show the pauses alone.
type noPace struct{}

func (noPace) Wait(ctx context.Context, _ int) error { return ctx.Err() }

func newClient(t *testing.T, a *apple, change ...func(*appsandbooks.Config)) (*appsandbooks.Client, *clock) {
	t.Helper()
	ck := newClock()
	// On kept connections net/http repeats reads by itself, which would blur the counts.
	a.Client().Transport.(*http.Transport).DisableKeepAlives = true
	cfg := appsandbooks.Config{
		Token: bearer, BaseURL: a.URL, HTTPClient: a.Client(), Pacer: noPace{},
		Now: ck.Now, Sleep: ck.Sleep, Jitter: func() float64 { return 0.999999 },
		MaxWait: time.Hour,
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := appsandbooks.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c, ck
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
