package applesim_test

import (
	"encoding/base64"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)} }
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Section 3: the file is base64 of token, expDate with an offset without colon, orgName; its whole content is the bearer value (1.1).
func TestTokenFile(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	raw, err := base64.StdEncoding.DecodeString(w.token.Content)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Token, ExpDate, OrgName string }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse("2006-01-02T15:04:05-0700", file.ExpDate); err != nil || file.Token == "" || file.OrgName != "ORG12345" {
		t.Fatalf("%s: %v", raw, err)
	}
	w.want(w.get("/client/config"), 200, 0)
	inner, err := w.do("GET", "/client/config", file.Token, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.want(inner, 200, 9622)
}

// Sections 1.13 and 3: what every kind of bad token gets.
func TestTokens(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now})
	mint := func(o applesim.TokenOptions) string {
		token, err := w.MintToken(uid, o)
		if err != nil {
			t.Fatal(err)
		}
		return token.Content
	}
	expired := mint(applesim.TokenOptions{ExpiresAt: now.Now().Add(time.Minute)})
	revoked, readOnly := mint(applesim.TokenOptions{}), mint(applesim.TokenOptions{ReadOnly: true})
	if err := w.RevokeToken(revoked); err != nil {
		t.Fatal(err)
	}
	now.add(time.Hour)
	for _, c := range []struct {
		name, token, method, path string
		quirks                    applesim.Quirks
		status, number            int
	}{
		{"expired", expired, "GET", "/users", applesim.Quirks{}, 401, 9621},
		{"revoked", revoked, "GET", "/users", applesim.Quirks{}, 401, 9625},
		{"revoked, service config (1.1)", revoked, "GET", "/service/config", applesim.Quirks{}, 200, 0},
		{"read-only reads", readOnly, "GET", "/users", applesim.Quirks{}, 200, 0},
		{"read-only writes", readOnly, "POST", "/users/create", applesim.Quirks{}, 403, 9637},
		{"unknown, as seen live", "eHl6", "GET", "/users", applesim.Quirks{}, 200, 9622},
		{"unknown, documented", "eHl6", "GET", "/users", applesim.Quirks{InvalidToken401: true}, 401, 9622},
		{"two words", "a b", "GET", "/users", applesim.Quirks{}, 401, 9722},
		{"missing", "", "GET", "/users", applesim.Quirks{}, 401, 9601},
		{"missing, other way", "", "GET", "/users", applesim.Quirks{MissingAuth9722: true}, 401, 9722},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.SetQuirks(c.quirks)
			out, err := w.do(c.method, c.path, c.token, "application/json", crowd("u", 1))
			if err != nil {
				t.Fatal(err)
			}
			w.want(out, c.status, c.number)
		})
	}
}

// Section 3: downloading a newer token revokes the older; several may share a uId.
func TestNewerTokenRevokes(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	if _, err := w.MintToken(uid, applesim.TokenOptions{}); err != nil {
		t.Fatal(err)
	}
	w.want(w.get("/users"), 200, 0)
	if _, err := w.MintToken(uid, applesim.TokenOptions{RevokeOlder: true}); err != nil {
		t.Fatal(err)
	}
	w.want(w.get("/users"), 401, 9625)
	if got := len(w.Tokens(uid)); got != 3 {
		t.Fatal(got, "tokens")
	}
}

// Sections 1.1 and 1.13: wrong method, wrong type, unknown address.
func TestTransportRules(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	ask := func(method, path, kind string) answer {
		out, err := w.do(method, path, w.token.Content, kind, crowd("u", 1))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	w.want(ask("DELETE", "/users", ""), 405, 9726)
	w.want(ask("GET", "/users/create", ""), 405, 9726)
	w.want(ask("POST", "/users/create", "text/plain"), 415, 9727)
	w.want(ask("POST", "/users/update", ""), 200, 0)
	w.want(ask("POST", "/users/create", "application/json; charset=utf-8"), 200, 0)
	w.SetQuirks(applesim.Quirks{NoContentTypeRefused: true})
	w.want(ask("POST", "/users/retire", ""), 415, 9727)
	w.want(ask("GET", "/nothing", ""), 404, 9602)
}

// Sections 1.4 and 1.14: maxRequestPerSecond is kept per location, reads included; a client that waits gets through.
func TestRate(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Limits: applesim.DocumentedLimits()})
	for range 15 {
		w.want(w.get("/users"), 200, 0)
	}
	if h := w.want(w.get("/users"), 429, 9646).Header.Get("Retry-After"); h != "" {
		t.Error("Retry-After", h)
	}
	w.SetQuirks(applesim.Quirks{RetryAfterOn429: true})
	if h := w.want(w.get("/client/config"), 429, 9646).Header.Get("Retry-After"); h != "1" {
		t.Error("Retry-After", h)
	}
	now.add(time.Second / 5)
	for range 3 {
		w.want(w.get("/users"), 200, 0)
	}
	w.want(w.get("/users"), 429, 9646)
	if n := w.Calls().RateRejected; n != 3 {
		t.Error(n, "rejected")
	}
	w.want(w.get("/service/config"), 200, 0) // no token, no count
}

// Section 1.9: more than five parallel page reads are counted, and refused where wanted.
func TestParallelReads(t *testing.T) {
	w := newWorld(t, applesim.Options{Latency: applesim.Range{Min: 300 * time.Millisecond}, Quirks: applesim.Quirks{ParallelReadsRefused: true}})
	var all sync.WaitGroup
	for range 7 {
		all.Go(func() {
			if _, err := w.do("GET", "/users", w.token.Content, "", nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	c := w.Calls()
	if c.MaxParallelReads < 6 || c.ParallelExceeded == 0 || c.ByError[9646] != c.ParallelExceeded {
		t.Errorf("%+v", c)
	}
}
