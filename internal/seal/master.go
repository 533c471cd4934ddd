package seal

import (
	"encoding/base64"
	"io"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// keyPrefix begins the one line of a key file that counts:
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

// FormatMaster writes the text of a key file.
func FormatMaster(master []byte) string {
	return "# The key to the secrets in rsvpp's database. Keep a copy apart from the database:\n" +
		"# without it nobody can read the content tokens and invite codes again.\n" +
		keyPrefix + base64.RawURLEncoding.EncodeToString(master) + ":" + keyID(master) + "\n"
}

// ParseMaster reads the text of a key file. Its errors never hold the text.
func ParseMaster(text string) ([]byte, error) {
	line, err := keyLine(text)
	if err != nil {
		return nil, err
	}
	body, known := strings.CutPrefix(line, keyPrefix)
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

// keyLine finds the one line that is neither empty nor a comment.
func keyLine(text string) (string, error) {
	found := ""
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case found != "":
			return "", vpp.Errorf(vpp.Invalid, "The key file holds more than one key: leave the one that belongs to the database.")
		default:
			found = line
		}
	}
	if found == "" {
		return "", vpp.Errorf(vpp.Invalid, "The key file is empty: take it from a backup, or remove it to begin with an empty database.")
	}
	return found, nil
}

func checkSize(master []byte) error {
	if len(master) != MasterSize {
		return vpp.Errorf(vpp.Invalid, "The key has %d bytes and must have %d: it was cut or is not a key of rsvpp.", len(master), MasterSize)
	}
	return nil
}
