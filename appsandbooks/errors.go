package appsandbooks

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var (
	// ErrUnknownVersion matches Apple's 9721: the sinceVersionId is not known
	// any more. Read everything anew.
	ErrUnknownVersion = errors.New("apple does not know this versionId; read everything anew")

	// ErrTokenRefused matches every answer that says the content token is not
	// accepted: 9601, 9621, 9622, 9625, 9722 and any other HTTP 401.
	ErrTokenRefused = errors.New("apple does not accept the content token")

	// ErrOutcomeUnknown matches failures of a POST that Apple may have carried
	// out all the same: time-outs, cut connections, bare 5xx, answers that
	// cannot be read. Read, and see what happened, before sending it again.
	ErrOutcomeUnknown = errors.New("it is not known whether Apple carried this out; read before sending it again")
)

// Error is an error in Apple's words, whatever HTTP status brought it. In
// EventStatus.Failures and in notifications it describes a failed part.
// https://developer.apple.com/documentation/devicemanagement/errorresponse
type Error struct {
	Number  ErrorNumber `json:"errorNumber"` // 0 when Apple gave none, as in an empty 401
	Message string      `json:"errorMessage"`
	Info    ErrorInfo   `json:"errorInfo,omitzero"`

	HTTPStatus int           `json:"-"` // 0 when the request was refused before it was sent, and in failures
	RetryAfter time.Duration `json:"-"` // 0 when Apple named none
}

// ErrorInfo names what an Error is about.
type ErrorInfo struct {
	Assets        []AssetKey `json:"assets,omitempty"`
	ClientUserIDs []string   `json:"clientUserIds,omitempty"`
	SerialNumbers []string   `json:"serialNumbers,omitempty"`
}

// Error says it in one line, with Apple's number.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("apple: ")
	if e.Message != "" {
		b.WriteString(e.Message)
	} else {
		b.WriteString("refused")
	}
	if e.Number != 0 {
		fmt.Fprintf(&b, " (%d)", e.Number)
	}
	if e.HTTPStatus != 0 {
		fmt.Fprintf(&b, " [HTTP %d]", e.HTTPStatus)
	}
	return b.String()
}

// Is matches ErrUnknownVersion and ErrTokenRefused.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnknownVersion:
		return e.Number == UnknownVersion
	case ErrTokenRefused:
		return e.refusesToken()
	}
	return false
}

func (e *Error) refusesToken() bool {
	switch e.Number {
	case LoginRequired, TokenExpired, InvalidToken, TokenRevoked, MalformedAuthorization:
		return true
	}
	return e.HTTPStatus == http.StatusUnauthorized
}

// IsNumber reports whether err carries Apple's error n.
func IsNumber(err error, n ErrorNumber) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Number == n
}

// WaitError says that the call was given up because the next try lies further
// ahead than Config.MaxWait or the context's deadline allow. Schedule the work
// anew for Until. Err is what made us wait, nil when only Client.Hold did.
type WaitError struct {
	Until time.Time
	Err   error
}

// Error says until when, and why.
func (e *WaitError) Error() string {
	text := "apple is not to be called before " + e.Until.UTC().Format(time.RFC3339)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *WaitError) Unwrap() error { return e.Err }

// UnexpectedAnswerError says that what answered did not answer as Apple does:
// HTML, broken or oversized JSON, a redirect. It quotes nothing of the answer,
// which may hold secrets.
type UnexpectedAnswerError struct {
	Endpoint    string
	Status      int
	ContentType string
	Reason      string
	RetryAfter  time.Duration
	Err         error // the decoder's complaint, if any
}

// Error says what was wrong with the answer.
func (e *UnexpectedAnswerError) Error() string {
	return fmt.Sprintf("%s: unexpected answer (HTTP %d, %q): %s; a proxy or filter may stand between this machine and Apple",
		e.Endpoint, e.Status, e.ContentType, e.Reason)
}

// Unwrap gives the decoder's complaint.
func (e *UnexpectedAnswerError) Unwrap() error { return e.Err }

// refuse is an Error made before anything was sent.
func refuse(n ErrorNumber, format string, args ...any) *Error {
	return &Error{Number: n, Message: "not sent: " + fmt.Sprintf(format, args...)}
}
