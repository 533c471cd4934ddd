package appsandbooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// largestKeptBuffer keeps one huge answer from staying in memory for ever.
const largestKeptBuffer = 4 << 20

// fault is the error part that any answer may have, HTTP 200 included.
type fault struct {
	Number  ErrorNumber  `json:"errorNumber"`
	Message string       `json:"errorMessage"`
	Info    *ErrorInfo   `json:"errorInfo"`
	Others  []otherError `json:"errors"`
}

// otherError is the error shape of Apple's newer APIs, which filters in front
// of this one use now and then.
type otherError struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (f *fault) problem() *Error {
	if f.Number != 0 {
		e := &Error{Number: f.Number, Message: f.Message}
		if f.Info != nil {
			e.Info = *f.Info
		}
		return e
	}
	if len(f.Others) == 0 {
		return nil
	}
	first := f.Others[0]
	number, err := strconv.ParseInt(first.Code, 10, 32)
	if err != nil {
		number = 0 // some codes are words
	}
	return &Error{Number: ErrorNumber(number), Message: strings.TrimSpace(first.Title + " " + first.Detail)}
}

// refusal is an answer of which only the error is wanted.
type refusal struct{ fault }

// read takes the answer apart: success into the given answer, all else an error.
func (c *Client) read(k call, res *http.Response, into answer) error {
	buf := c.buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= largestKeptBuffer {
			buf.Reset()
			c.buffers.Put(buf)
		}
	}()
	after := retryAfter(res.Header.Get("Retry-After"), sentAt(res, c.cfg.Now()))
	odd := func(reason string, err error) error {
		return &UnexpectedAnswerError{
			Endpoint: k.endpoint, Status: res.StatusCode, ContentType: res.Header.Get("Content-Type"),
			Reason: reason, RetryAfter: after, Err: err,
		}
	}
	n, err := buf.ReadFrom(io.LimitReader(res.Body, c.cfg.MaxBody+1))
	switch {
	case err != nil && res.StatusCode/100 == 2:
		return &networkError{endpoint: k.endpoint, connected: true, err: err}
	case n > c.cfg.MaxBody:
		return odd(fmt.Sprintf("it is larger than %d bytes", c.cfg.MaxBody), nil)
	case res.StatusCode/100 == 3:
		return odd("it is a redirect, which is not followed", nil)
	case res.StatusCode/100 != 2:
		return readRefusal(res, buf.Bytes(), after, odd)
	}
	return readSuccess(res, buf.Bytes(), into, after, odd)
}

// readSuccess decodes a 2xx answer, which may still be an error.
func readSuccess(res *http.Response, body []byte, into answer, after time.Duration, odd func(string, error) error) error {
	if !isObject(body) {
		return odd("it is not a JSON object", nil)
	}
	err := decode(body, into)
	if p := into.problem(); p != nil {
		p.HTTPStatus, p.RetryAfter = res.StatusCode, after
		return p
	}
	if err != nil {
		return odd(complaint(err), err)
	}
	if field := into.lacks(); field != "" {
		return odd("it lacks "+field, nil)
	}
	return nil
}

// readRefusal finds Apple's error in an answer that is not 2xx.
func readRefusal(res *http.Response, body []byte, after time.Duration, odd func(string, error) error) error {
	var r refusal
	if isObject(body) {
		_ = json.Unmarshal(body, &r) // a number counts, whatever is wrong beside it
	}
	p := r.problem()
	switch {
	case p != nil:
	case res.StatusCode == http.StatusUnauthorized:
		p = &Error{Message: "the content token was refused without a reason"}
	case len(bytes.TrimSpace(body)) == 0:
		return odd("it is empty", nil)
	default:
		return odd("it carries no error of Apple's", nil)
	}
	p.HTTPStatus, p.RetryAfter = res.StatusCode, after
	return p
}

func isObject(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && body[0] == '{'
}

// complaint words a decoding error without quoting the body.
func complaint(err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := e.Field[strings.LastIndexByte(e.Field, '.')+1:] // without the names of our structs
		return fmt.Sprintf("its field %q has the wrong type", field)
	}
	return "its JSON is broken or cut off"
}

// sentAt is when an answer was sent by the clock that its dates are of: the
// server's, as ours may go wrong. A day apart they are not of one time.
func sentAt(res *http.Response, now time.Time) time.Time {
	at, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil || at.Sub(now).Abs() > longestHold {
		return now
	}
	return at
}

// retryAfter reads both forms of the header, seconds and HTTP date; 0 when
// absent, past or unreadable.
func retryAfter(header string, now time.Time) time.Duration {
	// Out of range, ParseInt returns the nearest number that fits.
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		seconds = min(max(seconds, 0), int64(longestHold/time.Second))
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), longestHold)
	}
	return 0
}
