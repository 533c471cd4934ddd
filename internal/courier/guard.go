package courier

import (
	"net"
	"net/netip"
	"syscall"
)

// Private networks are allowed: whoever runs this server has receivers there.
// What is refused has no receivers, and gives secrets away to whoever asks from
// this machine: the metadata services of clouds.
const (
	whyLinkLocal = "The address is a link-local one, where clouds keep their machines’ secrets: nothing is posted there."
	whyNoServer  = "The address is not one of a server."
	whyPlain     = "The address must begin with https://, unless it is of this very machine."
)

// refused says why an address is not dialed; "" when it is.
func refused(ip net.IP) string {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return whyNoServer
	}
	a = embedded(a.Unmap())
	switch {
	case a.IsLinkLocalUnicast(), a == netip.MustParseAddr("fd00:ec2::254"):
		return whyLinkLocal
	case a.IsUnspecified(), a.IsMulticast(), a == netip.MustParseAddr("255.255.255.255"):
		return whyNoServer
	}
	return ""
}

// embedded is the IPv4 address that a NAT64 gateway makes of an IPv6 one.
func embedded(a netip.Addr) netip.Addr {
	if netip.MustParsePrefix("64:ff9b::/96").Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}

// refusedPlain is for what is not encrypted: it stays on this machine.
func refusedPlain(ip net.IP) string {
	if ip == nil || !ip.IsLoopback() {
		return whyPlain
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// refusal is an address that is not dialed.
type refusal struct{ why string }

func (r *refusal) Error() string { return r.why }

// guard looks at each address before it is dialed.
func guard(why func(net.IP) string) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return &refusal{whyNoServer}
		}
		if sentence := why(net.IP(at.Addr().AsSlice())); sentence != "" {
			return &refusal{sentence}
		}
		return nil
	}
}
