package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// clean turns a cell into a value of the field: trimmed, without the
// apostrophe that protected it from being a formula, in normalization form C.
// It refuses control characters, which in a name or an address would end up in
// the headers of a letter.
func clean(f Field, cell string) (string, *vpp.Error) {
	v := trim(unprotect(trim(cell)))
	if !isPlain(v) {
		if f == Notes {
			v = strings.ReplaceAll(v, "\r\n", "\n")
		}
		if fault := printable(f, v); fault != nil {
			return "", fault
		}
		v = norm.NFC.String(v)
	}
	if len(v) > f.longest() && f != Groups && utf8.RuneCountInString(v) > f.longest() {
		return "", faultf(f, "The %s is longer than %d characters: shorten it.", f.Word(), f.longest())
	}
	return v, nil
}

// Plain is a cell of a column that is none of our fields, as it was meant:
// trimmed, and without what keeps spreadsheets from taking it for a formula.
func Plain(cell string) string { return trim(unprotect(trim(cell))) }

func printable(f Field, v string) *vpp.Error {
	for _, r := range v {
		switch {
		case f == Notes && (r == '\n' || r == '\t'):
		case r == '\n' || r == '\r':
			return faultf(f, "The %s has a line break in it: write it on one line.", f.Word())
		case r == utf8.RuneError:
			return faultf(f, "The %s has a letter in it that was damaged when the file was saved: save the file again as CSV UTF-8.", f.Word())
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069':
			return faultf(f, "The %s has an invisible control character (U+%04X) in it: type it anew.", f.Word(), r)
		}
	}
	return nil
}

// isPlain reports whether v is printable ASCII, as nearly all values are.
func isPlain(v string) bool {
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return false
		}
	}
	return true
}

// trim takes blanks off both ends, also those that cannot be seen.
func trim(v string) string {
	if n := len(v); n == 0 || v[0] > ' ' && v[0] <= '~' && v[n-1] > ' ' && v[n-1] <= '~' {
		return v
	}
	return strings.TrimFunc(v, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\uFEFF' || r == '\u200B' || r == '\u2060'
	})
}

// splitGroups takes a list of groups apart at ; and |. A backslash before one
// of them, or before another backslash, makes it a part of the name.
func splitGroups(v string) []string {
	if !strings.ContainsAny(v, `;|\`) {
		if v = trim(v); v == "" {
			return nil
		}
		return []string{v}
	}
	var groups []string
	var name []byte
	add := func() {
		if g := trim(string(name)); g != "" {
			groups = append(groups, g)
		}
		name = name[:0]
	}
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '\\' && i+1 < len(v) && strings.IndexByte(`;|\`, v[i+1]) >= 0:
			i++
			name = append(name, v[i])
		case c == ';' || c == '|':
			add()
		default:
			name = append(name, c)
		}
	}
	add()
	return groups
}

// joinGroups is the inverse of splitGroups.
func joinGroups(groups []string) string {
	escape := strings.NewReplacer(`\`, `\\`, `;`, `\;`, `|`, `\|`)
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = escape.Replace(g)
	}
	return strings.Join(names, ";")
}

// checkGroups refuses lists that are no lists of groups, and drops names that
// stand there twice or mean no group.
func checkGroups(groups []string) ([]string, *vpp.Error) {
	const most = 200
	if len(groups) > most {
		return nil, faultf(Groups, "There are %d groups in this row; %d are the most: is it the right column?", len(groups), most)
	}
	var kept []string
	seen := make(map[string]bool, len(groups))
	for _, g := range groups {
		if utf8.RuneCountInString(g) > Groups.longest() {
			return nil, faultf(Groups, "The name of a group is longer than %d characters: shorten it.", Groups.longest())
		}
		if !seen[g] && g != "/" { // Google's word for "in no unit"
			seen[g] = true
			kept = append(kept, g)
		}
	}
	return kept, nil
}

func faultf(f Field, format string, args ...any) *vpp.Error {
	e := vpp.Errorf(vpp.Invalid, format, args...)
	e.Field = string(f)
	return e
}
