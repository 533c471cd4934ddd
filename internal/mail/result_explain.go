package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"time"
)

// How long to wait before the same letter is tried again.
const (
	soon     = time.Minute      // the line broke
	later    = 5 * time.Minute  // the server asked for patience; greylisting passes in five minutes
	muchLate = 15 * time.Minute // somebody has to mend something first
)

// result says in plain words what a failure means. Whatever is not the
// recipient's or the letter's own fault is deferred: it may be mended, and then
// nobody is forgotten.
func (f *failure) result() Result {
	r := Result{Outcome: Deferred, Cause: CauseNetwork, Step: f.step, Host: f.host, Retry: true, After: soon}
	said, ok := f.reply()
	r.Code, r.Enhanced, r.Answer = said.code, said.enhanced, said.line
	switch {
	case f.sentDot && !ok:
		r.Outcome, r.Cause, r.After = Unknown, CauseNetwork, muchLate
		r.Sentence = fmt.Sprintf("The letter was handed to %s, but the connection broke before it answered. It may have arrived; sending it again may deliver it twice.", f.host)
	case f.stopped():
		r.Sentence = "Sending was stopped before the letter was handed over. It is tried again."
	case ok:
		f.explainReply(&r, said)
	default:
		f.explainSilence(&r)
	}
	return r
}

// explainSilence covers everything that ends without an answer in words.
func (f *failure) explainSilence(r *Result) {
	var nonsense textproto.ProtocolError
	switch {
	case errors.Is(f.err, errNoUTF8):
		r.refuse(CauseRecipient, "%s cannot carry addresses with letters outside A to Z before the @. Enter another address of this person, or hand over the link another way.", f.host)
	case errors.Is(f.err, errTooMuch):
		r.later(CauseServer, later, "%s answers without end. It is no proper mail server, or something stands between; check the server name and port.", f.host)
	case f.step == StepResolve:
		f.explainUnresolved(r)
	case f.step == StepConnect:
		f.explainUnreached(r)
	case f.step == StepTLS:
		f.explainTLS(r)
	case errors.Is(f.err, errNoAuth):
		r.later(CauseSettings, muchLate, "%s offers no way to sign in that rsvpp speaks. Leave out the user name if this server needs none, or ask its administrator.", f.host)
	case errors.Is(f.err, errPlainAuth):
		r.later(CauseSettings, muchLate, "%s does not offer encryption, so the password was not sent. Choose the port for submission (587 or 465), or leave out the user name.", f.host)
	case isTimeout(f.err):
		r.later(CauseNetwork, later, "%s did not answer in time. It may be overloaded; the letter is tried again.", f.host)
	case errors.As(f.err, &nonsense):
		r.later(CauseSettings, later, "%s answers, but does not speak SMTP on port %d. Check server name and port.", f.host, f.port)
	case f.step == StepGreet:
		r.later(CauseServer, later, "%s answered and hung up at once. It may be refusing connections from this network, or expect TLS from the first byte; check port and encryption, or ask its administrator.", f.host)
	default:
		r.later(CauseNetwork, soon, "The connection to %s broke before the letter was handed over. It is tried again.", f.host)
	}
}

func (f *failure) explainUnresolved(r *Result) {
	var dns *net.DNSError
	gone := errors.As(f.err, &dns) && dns.IsNotFound
	switch {
	case errors.Is(f.err, errNullMX):
		r.refuse(CauseRecipient, "The domain %s says that it takes no mail at all. Check the address, or hand over the link another way.", f.host)
	case gone && f.direct:
		r.refuse(CauseRecipient, "There is no mail server for %s: the domain does not exist or takes no mail. Check the address for a typing error.", f.host)
	case gone:
		r.later(CauseSettings, muchLate, "There is no server called %s. Check the name of the outgoing mail server in the mail settings.", f.host)
	default:
		r.later(CauseNetwork, later, "The name %s could not be looked up just now. Check that this server reaches its DNS server; the letter is tried again.", f.host)
	}
}

// explainUnreached covers S4-17: the closed port 25 in front of a new server.
func (f *failure) explainUnreached(r *Result) {
	if f.direct {
		r.later(CauseNetwork, later, "%s cannot be reached on port 25. For direct delivery port 25 must be open on the firewall for the mails to go out, and many providers keep it closed; open it, or use a relay in the mail settings.", f.host)
		return
	}
	more := ""
	if f.port == 25 {
		more = " Many networks keep port 25 closed: port 587 may work."
	}
	r.later(CauseNetwork, later, "The mail server %s does not answer on port %d. Check name and port in the mail settings, and that the firewall lets this server out on port %d.%s", f.host, f.port, f.port, more)
}

func (f *failure) explainTLS(r *Result) {
	var (
		record    tls.RecordHeaderError
		wrongName x509.HostnameError
		unknown   x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.Is(f.err, errNoStartTLS):
		r.later(CauseSettings, muchLate, "%s does not offer encryption (STARTTLS), and the mail settings ask for it. Check the port, or choose TLS on port 465.", f.host)
	case errors.As(f.err, &record):
		r.later(CauseSettings, muchLate, "%s does not speak TLS from the first byte on port %d. Choose STARTTLS, or port 465.", f.host, f.port)
	case errors.As(f.err, &wrongName):
		r.later(CauseSettings, muchLate, "The certificate of %s is made out to another name, so nothing was sent. Enter the server's name as it stands in its certificate, or have the certificate renewed.", f.host)
	case errors.As(f.err, &unknown):
		r.later(CauseSettings, muchLate, "The certificate of %s comes from an authority this server does not know, so nothing was sent. Add the authority's certificate in the mail settings, or have a public one installed there.", f.host)
	case errors.As(f.err, &invalid) && invalid.Reason == x509.Expired:
		r.later(CauseSettings, muchLate, "The certificate of %s has expired or is not valid yet, so nothing was sent. Have it renewed, and check this server's clock.", f.host)
	case errors.As(f.err, &invalid):
		r.later(CauseSettings, muchLate, "The certificate of %s is not valid, so nothing was sent. Have it replaced there.", f.host)
	default:
		r.later(CauseNetwork, later, "The encrypted connection to %s could not be made. Check port and encryption in the mail settings.", f.host)
	}
}

func (r *Result) refuse(cause Cause, format string, args ...any) {
	r.Outcome, r.Cause, r.Retry, r.After = Refused, cause, false, 0
	r.Sentence = fmt.Sprintf(format, args...)
}

func (r *Result) later(cause Cause, after time.Duration, format string, args ...any) {
	r.Outcome, r.Cause, r.Retry, r.After = Deferred, cause, true, after
	r.Sentence = fmt.Sprintf(format, args...)
}

func isTimeout(err error) bool {
	var timed net.Error
	return errors.As(err, &timed) && timed.Timeout()
}
