package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/api"
)

// impostor stands between us and the pretend Apple. Once it has something to
// say it answers everything with that, and Apple is not asked.
type impostor struct {
	*httptest.Server
	says  atomic.Pointer[func(io.Writer)]
	posts atomic.Int32 // writes to people and licenses that it swallowed
}

func newImpostor(t *testing.T, apple func() *applesim.Server) *impostor {
	t.Helper()
	i := &impostor{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		to, err := url.Parse(apple().BaseURL())
		if err != nil {
			t.Error(err)
			return
		}
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
	}}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		say := i.says.Load()
		if say == nil {
			proxy.ServeHTTP(w, r)
			return
		}
		if r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/client/config") {
			i.posts.Add(1)
		}
		w.Header().Set("Content-Type", "application/json")
		(*say)(w)
	}))
	t.Cleanup(i.Close)
	return i
}

// Renewing, asking Apple again, testing the connection and taking back while
// something else answers in Apple's place: each says what is wrong, nothing is
// written, nothing is lost, and the next try goes.
func TestNonsenseLeavesALocationAsItIs(t *testing.T) {
	t.Parallel()
	text := func(s string) func(io.Writer) { return func(w io.Writer) { _, _ = io.WriteString(w, s) } }
	enormous := func(w io.Writer) {
		_, _ = io.WriteString(w, `{"uId":"`)
		for part := strings.Repeat("x", 1<<20); ; { // until we hang up
			if _, err := io.WriteString(w, part); err != nil {
				return
			}
		}
	}
	for name, say := range map[string]func(io.Writer){
		"HTML with 200": text("<!DOCTYPE html><title>Sign in to the guest network</title>"),
		"truncated":     text(`{"uId":"2049025000431439","locationName":"North Sch`),
		"enormous":      enormous,
		"wrong types":   text(`{"uId":{"a":1},"locationName":[7],"mdmInfo":"mine","tokenExpirationDate":true,"urls":[],"limits":"none"}`),
		"empty":         text(""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h *site
			i := newImpostor(t, func() *applesim.Server { return h.apple })
			h = openSite(t, siteOptions{bare: true, flags: map[string]string{"apple-url": i.URL + "/mdm/v2", "take-over-after": "3s"}})
			h.must("POST", "/locations?consent=true", h.token.Content, nil)
			h.useMail(nil)
			h.pupils(3)
			h.finished(h.inviting())
			h.until("a read", func() bool { return h.place().FullReadAt != nil })
			newer := h.mint(applesim.TokenOptions{ExpiresAt: time.Now().AddDate(2, 0, 0)})
			at := "/locations/" + h.place().ID
			lie := func() { i.says.Store(&say) }
			speaks := func() { i.says.Store(nil) }

			before := h.place()
			lie()
			h.refused(h.send("PUT", at+"/token", newer.Content), 503, "Apple", "not stored", "send it again")
			h.refused(h.send("POST", at+"/check", nil), 503, "Apple")
			var tested api.ConnectionTest
			h.must("POST", at+"/test", nil, &tested)
			if c := tested.Checks[0]; c.Name != "apple" || c.State != "bad" {
				t.Errorf("the test says %+v", tested.Checks)
			} else {
				h.sentence(c.Sentence, "Apple")
			}
			h.unharmed(before, "valid")
			speaks()

			thief := applesim.Stranger()
			if err := h.apple.SetOwner(h.uid, thief); err != nil {
				t.Fatal(err)
			}
			h.must("POST", "/vpp/sync", everybody{"selection": everybody{"all": true}, "full": true}, nil)
			h.until("the theft is seen", func() bool { return h.place().ClaimState == "taken" })
			lie()
			h.refused(h.send("POST", at+"/take-back", everybody{"claim": thief.ID}), 503, "Apple")
			if l := h.place(); l.ClaimState != "taken" || h.apple.Owner(h.uid) != thief {
				t.Errorf("after a take-back that failed: %s, Apple says %+v", l.ClaimState, h.apple.Owner(h.uid))
			}
			if n := i.posts.Load(); n != 0 {
				t.Errorf("%d writes were tried meanwhile", n)
			}
			speaks()

			// Apple may have been left alone for a moment after so much nonsense.
			h.until("it is taken back", func() bool { return h.send("POST", at+"/take-back", everybody{"claim": thief.ID}).status < 300 })
			h.until("it is checked", func() bool { return h.send("POST", at+"/check", nil).status < 300 })
			h.until("it is renewed", func() bool { return h.send("PUT", at+"/token", newer.Content).status < 300 })
			if l := h.place(); l.ClaimState != "ours" || l.TokenState != "valid" || !l.ExpiresAt.After(*before.ExpiresAt) {
				t.Errorf("once Apple speaks again: %+v", l)
			}
			h.truth()
		})
	}
}

// unharmed checks that a location stands as it did, with everybody in it.
func (h *site) unharmed(before api.Location, state string) {
	h.t.Helper()
	after := h.place()
	if after.TokenState != state {
		h.t.Errorf("the token is %s: %s", after.TokenState, after.TokenText)
	}
	kept := func(l api.Location) []any {
		return []any{l.ID, l.Name, l.UID, l.ExpiresAt, l.AddedAt, l.ClaimState, l.Default, l.Consent, l.FrozenAt}
	}
	if diff := cmp.Diff(kept(before), kept(after)); diff != "" {
		h.t.Errorf("the location changed (-before +after):\n%s", diff)
	}
	if n := h.statuses()["invited"]; n != 3 {
		h.t.Errorf("%d are invited: %v", n, h.statuses())
	}
	h.truth()
}
