package mail

import "log/slog"

// Secret is a password that hides itself: in logs, in %v and in JSON it reads
// "[hidden]". Reveal is the only way to the word itself.
type Secret struct{ word string }

const hidden = "[hidden]"

// NewSecret wraps a password.
func NewSecret(word string) Secret { return Secret{word: word} }

// Reveal returns the password itself.
func (s Secret) Reveal() string { return s.word }

// IsZero reports whether there is no password.
func (s Secret) IsZero() bool { return s.word == "" }

// String hides the password.
func (s Secret) String() string {
	if s.word == "" {
		return ""
	}
	return hidden
}

// GoString hides the password from %#v.
func (s Secret) GoString() string { return "mail.Secret(" + s.String() + ")" }

// MarshalText hides the password from JSON and other encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the password from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
