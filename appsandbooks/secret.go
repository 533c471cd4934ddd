package appsandbooks

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is text that opens doors: a content token, an invite code, an
// invitation link, a notification password. However it is printed, logged or
// marshalled it shows as "[redacted]"; Reveal gives the text itself. An empty
// Secret prints as nothing, so that "absent" can still be seen.
//
// One gap is Go's own: fmt cannot call methods on unexported struct fields,
// so keep Secrets in exported fields of what may be printed.
type Secret string

// Reveal returns the text itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the text.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format hides the text under every verb, %q, %x and %#v included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the text from encoders such as slog's JSON handler. What
// has to be written in clear is written with Reveal.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// RawJSON is JSON kept as it came. It may hold invite codes, so it prints and
// marshals as its length alone.
type RawJSON []byte

// String tells the length.
func (r RawJSON) String() string { return fmt.Sprintf("[%d bytes of JSON]", len(r)) }

// Format tells the length under every verb.
func (r RawJSON) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue tells the length to slog.
func (r RawJSON) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText tells the length to encoders.
func (r RawJSON) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
