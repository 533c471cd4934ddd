package appsandbooks

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// call is one thing asked of Apple, over as many attempts as it takes.
type call struct {
	endpoint string // Apple's key in service config
	method   string
	url      string
	body     []byte // JSON, nil for GET
	open     bool   // without token and pace: service config alone
	single   bool   // one attempt, no more
	pace     int    // calls per second Apple allows, 0 when it names none
}

// answer is a decoded body: what Apple said, or the error it said instead.
type answer interface {
	problem() *Error
	lacks() string // the field without which the answer means nothing, "" when it has it
	envelope() *Envelope
}

// ask makes a call and decodes its answer into a fresh A for every attempt.
func ask[A answer](ctx context.Context, c *Client, k call, fresh func() A) (A, error) {
	var got A
	err := c.insist(ctx, k, func(attempt int) error {
		got = fresh()
		return c.attempt(ctx, k, attempt, got)
	})
	return got, err
}

// attempt makes one HTTP exchange and reports it to the hooks.
func (c *Client) attempt(ctx context.Context, k call, n int, into answer) error {
	if hook := c.cfg.Hooks.BeforeCall; hook != nil {
		if err := hook(CallInfo{Method: k.method, Endpoint: k.endpoint, Attempt: n}); err != nil {
			return err
		}
	}
	began := c.cfg.Now()
	status, err := c.exchange(ctx, k, into)
	if hook := c.cfg.Hooks.OnCall; hook != nil {
		info := CallInfo{Method: k.method, Endpoint: k.endpoint, Status: status, Attempt: n, Duration: c.cfg.Now().Sub(began)}
		info.ErrorNumber = numberOf(err)
		hook(info)
	}
	if env := into.envelope(); err == nil && env != nil && c.cfg.Hooks.OnEnvelope != nil {
		c.cfg.Hooks.OnEnvelope(*env)
	}
	return err
}

// exchange sends the request and reads the answer. The status is 0 when none came.
func (c *Client) exchange(ctx context.Context, k call, into answer) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	req, err := c.request(ctx, k)
	if err != nil {
		return 0, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, &networkError{endpoint: k.endpoint, connected: connected.Load(), err: err}
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, c.read(k, res, into)
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, k.method, k.url, bytes.NewReader(k.body))
	if err != nil {
		return nil, err
	}
	if k.body == nil {
		req.Body, req.GetBody, req.ContentLength = nil, nil, 0
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	if !k.open {
		req.Header.Set("Authorization", "Bearer "+c.cfg.Token.Reveal())
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	return req, nil
}
