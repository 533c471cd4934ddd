package applesim

import (
	"encoding/json"
	"net/url"
	"slices"
	"unicode/utf8"
)

// clientConfig is what the clients of a location wrote.
type clientConfig struct {
	MDMInfo *mdmInfo `json:"mdmInfo,omitempty"`
	URL     string   `json:"url,omitempty"`
	Secret  string   `json:"secret,omitempty"`
	Types   []string `json:"types,omitzero"`
}

// mdmInfo says who manages the location: Apple only echoes it, the last writer wins.
type mdmInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Metadata string `json:"metadata"`
}

// clientConfigRequest is Apple's ClientConfigRequest; a nil member was omitted.
// https://developer.apple.com/documentation/devicemanagement/clientconfigrequest
type clientConfigRequest struct {
	MDMInfo *mdmInfoRequest
	URL     *string   // notificationUrl
	Secret  *string   // notificationAuthToken
	Types   *[]string // notificationTypes
}

type mdmInfoRequest struct{ ID, Name, Metadata *string }

// UnmarshalJSON reads the members by their exact names.
func (in *clientConfigRequest) UnmarshalJSON(text []byte) error {
	return exactly(text, map[string]any{
		"mdmInfo": &in.MDMInfo, "notificationUrl": &in.URL, "notificationAuthToken": &in.Secret, "notificationTypes": &in.Types,
	})
}

// UnmarshalJSON reads the members by their exact names.
func (in *mdmInfoRequest) UnmarshalJSON(text []byte) error {
	return exactly(text, map[string]any{"id": &in.ID, "name": &in.Name, "metadata": &in.Metadata})
}

func (a *Apple) readClientConfig(c *call) reply {
	now := a.lock()
	defer a.unlock()
	l := c.location
	site := "https://business.apple.com"
	if l.Platform == PlatformEducation {
		site = "https://school.apple.com"
	}
	return a.enveloped(c, now, struct {
		Country  string   `json:"countryISO2ACode"`
		Platform string   `json:"defaultPlatform"`
		Name     string   `json:"locationName"`
		Secret   string   `json:"notificationAuthToken,omitempty"`
		URL      string   `json:"notificationUrl,omitempty"`
		Types    []string `json:"subscribedNotificationTypes,omitzero"`
		Site     string   `json:"websiteURL"`
	}{l.Country, l.Platform, l.Name, l.config.Secret, l.config.URL, l.config.Types, site})
}

// writeClientConfig answers POST client/config. While the request is open it sends a TEST_NOTIFICATION to the address,
// with the lock released: the receiver may well ask us something before it answers.
// https://developer.apple.com/documentation/devicemanagement/subscribing-to-notifications
func (a *Apple) writeClientConfig(c *call) reply {
	var in clientConfigRequest
	if err := json.Unmarshal(c.body, &in); err != nil {
		return fail(9602).reply()
	}
	a.lock()
	next, refused := a.nextConfig(c.location.config, in)
	quirks := a.quirks
	a.unlock()
	if refused != nil {
		return refused.reply()
	}
	if next.URL != "" && in.notifies() && !a.test(c, next) && quirks.TestFailureNumber >= 0 {
		return fail(orDefault(quirks.TestFailureNumber, 9728)).reply()
	}
	a.lock()
	// Somebody else may have written meanwhile: what this request omits is taken from there.
	if again, refused := a.nextConfig(c.location.config, in); refused == nil {
		next = again
	}
	a.put(line{Kind: lineConfig, UID: c.location.UID, Config: &next})
	a.unlock()
	return a.readClientConfig(c)
}

func (in clientConfigRequest) notifies() bool {
	return in.URL != nil || in.Secret != nil || in.Types != nil
}

func orDefault(n, other int) int {
	if n == 0 {
		return other
	}
	return n
}

// nextConfig is the configuration after a request, or why it is refused.
func (a *Apple) nextConfig(next clientConfig, in clientConfigRequest) (clientConfig, *wireError) {
	if a.quirks.PostReplacesConfig {
		next = clientConfig{}
	}
	if in.MDMInfo != nil {
		if in.MDMInfo.ID == nil || in.MDMInfo.Name == nil || in.MDMInfo.Metadata == nil {
			return next, fail(9723)
		}
		next.MDMInfo = &mdmInfo{*in.MDMInfo.ID, *in.MDMInfo.Name, *in.MDMInfo.Metadata}
		if refused := a.checkMDMInfo(*next.MDMInfo); refused != nil {
			return next, refused
		}
		if *next.MDMInfo == (mdmInfo{}) && a.quirks.EmptyMDMInfo == EmptyClears {
			next.MDMInfo = nil
		}
	}
	if refused := a.checkNotification(in); refused != nil {
		return next, refused
	}
	if in.URL != nil {
		next.URL, next.Secret = *in.URL, *in.Secret
	}
	if in.Types != nil {
		next.Types = *in.Types
	}
	if len(next.Types) > 0 && next.URL == "" && in.Types != nil {
		return next, fail(9710)
	}
	return next, nil
}

func (a *Apple) checkMDMInfo(i mdmInfo) *wireError {
	switch {
	case i == (mdmInfo{}) && a.quirks.EmptyMDMInfo == EmptyRefused:
		return fail(9723)
	case a.length(i.ID) > a.limits.MaxMDMIDLength:
		return fail(9724)
	case a.length(i.Name) > a.limits.MaxMDMNameLength:
		return fail(9725)
	case a.length(i.Metadata) > a.limits.MaxMDMMetadataLength:
		return fail(9713)
	}
	return nil
}

func (a *Apple) length(s string) int {
	if a.quirks.LengthInBytes {
		return len(s)
	}
	return utf8.RuneCountInString(s)
}

// checkNotification holds the rules of the notification members: both or none, short, https, known types.
func (a *Apple) checkNotification(in clientConfigRequest) *wireError {
	if in.Types != nil && slices.ContainsFunc(*in.Types, func(t string) bool { return !slices.Contains(allNotes(), t) }) {
		return fail(9602)
	}
	if in.URL == nil && in.Secret == nil {
		return nil
	}
	if in.URL == nil || in.Secret == nil || (*in.URL == "") != (*in.Secret == "") {
		return fail(9710)
	}
	if *in.URL == "" {
		if a.quirks.ClearingRefused {
			return fail(9712)
		}
		return nil
	}
	if a.length(*in.URL) > a.limits.MaxNotificationLength || a.length(*in.Secret) > a.limits.MaxNotificationLength {
		return fail(9711)
	}
	return a.checkHook(*in.URL)
}

// checkHook demands https, host and path only.
func (a *Apple) checkHook(text string) *wireError {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return fail(9712)
	}
	if u.Scheme != "https" && !(a.options.PlainHooks && u.Scheme == "http") {
		return fail(9712)
	}
	return nil
}
