package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Problem is an error that the server answered with.
// https://www.rfc-editor.org/rfc/rfc9457
type Problem struct {
	Type       string        `json:"type"`
	Title      string        `json:"title"`
	Status     int           `json:"status"`   // the HTTP status
	Detail     string        `json:"detail"`   // what is wrong and what to do
	Instance   string        `json:"instance"` // the request id, to look up in the server's log
	Field      string        `json:"field"`    // the input it is about, if any
	Errors     []Violation   `json:"errors"`
	AppleError int           `json:"apple_error"` // Apple's error number behind it, 0 if none
	Cause      string        `json:"cause"`       // why Apple says that
	Next       string        `json:"next"`        // what to do about Apple's error
	RetryAfter time.Duration `json:"-"`           // how long the server asked to wait, 0 if it did not
}

// Violation is one thing that is wrong with a request.
type Violation struct {
	Location string `json:"location"` // "body.email"
	Message  string `json:"message"`
}

// Error is the server's sentence.
func (p *Problem) Error() string { return p.Detail }

// Kind is the last word of the type: invalid, not_found, conflict, denied,
// exhausted, unavailable or internal; "" for an answer that is not rsvpp's.
func (p *Problem) Kind() string {
	kind, _ := strings.CutPrefix(p.Type, "urn:rsvpp:problem:")
	if kind == p.Type {
		return ""
	}
	return kind
}

// problemOf reads a problem; of a proxy's page it makes one.
func problemOf(resp *http.Response) error {
	p := &Problem{}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if json.Unmarshal(body, p) != nil || p.Detail == "" {
		p = &Problem{Title: resp.Status, Detail: fmt.Sprintf("The server answered %s: is this the address of rsvpp itself?", resp.Status)}
	}
	p.Status, p.RetryAfter = resp.StatusCode, retryAfter(resp)
	return p
}

// retryAfter reads both forms of the header.
func retryAfter(resp *http.Response) time.Duration {
	text := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, time.Hour)
	}
	if when, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(when), 0), time.Hour)
	}
	return 0
}
