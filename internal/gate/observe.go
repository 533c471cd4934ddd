package gate

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// secretPaths stand before the secrets in paths: who knows the rest may use it.
var secretPaths = [...]string{"/i/", "/setup/"}

// observe gives the request an id, answers for panics, and logs one line.
func (g *Gate) observe(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	began := g.config.Clock()
	p := &passage{id: g.config.IDs(), address: clientAddress(r, g.config.TrustedProxies), page: g.config.Page}
	p.log = g.config.Logger.With("request", p.id)
	r = r.WithContext(context.WithValue(r.Context(), passageKey{}, p))
	seen := &witness{ResponseWriter: w}
	seen.Header().Set("X-Request-Id", p.id)
	defer func() {
		level := slog.LevelInfo
		if p.bare {
			level = slog.LevelDebug
		}
		// The query is never logged: links, searches and addresses stand in it.
		p.log.LogAttrs(r.Context(), level, "request",
			slog.String("method", r.Method), slog.String("path", redact(r.URL.Path)), slog.String("route", r.Pattern),
			slog.Int("status", seen.status), slog.Int64("bytes", seen.bytes),
			slog.Duration("took", g.config.Clock().Sub(began)),
			slog.String("from", p.address), slog.String("by", p.caller.Actor().Name))
	}()
	defer g.catch(seen, r)
	next(seen, r)
	if seen.status == 0 {
		seen.status = http.StatusOK // what net/http writes for a handler that wrote nothing
	}
}

// catch turns a panic into an answer that tells nothing, and a log line that
// tells all.
func (g *Gate) catch(w *witness, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if fault == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
		panic(fault) //nolint:forbidigo // handed on to net/http, which knows it
	}
	passageOf(r.Context()).log.ErrorContext(r.Context(), "handler panicked", "panic", fmt.Sprint(fault), "stack", string(debug.Stack()))
	if w.status != 0 {
		// Half an answer is out: only a cut connection says that it is not whole.
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http has no other word for it
	}
	WriteError(w, r, &refusal{http.StatusInternalServerError, vpp.Errorf(vpp.Internal, "panic")})
}

// redact hides what follows a secret path, wherever it stands: links arrive
// with slashes doubled and letters enlarged by the programs they went through.
func redact(path string) string {
	for _, secret := range secretPaths {
		if i := strings.Index(strings.ToLower(path), secret); i >= 0 && len(path) > i+len(secret) {
			return path[:i] + secret + "…"
		}
	}
	return path
}

// witness sees status and size of an answer.
type witness struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (w *witness) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *witness) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController through, for streams.
func (w *witness) Unwrap() http.ResponseWriter { return w.ResponseWriter }
