package appsandbooks

import (
	"fmt"
	"net/url"
	"strings"
)

// largestLimit is more than any limit can mean. A larger one is a mistake, or
// a trap for whoever sizes a batch by it.
const largestLimit = 1_000_000

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
	for _, key := range []string{
		MaxUsers, MaxAssets, MaxClientUserIDs, MaxSerialNumbers, MaxRevokeClientUserIDs, MaxRevokeSerialNumbers,
		MaxRequestPerSecond, MaxNotificationLen, MaxMDMIDLength, MaxMDMNameLength, MaxMDMMetadataLength,
	} {
		if n, ok := s.Limits[key]; ok && (n <= 0 || n > largestLimit) {
			return &ServiceConfigError{Key: key, Problem: fmt.Sprintf("is %d, which cannot be meant", n)}
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
		return fmt.Sprintf("has the scheme %q, not %q", u.Scheme, base.Scheme)
	case !sameHost(u, base):
		return fmt.Sprintf("names the host %q, not %q", u.Host, base.Host)
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
