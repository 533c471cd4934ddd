package gate

import (
	"net/url"
	"strings"
	"unicode"
)

// SignInPath is the page that people without a session are led to. It takes
// ?next= and must pass it through SafeNext.
const SignInPath = "/signin"

// SafeNext returns where to go after the sign-in: the address if it leads to a
// page of this server, "/" if it could lead anywhere else.
func SafeNext(address string) string {
	if !strings.HasPrefix(address, "/") || len(address) > 2048 {
		return "/"
	}
	// Browsers read "//" and "/\" as the beginning of a host, and drop control
	// characters before they look.
	if strings.HasPrefix(address, "//") || strings.ContainsFunc(address, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return "/"
	}
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Path == SignInPath {
		return "/"
	}
	return address
}
