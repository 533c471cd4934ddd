package sheet

import "strings"

// protect keeps a spreadsheet program from taking a cell for a formula: one
// that begins with = + - @, a tab or a line break gets an apostrophe in front.
// So does one that has such an apostrophe already, which makes unprotect the
// exact inverse.
func protect(v string) string {
	if dangerous(v) {
		return "'" + v
	}
	return v
}

// unprotect takes that one apostrophe off again, and no other.
func unprotect(v string) string {
	if len(v) > 1 && v[0] == '\'' && dangerous(v) {
		return v[1:]
	}
	return v
}

// dangerous reports whether v, after any apostrophes and blanks, begins like a formula.
// Excel takes the full-width signs, too, where it speaks Japanese.
func dangerous(v string) bool {
	v = strings.TrimLeft(strings.TrimLeft(v, "'"), " ")
	if v == "" {
		return false
	}
	if strings.IndexByte("=+-@\t\r\n", v[0]) >= 0 {
		return true
	}
	for _, sign := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(v, sign) {
			return true
		}
	}
	return false
}
