package main

import "testing"

// Pain 28: the command shows what Apple sent, to the server as it runs.
func TestNotificationsCommand(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	w := world{env: map[string]string{"RSVPP_SERVER": "http://" + h.address, "RSVPP_API_KEY": h.key}}
	h.until("Apple's test", func() bool { return h.place().NotifyTestAt != nil })
	w.say(t, []saying{
		{"location notifications", exitOK, "Apple tried the address."},
		{"location notifications North_School --bodies", exitOK, `"notificationType":"TEST_NOTIFICATION"`},
		{"location notifications --json", exitOK, `"outcome": "test"`},
		{"location notifications nowhere", exitUsage, "there is no location"},
	})
}
