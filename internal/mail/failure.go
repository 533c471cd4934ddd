package mail

import (
	"context"
	"errors"
	"net/textproto"
)

// failure is an exchange that ended before the letter was accepted.
type failure struct {
	step    Step
	host    string
	port    int
	direct  bool
	sentDot bool // the letter was handed over in full: it may have been accepted
	err     error
}

// What goes wrong without the other side saying so.
var (
	errNoStartTLS = errors.New("the server does not offer STARTTLS")
	errNoAuth     = errors.New("the server offers no way to sign in that we speak")
	errPlainAuth  = errors.New("signing in needs encryption, which the server does not offer")
	errNoUTF8     = errors.New("the server does not offer SMTPUTF8")
	errNullMX     = errors.New("the domain says that it takes no mail (null MX)")
	errTooMuch    = errors.New("the server's answer does not end")
	errClosed     = errors.New("the sender is closed")
)

// reply returns the server's answer, if it gave one.
func (f *failure) reply() (answer, bool) {
	var said *textproto.Error
	if !errors.As(f.err, &said) {
		return answer{}, false
	}
	return readAnswer(said.Code, said.Msg), true
}

// connectionUsable reports whether the next letter can go the same way.
func (f *failure) connectionUsable() bool {
	said, ok := f.reply()
	return ok && said.code != 421 || errors.Is(f.err, errNoUTF8)
}

// wasStale reports whether a kept connection had died while it was idle, so
// that the same letter may safely go over a new one: the letter was not handed
// over, and the server either said nothing more or said good-bye (421).
func (f *failure) wasStale() bool {
	return !f.sentDot && !f.connectionUsable() && !f.stopped()
}

// beforeLetter reports whether another mail server of the same domain may be
// tried: this one never heard of the letter.
func (f *failure) beforeLetter() bool {
	switch f.step {
	case StepFrom, StepTo, StepData:
		return false
	}
	return !f.stopped() && !errors.Is(f.err, errNullMX)
}

func (f *failure) stopped() bool {
	return errors.Is(f.err, context.Canceled) || errors.Is(f.err, errClosed)
}
