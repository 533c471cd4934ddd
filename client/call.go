package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	base          = "/api/v1"
	longestAnswer = 64 << 20
)

// call is one request to be made, maybe several times.
type call struct {
	method string
	path   string // below base, escaped
	query  url.Values
	key    string // idempotency key
	kind   string // of the body
	body   func() (io.Reader, int64)
	once   bool // the body cannot be sent again
	long   bool // no time limit but the context's
}

// may says whether the call can be repeated without doing anything twice.
func (k call) may() bool { return !k.once && (k.method == http.MethodGet || k.key != "") }

// ask makes a call with a JSON body (nil for none) and decodes the answer into out.
func (c *Client) ask(ctx context.Context, k call, in, out any) error {
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		k.kind = "application/json"
		k.body = func() (io.Reader, int64) { return bytes.NewReader(text), int64(len(text)) }
	}
	for attempt := 0; ; attempt++ {
		err := c.once(ctx, k, out)
		wait, again := c.again(k, attempt, err)
		if !again || sleep(ctx, wait) != nil {
			return err
		}
	}
}

// again says whether to try again, and after what time.
func (c *Client) again(k call, attempt int, err error) (time.Duration, bool) {
	if err == nil || attempt >= c.retries || !k.may() {
		return 0, false
	}
	wait := min(250*time.Millisecond<<attempt, 30*time.Second)
	if p, answered := errors.AsType[*Problem](err); answered {
		if p.Status != http.StatusTooManyRequests && p.Status != http.StatusServiceUnavailable {
			return 0, false
		}
		return max(wait, p.RetryAfter), true
	}
	_, lost := errors.AsType[*lostError](err)
	return wait, lost
}

// lostError is a call whose answer never came.
type lostError struct{ err error }

func (e *lostError) Error() string { return "the server does not answer: " + e.err.Error() }
func (e *lostError) Unwrap() error { return e.err }

func (c *Client) once(ctx context.Context, k call, out any) error {
	if !k.long {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	resp, err := c.send(ctx, k)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if w, ok := out.(io.Writer); ok {
		_, err := io.Copy(w, resp.Body)
		return err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, longestAnswer))
	if err != nil {
		return &lostError{err}
	}
	if out == nil || len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("the answer cannot be read; is this address an rsvpp server? %w", err)
	}
	return nil
}

// send makes one attempt; anything but success is an error.
func (c *Client) send(ctx context.Context, k call) (*http.Response, error) {
	u := c.base.JoinPath(base, k.path)
	u.RawQuery = k.query.Encode()
	r, err := http.NewRequestWithContext(ctx, k.method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if k.body != nil {
		reader, size := k.body()
		r.Body, r.ContentLength = io.NopCloser(reader), size
		r.Header.Set("Content-Type", k.kind)
	}
	if k.key != "" {
		r.Header.Set("Idempotency-Key", k.key)
	}
	r.Header.Set("User-Agent", c.agent)
	c.authorize(r)
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, &lostError{err}
	}
	if resp.StatusCode >= 300 {
		defer resp.Body.Close()
		return nil, problemOf(resp)
	}
	return resp, nil
}

// sleep waits, but no longer than the context.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// get asks for a value.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (out T, err error) {
	err = c.ask(ctx, call{method: http.MethodGet, path: path, query: query}, nil, &out)
	return out, err
}

// send asks for something to be done and returns what it answers.
func send[T any](ctx context.Context, c *Client, method, path string, in any) (out T, err error) {
	err = c.ask(ctx, call{method: method, path: path}, in, &out)
	return out, err
}

// do asks for something to be done that answers nothing.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, in any) error {
	return c.ask(ctx, call{method: method, path: path, query: query}, in, nil)
}

// id makes an identifier fit into a path. One that would lead elsewhere
// becomes one that nothing has.
func id(s string) string {
	switch s {
	case "", ".", "..":
		return "-"
	}
	return url.PathEscape(s)
}
