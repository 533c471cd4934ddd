package invite

import (
	"context"
	"net"
	"net/url"
)

// DeadLinks says that links lead to an address that this computer alone can
// open, and what to do; "" when all is well. Where mail stays on this computer
// too, it is a trial, and nobody is misled; where none is set up, only links
// that are handed over can mislead.
func (s *Service) DeadLinks(ctx context.Context, handedOver bool) (string, error) {
	u, err := url.Parse(s.config.BaseURL)
	if err != nil || !isLoopback(u.Hostname()) {
		return "", nil //nolint:nilerr // cmd has read the address before
	}
	settings, err := s.MailSettings(ctx)
	if err != nil || !settings.leaves() && (settings.Configured() || !handedOver) {
		return "", err
	}
	return "Links in invitations lead to " + s.config.BaseURL + ", which only this computer can open. " +
		"Set public-url to the address by which people reach this server, and start it again, before you invite anybody.", nil
}

// leaves says whether letters go beyond this computer.
func (s MailSettings) leaves() bool {
	return s.Mode == "direct" || s.Mode == "relay" && !isLoopback(s.Host)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
