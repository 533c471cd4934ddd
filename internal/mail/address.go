package mail

import (
	"net"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Address is one mail address, taken apart and checked.
type Address struct {
	Local  string // before the @, as typed; may hold letters outside ASCII
	Domain string // after the @, lower case, national letters in their xn-- form
}

const (
	longestLocal   = 64
	longestAddress = 254
)

// ParseAddress checks a bare "name@domain". National domain names are turned
// into their ASCII form; a local part with letters outside ASCII is kept and
// needs a mail server with SMTPUTF8. Quoted names, comments, address literals
// and anything that could end a header or an SMTP command are refused with a
// sentence (*vpp.Error of kind Invalid).
func ParseAddress(typed string) (Address, error) {
	shown := oneLine(typed, 80)
	at := strings.LastIndexByte(typed, '@')
	switch {
	case typed == "":
		return Address{}, invalidAddress("There is no address. Type one.")
	case at < 0:
		return Address{}, invalidAddress("%q is no mail address: the @ is missing.", shown)
	case !utf8.ValidString(typed) || hasControl(typed) || strings.ContainsFunc(typed, isBlank) || strings.ContainsAny(typed, "<>,;:\"()[]\\"):
		return Address{}, invalidAddress("%q is no mail address that can be used: it holds a space, a bracket or another character, perhaps an invisible one, that does not belong there.", shown)
	case !isLocal(typed[:at]):
		return Address{}, invalidAddress("%q is no mail address: the part before the @ is not right.", shown)
	}
	domain, err := asciiDomain(typed[at+1:])
	if err != nil || net.ParseIP(domain) != nil {
		return Address{}, invalidAddress("%q is no mail address: the part after the @ is no domain name.", shown)
	}
	if at+1+len(domain) > longestAddress {
		return Address{}, invalidAddress("%q is too long for a mail address.", shown)
	}
	return Address{Local: typed[:at], Domain: domain}, nil
}

// String returns name@domain.
func (a Address) String() string { return a.Local + "@" + a.Domain }

// NeedsUTF8 reports whether only servers with SMTPUTF8 can take this address.
func (a Address) NeedsUTF8() bool { return !isASCII(a.Local) }

// named puts a display name before the address, safe for a header.
func (a Address) named(name string) *netmail.Address {
	return &netmail.Address{Name: oneLine(name, 200), Address: a.String()}
}

func invalidAddress(format string, args ...any) *vpp.Error {
	fault := vpp.Errorf(vpp.Invalid, format, args...)
	fault.Field = "address"
	return fault
}

// isBlank finds spaces of any width and characters nobody sees, which copying
// from other programs leaves behind.
func isBlank(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// isLocal accepts a dot-atom (RFC 5321 with RFC 6531's wider letters).
func isLocal(local string) bool {
	return local != "" && len(local) <= longestLocal && !strings.Contains(local, "@") &&
		!strings.HasPrefix(local, ".") && !strings.HasSuffix(local, ".") && !strings.Contains(local, "..")
}

// asciiDomain returns the lower-case ASCII form of a domain name.
func asciiDomain(domain string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return "", err
	}
	if ascii == "" || len(ascii) > 253 || strings.HasSuffix(ascii, ".") {
		return "", vpp.Errorf(vpp.Invalid, "%q is no domain name.", oneLine(domain, 80))
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 {
			return "", vpp.Errorf(vpp.Invalid, "%q is no domain name.", oneLine(domain, 80))
		}
	}
	return ascii, nil
}

func domainOf(address string) string {
	parsed, err := ParseAddress(address)
	if err != nil {
		return ""
	}
	return parsed.Domain
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
