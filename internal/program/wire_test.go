package program_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// wire is what lies between us and the pretend Apple: it notes each call that
// leaves, and lets a test step in before or after one.
type wire struct {
	inner http.RoundTripper

	mu     sync.Mutex
	calls  []string                                // "POST users/create", …
	before func(call string, n int) *http.Response // n counts calls of this kind; an answer keeps the call from leaving
	after  func(call string, n int)                // the answer is there, and has not been handed on
	fails  func(r *http.Request) bool              // such a call never gets a sensible answer
}

func newWire() *wire { return &wire{inner: http.DefaultTransport.(*http.Transport).Clone()} }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	_, path, _ := strings.Cut(r.URL.Path, "/mdm/v2/")
	call := r.Method + " " + path
	if r.URL.Query().Get("activeOnly") != "" {
		call += " full"
	}
	if r.URL.Query().Get("retiredOnly") != "" {
		call += " retired"
	}
	w.mu.Lock()
	n := 1 + w.count(call)
	before, after, fails := w.before, w.after, w.fails
	w.mu.Unlock()
	if fails != nil && fails(r) {
		return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", Body: http.NoBody, Header: http.Header{}, Request: r}, nil
	}
	if before != nil {
		if res := before(call, n); res != nil {
			res.Request = r
			return res, nil
		}
	}
	w.mu.Lock()
	w.calls = append(w.calls, call)
	w.mu.Unlock()
	res, err := w.inner.RoundTrip(r)
	if after != nil {
		after(call, n)
	}
	return res, err
}

// count is how many calls of a kind have left; w.mu is held.
func (w *wire) count(call string) (n int) {
	for _, c := range w.calls {
		if c == call {
			n++
		}
	}
	return n
}

func (w *wire) of(call string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count(call)
}

// since returns the calls after the first n.
func (w *wire) since(n int) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls[n:])
}

// failing lets calls about one person fail, and no longer with "".
func (w *wire) failing(clientUserID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails = func(r *http.Request) bool {
		return clientUserID != "" && r.URL.Query().Get("clientUserId") == clientUserID
	}
}

func (w *wire) step(before func(string, int) *http.Response, after func(string, int)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before, w.after = before, after
}
