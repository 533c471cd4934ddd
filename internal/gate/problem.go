package gate

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Problem is how an error leaves.
// https://www.rfc-editor.org/rfc/rfc9457
type Problem struct {
	Type     string `json:"type"`     // "urn:rsvpp:problem:not_found"
	Title    string `json:"title"`    // the status in words
	Status   int    `json:"status"`   // the HTTP status
	Detail   string `json:"detail"`   // what is wrong and what to do
	Instance string `json:"instance"` // the request id, to look up in the log
	Field    string `json:"field,omitempty"`

	AppleError int    `json:"apple_error,omitempty" doc:"Apple's error number behind it."`
	Cause      string `json:"cause,omitempty" doc:"Why Apple says that."`
	Next       string `json:"next,omitempty" doc:"What to do about Apple's error."`

	after time.Duration
}

// Status is the one table from kinds of error to HTTP.
func Status(kind vpp.Kind) int {
	switch kind {
	case vpp.Invalid:
		return http.StatusUnprocessableEntity
	case vpp.NotFound:
		return http.StatusNotFound
	case vpp.Conflict:
		return http.StatusConflict
	case vpp.Denied:
		return http.StatusForbidden
	case vpp.Exhausted:
		return http.StatusTooManyRequests
	case vpp.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// ProblemOf turns an error into a problem. Our own faults are logged whole and
// leave without a word about them.
func ProblemOf(ctx context.Context, err error) *Problem {
	p := passageOf(ctx)
	err = plain(err)
	problem := &Problem{
		Type: "urn:rsvpp:problem:" + string(vpp.KindOf(err)), Status: Status(vpp.KindOf(err)),
		Detail: vpp.MessageOf(err), Instance: p.id,
	}
	if r, ok := errors.AsType[*refusal](err); ok {
		problem.Status = r.status
	}
	var e *vpp.Error
	if errors.As(err, &e) && e.Kind != vpp.Internal {
		problem.Field = e.Field
	}
	if n := vpp.AppleNumber(err); n != 0 {
		apple := vpp.ExplainApple(n)
		problem.AppleError, problem.Cause, problem.Next = n, apple.Cause, apple.Next
	}
	var later interface{ RetryAfter() time.Duration }
	if errors.As(err, &later) {
		problem.after = later.RetryAfter()
	}
	problem.Title = http.StatusText(problem.Status)
	if problem.Status >= 500 && !errors.Is(err, context.Canceled) {
		p.log.ErrorContext(ctx, "request failed", "err", err)
	}
	return problem
}

// plain finds our words for errors of the libraries around a request.
func plain(err error) error {
	var large *http.MaxBytesError
	var ours *vpp.Error
	switch {
	case errors.As(err, &large):
		return &refusal{
			http.StatusRequestEntityTooLarge,
			vpp.Wrap(vpp.Invalid, err, "What was sent is larger than the %d KiB that are taken here.", large.Limit/1024),
		}
	case errors.As(err, &ours) && ours.Kind != vpp.Internal:
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return vpp.Wrap(vpp.Unavailable, err, "This took too long: try again.")
	case errors.Is(err, context.Canceled):
		return vpp.Wrap(vpp.Unavailable, err, "The request was given up.")
	}
	return err
}

// refusal is an error with a status of its own.
type refusal struct {
	status int
	err    error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// Error makes a problem an error, so that API frameworks can pass it on.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status, for API frameworks.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that go with the problem, for API frameworks.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.after > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.after+time.Second-1)/time.Second)))
	}
	return h
}

// ContentType replaces JSON's by that of problems, for API frameworks.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// WriteProblem answers with the error as a problem.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := ProblemOf(r.Context(), err)
	p.head(w)
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader has gone; nobody is left to tell
}

// WriteError answers with a page where a person looks at one, and with a
// problem elsewhere.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	page := passageOf(r.Context()).page
	if page == nil || !wantsPage(r) {
		WriteProblem(w, r, err)
		return
	}
	p := ProblemOf(r.Context(), err)
	p.head(w)
	page(w, r, p.Status, p.Detail)
}

// head also takes back what a handler said of the answer that it did not give.
func (p *Problem) head(w http.ResponseWriter) {
	for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Disposition", "Etag", "Last-Modified"} {
		w.Header().Del(name)
	}
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Cache-Control", "no-store")
}

// wantsPage says whether a person looks at the answer: not a script, not the API.
func wantsPage(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode")
	return !isAPI(r) && (mode == "" || mode == "navigate") && strings.Contains(r.Header.Get("Accept"), "text/html")
}
