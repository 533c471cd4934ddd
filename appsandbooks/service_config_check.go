package appsandbooks

import (
	"fmt"
	"net/url"
	"strings"
)

// ceilings are more than each limit can mean, a hundred times what Apple says
// of it today or so. A larger one is a mistake, or a trap for whoever sizes a
// batch by it. The pace is free: more requests than anybody makes are no limit.
var ceilings = []struct {
	key  string
	most int64
}{
	{MaxUsers, 10_000},
	{MaxAssets, 2_500},
	{MaxClientUserIDs, 100_000},
	{MaxSerialNumbers, 100_000},
	{MaxRevokeClientUserIDs, 10_000},
	{MaxRevokeSerialNumbers, 10_000},
	{MaxRequestPerSecond, 1_000_000},
	{MaxNotificationLen, 50_000},
	{MaxMDMIDLength, 10_000},
	{MaxMDMNameLength, 10_000},
	{MaxMDMMetadataLength, 25_000},
}

// inviteCodePlace is where the code goes in the invitation template: the text
// %inviteCode%, percent-encoded.
const inviteCodePlace = "%25inviteCode%25"

// ServiceConfigError says that Apple's service config cannot be trusted, or
// lacks what a call needs. It was not used.
type ServiceConfigError struct {
	Key     string // of urls or limits
	Problem string
}

// Error names the key and what is wrong with it.
func (e *ServiceConfigError) Error() string {
	return fmt.Sprintf("apple's service config: %s %s", e.Key, e.Problem)
}

// check refuses what would send the token elsewhere, or make no sense as a limit.
func (s *ServiceConfig) check(base *url.URL) error {
	for _, c := range ceilings {
		if n, ok := s.Limits[c.key]; ok && (n <= 0 || n > c.most) {
			return &ServiceConfigError{Key: c.key, Problem: fmt.Sprintf("is %d, which cannot be meant", n)}
		}
	}
	for _, key := range []string{
		urlClientConfig, urlGetUsers, urlCreateUsers, urlUpdateUsers, urlRetireUsers,
		urlGetAssets, urlAssociateAssets, urlDisassociateAssets, urlRevokeAssets, urlGetAssignments, urlEventStatus,
	} {
		if problem := checkEndpoint(s.URLs, key, base); problem != "" {
			return &ServiceConfigError{Key: key, Problem: problem}
		}
	}
	if problem := checkTemplate(s.URLs, base); problem != "" {
		return &ServiceConfigError{Key: urlInvitationEmail, Problem: problem}
	}
	return nil
}

func checkEndpoint(urls map[string]string, key string, base *url.URL) string {
	text, ok := urls[key]
	if !ok {
		return "" // missed by the call that needs it, no other
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return "is not an absolute URL"
	case u.Scheme != base.Scheme:
		return fmt.Sprintf("has the scheme %.20q, not %q", u.Scheme, base.Scheme)
	case !sameHost(u, base):
		return fmt.Sprintf("names the host %.100q, not %q", u.Host, base.Host)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "has more than scheme, host and path"
	}
	return ""
}

// checkTemplate lets the invitation link live on another host, as Apple's does.
func checkTemplate(urls map[string]string, base *url.URL) string {
	text, ok := urls[urlInvitationEmail]
	if !ok {
		return ""
	}
	u, err := url.Parse(strings.ReplaceAll(text, inviteCodePlace, "code"))
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return "is not an absolute URL"
	case u.Scheme != "https" && !(isPrivate(u) && isLoopback(base.Hostname())):
		return "is not https"
	case !strings.Contains(text, inviteCodePlace):
		return "has no place for the invite code"
	}
	return ""
}
