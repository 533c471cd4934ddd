package mail

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/textproto"
	"strings"
)

// deliver hands one letter over. From the moment the final dot is sent, a lost
// answer means that the letter may have been accepted: sentDot says so.
func (c *conn) deliver(ctx context.Context, e *envelope) (answer, *failure) {
	stop := context.AfterFunc(ctx, c.wire.interrupt)
	defer stop()
	c.sent++
	if fail := c.fit(e); fail != nil {
		return answer{}, fail
	}
	if offered, _ := c.client.Extension("PIPELINING"); offered && c.watch == nil {
		fail := c.addressAtOnce(e)
		if fail != nil && !fail.connectionUsable() {
			return answer{}, fail
		}
		return c.page(e, fail)
	}
	if fail := c.address(e); fail != nil {
		return answer{}, fail
	}
	return c.page(e, nil)
}

// fit makes the connection ready for a letter, if it can carry it.
func (c *conn) fit(e *envelope) *failure {
	offered, _ := c.client.Extension("SMTPUTF8")
	if c.client.SkipSMTPUTF8(!e.utf8); !c.dirty && (offered || !e.utf8) {
		return nil
	}
	return c.do(StepFrom, func() (string, error) {
		if c.dirty {
			if err := c.client.Reset(); err != nil {
				return "", err
			}
			c.dirty = false
		}
		if e.utf8 && !offered {
			return "", errNoUTF8
		}
		return "", nil
	})
}

// address names sender and recipient, and asks to begin.
func (c *conn) address(e *envelope) *failure {
	fail := c.do(StepFrom, func() (string, error) {
		return "", c.client.Mail("<" + e.from.String() + ">")
	})
	if fail != nil {
		return fail
	}
	c.dirty = true
	return c.do(StepTo, func() (string, error) {
		if err := c.client.Rcpt("<" + e.to.String() + ">"); err != nil {
			return "", err
		}
		return "", c.client.Text.PrintfLine("DATA")
	})
}

// addressAtOnce does the same in one breath (RFC 2920): a letter waits for two
// answers from afar instead of four. The mail library does not, so its wire is
// written to directly.
func (c *conn) addressAtOnce(e *envelope) *failure {
	text := c.client.Text
	fail := c.do(StepFrom, func() (string, error) {
		if _, err := text.W.WriteString(c.opening(e)); err != nil {
			return "", err
		}
		c.dirty = true
		if err := text.W.Flush(); err != nil {
			return "", err
		}
		_, _, err := text.ReadResponse(250)
		return "", err
	})
	if fail != nil && !fail.connectionUsable() {
		return fail
	}
	next := c.do(StepTo, func() (string, error) { // this answer comes all the same
		_, _, err := text.ReadResponse(25)
		return "", err
	})
	if fail == nil {
		fail = next
	}
	return fail
}

// opening is everything before the letter. Addresses have no line breaks:
// ParseAddress takes none.
func (c *conn) opening(e *envelope) string {
	var b strings.Builder
	b.WriteString("MAIL FROM:<" + e.from.String() + ">")
	if offered, _ := c.client.Extension("8BITMIME"); offered {
		b.WriteString(" BODY=8BITMIME")
	}
	if e.utf8 {
		b.WriteString(" SMTPUTF8")
	}
	b.WriteString("\r\nRCPT TO:<" + e.to.String() + ">\r\nDATA\r\n")
	return b.String()
}

// page hands the letter over after its opening; to a server that would read one
// although it refused the addresses, an empty one.
func (c *conn) page(e *envelope, refused *failure) (said answer, fail *failure) {
	text, sentDot := c.client.Text, false
	fail = c.do(StepData, func() (string, error) {
		if _, _, err := text.ReadResponse(354); err != nil {
			return "", err
		}
		if refused != nil {
			_ = text.PrintfLine(".") // a broken connection shows itself at the next read
		} else {
			page := letterWriter(text, e.body.Bytes())
			if _, err := page.Write(e.body.Bytes()); err != nil {
				return "", err
			}
			sentDot = true
			c.wire.arm(c.patience)
			if err := page.Close(); err != nil {
				return "", err
			}
		}
		_, line, err := text.ReadResponse(250)
		c.dirty = false // either way the transaction is over
		if err == nil {
			said = readAnswer(250, line)
		}
		return said.line, err
	})
	if refused != nil {
		if fail != nil && !fail.connectionUsable() {
			c.broken = true
		}
		return answer{}, refused
	}
	if fail != nil {
		fail.sentDot = sentDot
	}
	return said, fail
}

// letterWriter writes a letter and, closed, its end. The library's looks at each
// byte for lines that begin with a dot, or end otherwise than in CR LF; most
// letters have none of these.
func letterWriter(text *textproto.Conn, body []byte) io.WriteCloser {
	lines := bytes.Count(body, []byte("\n"))
	if bytes.Count(body, []byte("\r\n")) != lines || bytes.Count(body, []byte("\r")) != lines || !bytes.HasSuffix(body, []byte("\r\n")) ||
		bytes.HasPrefix(body, []byte(".")) || bytes.Contains(body, []byte("\n.")) {
		return text.DotWriter()
	}
	return plainWriter{text.W}
}

type plainWriter struct{ *bufio.Writer }

// Close implements io.Closer.
func (w plainWriter) Close() error {
	_, _ = w.WriteString(".\r\n") // what goes wrong is kept for Flush
	return w.Flush()
}
