package mail

import (
	"context"
	"errors"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// conn is one open connection to a mail server, signed in and ready.
type conn struct {
	host      string
	port      int
	direct    bool
	patience  time.Duration
	client    *smtp.Client
	wire      *wire
	encrypted bool
	dirty     bool // a transaction was left open; RSET before the next one
	broken    bool // it ended after the letter had been answered
	sent      int  // letters tried on it
	idleSince time.Time
	watch     watch // nil, except while somebody watches (Test)
}

// watch hears how each step went: the server's answer, and the error if any.
type watch func(step Step, took time.Duration, said string, err error)

// do runs one step of the exchange, with fresh patience.
func (c *conn) do(step Step, act func() (string, error)) *failure {
	began := time.Now()
	if c.wire != nil {
		c.wire.arm(c.patience)
	}
	said, err := act()
	if err != nil && c.wire != nil && c.wire.wasInterrupted() {
		err = errors.Join(context.Canceled, err)
	}
	if c.watch != nil {
		c.watch(step, time.Since(began), said, err)
	}
	if err == nil {
		return nil
	}
	return &failure{step: step, host: c.host, port: c.port, direct: c.direct, err: err}
}

// close says good-bye and hangs up.
func (c *conn) close() {
	c.wire.arm(time.Second)
	if err := c.client.Quit(); err != nil {
		_ = c.client.Close() // it is gone already
	}
}

// drop hangs up without a word: the exchange is in no state for one.
func (c *conn) drop() { _ = c.wire.Conn.Close() }
