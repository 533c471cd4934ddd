package mail

import (
	"context"

	"github.com/wneessen/go-mail/smtp"
)

// deliver hands one letter over. From the moment the final dot is sent, a lost
// answer means that the letter may have been accepted: sentDot says so.
func (c *conn) deliver(ctx context.Context, e *envelope) (answer, *failure) {
	stop := context.AfterFunc(ctx, c.wire.interrupt)
	defer stop()
	c.sent++
	if fail := c.address(e); fail != nil {
		return answer{}, fail
	}
	var said answer
	sentDot := false
	fail := c.do(StepData, func() (string, error) {
		page, err := c.client.Data()
		if err != nil {
			return "", err
		}
		if _, err := page.Write(e.body.Bytes()); err != nil {
			return "", err
		}
		sentDot = true
		c.wire.arm(c.patience)
		err = page.Close()
		c.dirty = false // either way the transaction is over
		if closer, ok := page.(*smtp.DataCloser); ok && err == nil {
			said = readAnswer(250, closer.ServerResponse())
		}
		return said.line, err
	})
	if fail != nil {
		fail.sentDot = sentDot
	}
	return said, fail
}

// address names sender and recipient.
func (c *conn) address(e *envelope) *failure {
	fail := c.do(StepFrom, func() (string, error) {
		if c.dirty {
			if err := c.client.Reset(); err != nil {
				return "", err
			}
			c.dirty = false
		}
		if offered, _ := c.client.Extension("SMTPUTF8"); e.utf8 && !offered {
			return "", errNoUTF8
		}
		c.client.SkipSMTPUTF8(!e.utf8)
		return "", c.client.Mail("<" + e.from.String() + ">")
	})
	if fail != nil {
		return fail
	}
	c.dirty = true
	return c.do(StepTo, func() (string, error) {
		return "", c.client.Rcpt("<" + e.to.String() + ">")
	})
}
