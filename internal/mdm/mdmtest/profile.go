package mdmtest

import (
	"errors"

	"github.com/micromdm/plist"
)

// Profile is what a device reads from an enrollment profile.
type Profile struct {
	ServerURL    string
	CheckInURL   string // "" when it is the same
	Topic        string
	AccessRights int
	Capabilities []string
	ScepURL      string
	Challenge    string
}

// ReadProfile reads an enrollment profile.
func ReadProfile(body []byte) (Profile, error) {
	var file struct {
		PayloadContent []struct {
			PayloadType        string
			ServerURL          string
			CheckInURL         string
			Topic              string
			AccessRights       int
			ServerCapabilities []string
			PayloadContent     struct{ URL, Challenge string }
		}
	}
	if err := plist.Unmarshal(body, &file); err != nil {
		return Profile{}, err
	}
	var p Profile
	for _, c := range file.PayloadContent {
		switch c.PayloadType {
		case "com.apple.mdm":
			p.ServerURL, p.CheckInURL, p.Topic, p.AccessRights, p.Capabilities = c.ServerURL, c.CheckInURL, c.Topic, c.AccessRights, c.ServerCapabilities
		case "com.apple.security.scep":
			p.ScepURL, p.Challenge = c.PayloadContent.URL, c.PayloadContent.Challenge
		}
	}
	if p.ServerURL == "" || p.ScepURL == "" {
		return p, errors.New("mdmtest: this is no enrollment profile")
	}
	return p, nil
}
