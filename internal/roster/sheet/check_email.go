package sheet

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// checkAddress says what is wrong with an e-mail address, or with a Managed
// Apple Account, which looks like one.
func checkAddress(f Field, v string) *vpp.Error {
	if v == "" || isUsualAddress(v) {
		return nil
	}
	why := addressFault(v)
	if why == "" {
		return nil
	}
	kind := "an e-mail address"
	if f == ManagedAppleID {
		kind = "a Managed Apple Account"
	}
	return faultf(f, "%q is not %s: %s.", shorten(v), kind, why)
}

// addressFault returns "" for an address that mail can be sent to: an
// addr-spec of RFC 5322 in plain form whose domain has a dot or is localhost.
func addressFault(v string) string {
	local, domain, at := cutLast(v, '@')
	switch {
	case !at:
		return "there is no @ in it"
	case strings.ContainsAny(v, "<>"):
		return "write only the address, without a name and angle brackets"
	case strings.Count(v, "@") > 1 && strings.ContainsAny(v, ",;"):
		return "write one address only"
	case strings.ContainsAny(v, " \t"):
		return "there is a blank in it"
	case strings.Count(v, "@") > 1:
		return "there is more than one @ in it"
	case local == "":
		return "nothing stands before the @"
	case domain == "":
		return "nothing stands after the @"
	case !strings.Contains(domain, ".") && !strings.EqualFold(domain, "localhost"):
		return "there is no dot in what stands after the @"
	case len(v) > 254 || len(local) > 64:
		return "it is too long"
	case !isDomain(domain):
		return "what stands after the @ is not a domain"
	}
	a, err := mail.ParseAddress(v)
	if err != nil || a.Address != v || a.Name != "" {
		return "it has characters in it that an address cannot have, or dots where none may be"
	}
	return ""
}

// isUsualAddress accepts what nearly all addresses look like, at a tenth of
// the price. What it turns down may still be an address.
func isUsualAddress(v string) bool {
	local, domain, ok := strings.Cut(v, "@")
	if !ok || len(v) > 254 || local == "" || len(local) > 64 || !strings.Contains(domain, ".") || !isDomain(domain) || !isPlain(domain) {
		return false
	}
	dot := true // at the beginning, or after a dot
	for i := range len(local) {
		c := local[i]
		switch {
		case c == '.' && dot, c != '.' && !isLetterOrDigit(c) && c != '_' && c != '-' && c != '+':
			return false
		}
		dot = c == '.'
	}
	return !dot
}

// isDomain reports whether every label of the domain is one: letters, digits
// and inner hyphens, at most 63 bytes. Letters beyond ASCII are let through;
// the mail room encodes them.
func isDomain(domain string) bool {
	for domain != "" {
		label, rest, dot := strings.Cut(domain, ".")
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || dot && rest == "" {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isLetterOrDigit(c) && c != '-' && c < utf8.RuneSelf {
				return false
			}
		}
		domain = rest
	}
	return true
}

func isLetterOrDigit(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func cutLast(s string, sep byte) (string, string, bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// shorten keeps a sentence readable whatever stood in the cell.
func shorten(v string) string {
	const most = 60
	if utf8.RuneCountInString(v) <= most {
		return v
	}
	return string([]rune(v)[:most]) + "…"
}
