package appsandbooks

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// parseBase reads the base URL and refuses what would send the token in clear.
func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil {
		return nil, fmt.Errorf("appsandbooks: the base URL cannot be read: %w", err)
	}
	if u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("appsandbooks: the base URL must be scheme, host and path alone, like %s", BaseURL)
	}
	if !isPrivate(u) {
		return nil, fmt.Errorf("appsandbooks: the base URL of host %q must be https; plain http is for loopback only", u.Hostname())
	}
	return u, nil
}

// isPrivate tells whether what is sent to u cannot be overheard.
func isPrivate(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// sameHost tells whether two URLs lead to the same door; the names of
// loopback (localhost, 127.0.0.1, ::1) are one.
func sameHost(a, b *url.URL) bool {
	names := strings.EqualFold(a.Hostname(), b.Hostname()) || isLoopback(a.Hostname()) && isLoopback(b.Hostname())
	return names && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
