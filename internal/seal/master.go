package seal

import (
	"bytes"
	"encoding/base64"
	"io"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// keyPrefix begins a line of a key file that counts:
// "rsvpp-key-v1:" base64url of 32 bytes ":" the key's id, which finds typing errors.
const keyPrefix = "rsvpp-key-v1:"

// NewMaster makes a master key from a source of randomness.
func NewMaster(random io.Reader) ([]byte, error) {
	master := make([]byte, MasterSize)
	if _, err := io.ReadFull(random, master); err != nil {
		return nil, vpp.Wrap(vpp.Internal, err, "The system gives no randomness for a new key.")
	}
	return master, nil
}

// FormatMasters writes the text of a key file. The first key seals.
func FormatMasters(masters ...[]byte) string {
	var b strings.Builder
	b.WriteString("# The key to the secrets in rsvpp's database. Keep a copy apart from the database:\n" +
		"# without it nobody can read the content tokens and invite codes again.\n")
	if len(masters) > 1 {
		b.WriteString("# The first key seals; the others still open what they have sealed.\n")
	}
	for _, m := range masters {
		b.WriteString(keyPrefix + base64.RawURLEncoding.EncodeToString(m) + ":" + keyID(m) + "\n")
	}
	return b.String()
}

// ParseMasters reads the keys of a key file, the one that seals first. Its
// errors never hold the text.
func ParseMasters(text string) ([][]byte, error) {
	var masters [][]byte
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line, _, _ = strings.Cut(line, "#")
		for word := range strings.FieldsSeq(line) { // a setting may hold them in one line
			m, err := parseKey(word)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(masters, func(other []byte) bool { return bytes.Equal(m, other) }) {
				return nil, vpp.Errorf(vpp.Invalid, "The key file holds the same key twice: leave one of them.")
			}
			masters = append(masters, m)
		}
	}
	switch {
	case len(masters) == 0:
		return nil, vpp.Errorf(vpp.Invalid, "The key file is empty: take it from a backup, or remove it to begin with an empty database.")
	case len(masters) > mostKeys:
		return nil, vpp.Errorf(vpp.Invalid, "The key file holds %d keys: leave those that belong to the database.", len(masters))
	}
	return masters, nil
}

// mostKeys bounds a key file: two while keys are changed, and some for doubt.
const mostKeys = 8

func parseKey(word string) ([]byte, error) {
	body, known := strings.CutPrefix(word, keyPrefix)
	encoded, id, whole := strings.Cut(body, ":")
	if !known || !whole {
		return nil, vpp.Errorf(vpp.Invalid, "The key file does not hold a key of rsvpp: its line begins with %q and has two colons.", keyPrefix)
	}
	master, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, vpp.Errorf(vpp.Invalid, "The key in the key file is not base64url: it was damaged or cut.")
	}
	if err := checkSize(master); err != nil {
		return nil, err
	}
	if id != keyID(master) {
		return nil, vpp.Errorf(vpp.Invalid, "The key in the key file does not fit its check digits: a character is wrong. Take the file from a backup.")
	}
	return master, nil
}

func checkSize(master []byte) error {
	if len(master) != MasterSize {
		return vpp.Errorf(vpp.Invalid, "The key has %d bytes and must have %d: it was cut or is not a key of rsvpp.", len(master), MasterSize)
	}
	return nil
}
