package hook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Pattern is where Apple's notifications about one location arrive; program
// announces the same path.
const Pattern = "POST /hooks/apple/{location}"

const (
	longestBody   = 1 << 20 // at most 100 elements per notification, so far more than any
	longestSecret = 512     // Apple's maxNotificationLength
	longestID     = 64
)

// Notifier notes a notification and wakes whoever reads. A wrong secret is
// vpp.Denied, a body that is none vpp.Invalid; repeats do nothing.
// program.Service is one.
type Notifier interface {
	Notified(ctx context.Context, location vpp.LocationID, bearer string, body []byte) error
	// Minted says, without asking anybody, whether a secret was made here for
	// the location; that it was does not make it right.
	Minted(location vpp.LocationID, bearer string) bool
}

// Door answers Apple. Secrets that were never made here are turned away with
// next to no work, and without a look at the store, however many come.
type Door struct {
	notifier Notifier
	guard    *guard
	observe  func(status int)
}

// New makes the door; observe is told the status of each answer.
func New(notifier Notifier, clock vpp.Clock, observe func(status int)) *Door {
	return &Door{notifier, newGuard(clock), observe}
}

// ServeHTTP takes one notification. The answer goes out once it is noted,
// before anything is worked on: 204, or 400, 401, 413, 503.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := d.take(w, r)
	d.observe(status)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="notifications"`)
	}
	w.WriteHeader(status)
}

func (d *Door) take(w http.ResponseWriter, r *http.Request) int {
	location, secret := vpp.LocationID(r.PathValue("location")), bearer(r)
	if secret == "" || location == "" || len(location) > longestID {
		return http.StatusUnauthorized
	}
	// Before the body is read, so that forgers cost next to nothing.
	if !d.notifier.Minted(location, secret) {
		return http.StatusUnauthorized
	}
	mark := markOf(location, secret)
	if !d.guard.admit(mark, true) {
		return http.StatusUnauthorized
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestBody))
	if tooLong := new(http.MaxBytesError); errors.As(err, &tooLong) {
		return http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return http.StatusBadRequest
	}
	err = d.notifier.Notified(r.Context(), location, secret, body)
	return d.guard.learn(mark, err)
}

// bearer returns the secret of the request, "" if it has none that could be ours.
func bearer(r *http.Request) string {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(scheme, "Bearer") || len(secret) > longestSecret {
		return ""
	}
	return secret
}
