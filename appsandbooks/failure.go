package appsandbooks

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// networkError says that no whole answer came.
type networkError struct {
	endpoint  string
	connected bool // a connection was there, so the request may have been sent
	err       error
}

func (e *networkError) Error() string {
	return fmt.Sprintf("%s: apple could not be reached, or the connection broke: %v", e.endpoint, e.err)
}

func (e *networkError) Unwrap() error { return e.err }

// failure is what the retry rules look at in an error.
type failure struct {
	number     ErrorNumber
	status     int
	retryAfter time.Duration
	network    bool
	neverSent  bool // the request did not leave this machine
	hopeless   bool // the same would happen again
}

func look(err error) failure {
	if e, ok := errors.AsType[*networkError](err); ok {
		return failure{network: true, neverSent: !e.connected && isDial(e.err), hopeless: isBadCertificate(e.err)}
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return failure{number: e.Number, status: e.HTTPStatus, retryAfter: e.RetryAfter}
	}
	if e, ok := errors.AsType[*UnexpectedAnswerError](err); ok {
		return failure{status: e.Status, retryAfter: e.RetryAfter}
	}
	return failure{hopeless: true}
}

// unwell tells whether Apple itself says that the same request may work later.
func (f failure) unwell() bool {
	switch f.number {
	case InternalError, Maintenance, TemporarilyUnavailable:
		return true
	}
	return false
}

// untouched tells whether the request was surely not carried out, or Apple
// asks to have it again: then even a POST may be replayed.
func (f failure) untouched() bool {
	switch {
	case f.neverSent, f.hopeless, f.unwell():
		return true
	case f.status == http.StatusTooManyRequests, f.number == TooManyRequests, f.sentAway():
		return true
	}
	return f.status == http.StatusServiceUnavailable && (f.number != 0 || f.retryAfter > 0)
}

// sentAway tells whether Apple answered with a redirect: it did nothing. With a
// Retry-After, which Apple documents beside one, it is the same as "later".
func (f failure) sentAway() bool { return f.status/100 == 3 }

func isDial(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func isBadCertificate(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

func numberOf(err error) ErrorNumber {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Number
	}
	return 0
}
