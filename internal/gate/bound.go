package gate

import (
	"context"
	"net/http"
	"time"
)

// bound limits the time and the size of a request.
func (g *Gate) bound(route Route, next http.Handler) http.Handler {
	most, timeout := route.MaxBody, route.Timeout
	if most == 0 {
		most = g.config.MaxBody
	}
	if timeout == 0 {
		timeout = g.config.Timeout
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		passageOf(r.Context()).bare = route.Bare
		if r.ContentLength > most {
			WriteError(w, r, &http.MaxBytesError{Limit: most})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		setDeadlines(w, timeout)
		ctx, cancel := limitTime(r.Context(), timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// setDeadlines sets those of the connection, also when there are none: a kept
// connection remembers what the request before had.
func setDeadlines(w http.ResponseWriter, timeout time.Duration) {
	var end time.Time
	if timeout > 0 {
		// The network's time, not the rooms'. A little longer than the handler's,
		// so that one that ran out of time can say so.
		end = time.Now().Add(timeout + 5*time.Second)
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(end) // a writer without deadlines is a test's
	_ = control.SetWriteDeadline(end)
}

func limitTime(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout)
}
