package vpp

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what the caller can do about them.
type Kind string

// The kinds of error. Each maps to one HTTP status in the gate.
const (
	Invalid     Kind = "invalid"     // the input is wrong; the message says how to mend it
	NotFound    Kind = "not_found"   // no such thing
	Conflict    Kind = "conflict"    // the thing exists already or is in another state
	Denied      Kind = "denied"      // the caller may not do this
	Exhausted   Kind = "exhausted"   // a limit is reached; later it may work
	Unavailable Kind = "unavailable" // another party does not answer; later it may work
	Internal    Kind = "internal"    // our fault; the message is not for strangers
)

// Error is what every room returns. Message may be shown to anyone: it says
// what is wrong and what to do. Err is the cause, for the log only.
type Error struct {
	Kind    Kind
	Message string
	Field   string // the input it is about, if any ("email", "row 12", …)
	Apple   int    // Apple's error number behind it, 0 if none
	Err     error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of the given kind, without a cause.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of the given kind with a cause that only the log sees.
func Wrap(kind Kind, err error, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: err}
}

// AppleNumber returns Apple's error number behind err, 0 if there is none.
func AppleNumber(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Apple
	}
	return 0
}

// KindOf returns the kind of err: Internal for errors that are not ours.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// MessageOf returns the sentence fit to be shown to anyone.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal {
		return e.Message
	}
	return "Something went wrong inside the server. The log has the details."
}
