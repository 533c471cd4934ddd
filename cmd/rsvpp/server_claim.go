package main

import (
	"encoding/json"
	"net/url"
)

// claimName is how this server is called at Apple, where other servers and
// their administrators read it.
func (v *server) claimName() string {
	if v.settings.claimName != "" {
		return v.settings.claimName
	}
	if u, err := url.Parse(v.url); err == nil && u.Hostname() != "" {
		return cut("rsvpp at "+u.Hostname(), longestClaimName)
	}
	return "rsvpp"
}

// longestClaimName is Apple's maxMdmNameLength as last seen, in characters or
// bytes: Apple does not say which.
const longestClaimName = 100

// cut ends a text of ASCII letters, as host names are, after n bytes.
func cut(s string, n int) string { return s[:min(len(s), n)] }

// claimMetadata is what else this server says of itself at Apple.
func claimMetadata() string {
	text, err := json.Marshal(map[string]string{"product": "rsvpp", "version": cut(readVersion().Version, longestClaimName)})
	if err != nil {
		return ""
	}
	return string(text)
}
