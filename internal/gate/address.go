package gate

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress returns the address of who asks: the nearest one that is not
// a trusted proxy. What stands before it in X-Forwarded-For anybody could
// have written.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	nearest := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !isTrusted(nearest, trusted) {
			break
		}
		next, err := parseHop(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		nearest = next.Unmap()
	}
	return nearest.WithZone("").String()
}

// parseHop reads an address; some proxies write the port too.
func parseHop(hop string) (netip.Addr, error) {
	if both, err := netip.ParseAddrPort(hop); err == nil {
		return both.Addr(), nil
	}
	return netip.ParseAddr(hop)
}

func isTrusted(a netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}
