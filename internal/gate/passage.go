package gate

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// passage is what the gate knows of a request on its way.
type passage struct {
	id      string
	address string
	log     *slog.Logger
	page    func(w http.ResponseWriter, r *http.Request, status int, sentence string)
	caller  operator.Caller
	known   bool // the caller is
	bare    bool
}

type passageKey struct{}

// passageOf returns an empty passage outside of the gate.
func passageOf(ctx context.Context) *passage {
	if p, ok := ctx.Value(passageKey{}).(*passage); ok {
		return p
	}
	return &passage{log: slog.New(slog.DiscardHandler)}
}

// RequestID returns the id by which the log knows the request.
func RequestID(ctx context.Context) string { return passageOf(ctx).id }

// Address returns the remote address, seen through trusted proxies.
func Address(ctx context.Context) string { return passageOf(ctx).address }

// Caller returns who stands behind the request; false on public routes when
// nobody is signed in.
func Caller(ctx context.Context) (operator.Caller, bool) {
	p := passageOf(ctx)
	return p.caller, p.known
}

// Operator returns the operator behind the request, in person or by a key.
func Operator(ctx context.Context) (operator.Operator, bool) {
	p := passageOf(ctx)
	return p.caller.Operator, p.known
}

// Actor returns who stands behind the request in the words of the history;
// on public routes that is the holder of a link.
func Actor(ctx context.Context) vpp.Actor {
	p := passageOf(ctx)
	if p.known {
		return p.caller.Actor()
	}
	return vpp.Actor{Name: "invited person", From: p.address}
}
