package builtin

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/mdm/command"
)

// largest is more than a device of ours ever says: we never ask for long lists.
const largest = 4 << 20

// guarded lets only what the parsers stand reach them. It answers 400, never
// 401: devices take that for "leave".
func guarded(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
		if tooLarge, is := errors.AsType[*http.MaxBytesError](err); is {
			http.Error(w, tooLarge.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		if err == nil {
			err = command.Guard(body)
		}
		if err != nil {
			http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	}
}
