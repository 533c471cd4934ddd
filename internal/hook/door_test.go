package hook_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/hook"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// notes is the other side of the door: it knows one secret, which can change.
type notes struct {
	secret string
	asked  atomic.Int32
	taken  atomic.Int32
	broken error
}

func (n *notes) Notified(_ context.Context, location vpp.LocationID, bearer string, body []byte) error {
	n.asked.Add(1)
	switch {
	case n.broken != nil:
		return n.broken
	case location != "L1" || bearer != n.secret:
		return vpp.Errorf(vpp.Denied, "This is not a notification from Apple.")
	case !bytes.HasPrefix(body, []byte("{")):
		return vpp.Errorf(vpp.Invalid, "The notification cannot be read.")
	}
	n.taken.Add(1)
	return nil
}

// Minted knows those that were made here, now or before, by their look.
func (n *notes) Minted(_ vpp.LocationID, bearer string) bool {
	return !strings.HasPrefix(bearer, "forged-")
}

type harness struct {
	*notes
	now time.Time
	url string
}

func serve(t *testing.T) *harness {
	t.Helper()
	h := &harness{notes: &notes{secret: "right"}, now: time.Unix(1_800_000_000, 0)}
	mux := http.NewServeMux()
	mux.Handle(hook.Pattern, hook.New(h.notes, func() time.Time { return h.now }, func(int) {}))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h.url = server.URL + "/hooks/apple/"
	return h
}

func (h *harness) post(t *testing.T, location, authorization, body string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, h.url+location, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestDoor(t *testing.T) {
	for _, c := range []struct {
		name, location, authorization, body string
		status                              int
		asked                               int32
	}{
		{"a notification", "L1", "Bearer right", `{}`, 204, 1},
		{"scheme in small letters", "L1", "bearer right", `{}`, 204, 1},
		{"no secret", "L1", "", `{}`, 401, 0},
		{"another scheme", "L1", "Basic right", `{}`, 401, 0},
		{"a wrong secret", "L1", "Bearer wrong", `{}`, 401, 1},
		{"a forged secret", "L1", "Bearer forged-1", `{}`, 401, 0},
		{"the secret of another location", "L2", "Bearer right", `{}`, 401, 1},
		{"a secret too long to be one", "L1", "Bearer " + strings.Repeat("x", 600), `{}`, 401, 0},
		{"malformed", "L1", "Bearer right", `<html>`, 400, 1},
		{"too long a body", "L1", "Bearer right", "{" + strings.Repeat(" ", 1<<20), 413, 0},
		{"a body of just 1 MiB", "L1", "Bearer right", "{" + strings.Repeat(" ", 1<<20-1), 204, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := serve(t)
			if got := h.post(t, c.location, c.authorization, c.body); got != c.status {
				t.Errorf("answered %d, want %d", got, c.status)
			}
			if got := h.asked.Load(); got != c.asked {
				t.Errorf("looked up %d times, want %d", got, c.asked)
			}
		})
	}
}

func TestStoreDown(t *testing.T) {
	h := serve(t)
	h.broken = vpp.Errorf(vpp.Unavailable, "The database does not answer.")
	if got := h.post(t, "L1", "Bearer right", `{}`); got != 503 {
		t.Errorf("answered %d, want 503 so that Apple comes again", got)
	}
}

func TestRepeatedForgery(t *testing.T) {
	h := serve(t)
	for range 50 {
		if got := h.post(t, "L1", "Bearer wrong", `{}`); got != 401 {
			t.Fatalf("answered %d, want 401", got)
		}
	}
	if got := h.asked.Load(); got != 1 {
		t.Errorf("the same wrong secret was looked up %d times, want once", got)
	}
	// The secret may have become the right one.
	h.secret, h.now = "wrong", h.now.Add(11*time.Second)
	if got := h.post(t, "L1", "Bearer wrong", `{}`); got != 204 {
		t.Errorf("answered %d after the secret changed, want 204", got)
	}
}

func TestFloodOfForgeries(t *testing.T) {
	h := serve(t)
	if got := h.post(t, "L1", "Bearer right", `{}`); got != 204 {
		t.Fatalf("answered %d, want 204", got)
	}
	for i := range 300 {
		if got := h.post(t, "L1", fmt.Sprintf("Bearer forged-%d", i), `{}`); got != 401 {
			t.Fatalf("answered %d, want 401", got)
		}
	}
	if got := h.asked.Load(); got != 1 {
		t.Errorf("300 forgeries were looked up %d times", got-1)
	}
	if got := h.post(t, "L1", "Bearer right", `{}`); got != 204 {
		t.Errorf("Apple got %d amid the flood, want 204", got)
	}
}

// A flood does not keep out a secret that was made here and is not known yet:
// the first notification after a start, or after a rotation on another node.
func TestFirstNotificationAmidTheFlood(t *testing.T) {
	h := serve(t)
	h.secret = "now"
	for i := range 300 {
		h.post(t, "L1", fmt.Sprintf("Bearer forged-%d", i), `{}`)
	}
	if got := h.post(t, "L1", "Bearer now", `{}`); got != 204 {
		t.Errorf("Apple got %d amid the flood, want 204", got)
	}
	for range 3 { // an old one of ours costs one look in a while
		if got := h.post(t, "L1", "Bearer before", `{}`); got != 401 {
			t.Errorf("an old secret got %d, want 401", got)
		}
	}
	if got := h.asked.Load(); got != 2 {
		t.Errorf("looked up %d times", got)
	}
}

func BenchmarkForgery(b *testing.B) {
	door := hook.New(&notes{secret: "right"}, time.Now, func(int) {})
	mux := http.NewServeMux()
	mux.Handle(hook.Pattern, door)
	for i := 0; b.Loop(); i++ {
		r := httptest.NewRequest(http.MethodPost, "/hooks/apple/L1", nil)
		r.Header.Set("Authorization", fmt.Sprint("Bearer forged-", i))
		mux.ServeHTTP(httptest.NewRecorder(), r)
	}
}
