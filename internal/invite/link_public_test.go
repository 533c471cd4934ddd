package invite_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Links that only this computer can open are warned of before anybody gets
// one (F-22): not on a trial, where mail stays here too.
func TestDeadLinks(t *testing.T) {
	elsewhere := invite.MailSettings{Mode: "relay", Host: "mail.example.org", Security: "none", FromAddress: "it@school.test"}
	here := elsewhere
	here.Host = "127.0.0.1"
	for _, c := range []struct {
		name, url string
		mail      invite.MailSettings
		channel   vpp.Channel
		warned    bool
	}{
		{"mail that leaves", "http://127.0.0.1:8080", elsewhere, vpp.ChannelMail, true},
		{"a local name", "http://localhost:8080", elsewhere, vpp.ChannelBoth, true},
		{"IPv6", "http://[::1]:8080", elsewhere, vpp.ChannelLink, true},
		{"straight to the recipients", "http://127.0.0.1:8080", invite.MailSettings{Mode: "direct", FromAddress: "it@school.test"}, vpp.ChannelMail, true},
		{"links by hand", "http://127.0.0.1:8080", invite.MailSettings{Mode: "none"}, vpp.ChannelLink, true},
		{"nothing is mailed", "http://127.0.0.1:8080", invite.MailSettings{Mode: "none"}, vpp.ChannelMail, false},
		{"on devices alone", "http://127.0.0.1:8080", elsewhere, vpp.ChannelDevice, false},
		{"a trial", "http://127.0.0.1:8080", here, vpp.ChannelMail, false},
		{"a trial by hand", "http://127.0.0.1:8080", here, vpp.ChannelLink, false},
		{"a true address", "https://vpp.example.org", elsewhere, vpp.ChannelMail, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t, storetest.SQLite(t), invite.Config{BaseURL: c.url})
			h.people(1)
			must(t, h.SaveMailSettings(t.Context(), anna, c.mail))
			d, err := h.Examine(t.Context(), invite.Request{Selection: all(), Channel: c.channel})
			must(t, err)
			if warned := strings.Contains(d.Notice, "public-url") && strings.Contains(d.Notice, c.url); warned != c.warned || !warned && d.Notice != "" {
				t.Errorf("%q", d.Notice)
			}
		})
	}
}
