package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Pain 23: where none of Apple's notifications arrives, who comes back from
// Apple and says so is seen within seconds, and the page needs no script for
// it. What they say proves nothing.
func TestDoneIsAskedAtApple(t *testing.T) {
	t.Parallel()
	lost := applesim.Faults{Chance: map[applesim.Fault]float64{applesim.NoteLost: 1}, Total: -1, Run: -1}
	h := openSite(t, siteOptions{apple: applesim.Options{Faults: lost}})
	h.pupils(2)
	h.finished(h.inviting())
	if h.place().NotifiedAt != nil {
		t.Fatal("a notification arrived")
	}
	other, _ := h.post.Find("pupil1@north.example")
	said := h.answered(letterLink(other))
	if !strings.Contains(said, "Apple has not told us yet") || h.statuses()["registered"] != 0 {
		t.Errorf("nobody signed in: %v\n%s", h.statuses(), said)
	}
	letter, _ := h.post.Find("pupil0@north.example")
	reads := h.apple.Calls().Of(applesim.UsersRead)
	acceptByMail(t, h.testServer, letter, "pupil0@home.example")
	if said = h.answered(letterLink(letter)); !strings.Contains(said, "You are registered") {
		t.Errorf("after the sign-in: %s", said)
	}
	if h.statuses()["registered"] != 1 {
		t.Errorf("%v", h.statuses())
	}
	if n := h.apple.Calls().Of(applesim.UsersRead) - reads; n != 1 {
		t.Errorf("Apple was asked %d times", n)
	}
}

// Pain 23: who opens the link again after having gone on to Apple is asked for
// without a word.
func TestOpenedAgainIsAskedAtApple(t *testing.T) {
	t.Parallel()
	lost := applesim.Faults{Chance: map[applesim.Fault]float64{applesim.NoteLost: 1}, Total: -1, Run: -1}
	h := openSite(t, siteOptions{apple: applesim.Options{Faults: lost}})
	h.pupils(1)
	h.finished(h.inviting())
	letter, _ := h.post.Find("pupil0@north.example")
	reads := h.apple.Calls().Of(applesim.UsersRead)
	acceptByMail(t, h.testServer, letter, "pupil0@home.example") // its first visit asks for nothing
	if n := h.apple.Calls().Of(applesim.UsersRead) - reads; n != 0 {
		t.Fatalf("Apple was asked %d times", n)
	}
	h.visit(letterLink(letter))
	h.until("registered", func() bool { return h.statuses()[string(vpp.Registered)] == 1 })
}

var refreshed = regexp.MustCompile(`http-equiv="refresh" content="2;url=([^"]+)"`)

// answered presses "I have done it", and follows the page until it no longer
// goes on by itself. It does not wait as long as a browser would.
func (h *site) answered(link string) string {
	h.t.Helper()
	on := h.browse(http.MethodPost, link+"/done")
	if on.status != http.StatusSeeOther {
		h.t.Fatalf("done: %d %s", on.status, on.body)
	}
	home, _, _ := strings.Cut(link, "/i/")
	var page said
	last := ""
	h.until("Apple's answer", func() bool {
		page = h.visit(home + on.header.Get("Location"))
		m := refreshed.FindStringSubmatch(string(page.body))
		if m == nil {
			return true
		}
		last = m[1]
		return false
	})
	if last != "" && !strings.HasSuffix(last, "asked=2") {
		h.t.Errorf("the page goes on to %s", last)
	}
	return string(page.body)
}
