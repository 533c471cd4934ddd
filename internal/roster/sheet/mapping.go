package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Mapping says in which column each of our fields stands, the first column
// being 0. It is plain JSON: {"email":2,"first_name":0}. Two fields may share
// a column.
type Mapping map[Field]int

// Check returns a *vpp.Error if the mapping cannot be used with this header.
func (m Mapping) Check(header []string) error {
	for f, column := range m {
		if !slices.Contains(Fields(), f) {
			return vpp.Errorf(vpp.Invalid, "There is no field %q: choose one of the fields in the list.", f)
		}
		if column < 0 || column >= len(header) {
			return vpp.Errorf(vpp.Invalid, "The %s is to be read from column %d, but the file has %d columns: choose another column.", f.Word(), column+1, len(header))
		}
	}
	if !m.identifies() {
		return vpp.Errorf(vpp.Invalid, "Nothing in this file says who a person is: choose the column that holds the external id, the user name or the e-mail address.")
	}
	return nil
}

func (m Mapping) identifies() bool {
	for _, f := range identities() {
		if _, ok := m[f]; ok {
			return true
		}
	}
	return false
}

// identities are the fields that say who somebody is, the best first.
func identities() []Field { return []Field{ExternalID, UserName, Email} }

// Fingerprint is the same for two files with the same columns in the same
// order, whatever the case, blanks and accents of their headers, so that a
// mapping made by hand can be remembered. A file of failed rows has the
// fingerprint of the file it came from.
func Fingerprint(header []string) string {
	if n := len(header); n > 1 && fold(header[n-1]) == problemColumn {
		header = header[:n-1]
	}
	folded := make([]string, len(header))
	for i, h := range header {
		folded[i] = fold(h)
	}
	sum := sha256.Sum256([]byte(strings.Join(folded, "\x1f")))
	return hex.EncodeToString(sum[:16])
}
