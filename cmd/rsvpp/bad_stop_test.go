package main

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// The server is stopped in the middle of a campaign and opened again on the
// same database, three times, at different points: between the call to Apple
// and its event, between the event and the letters, in the middle of the
// letters. In the end everybody is invited exactly once.
func TestStoppedInCampaign(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		const n = 500
		h := openSite(t, siteOptions{
			database: url,
			apple:    applesim.Options{Limits: slowLimits(50), EventDelay: applesim.Range{Min: 100 * time.Millisecond, Max: 300 * time.Millisecond}},
			mail:     mailtest.Options{Faults: mailtest.Faults{Slow: 1, SlowBy: 5 * time.Millisecond}},
		})
		h.pupils(n)
		task := h.inviting()
		for _, point := range []struct {
			name string
			so   func() bool
		}{
			{"Apple took the first call", func() bool { return h.apple.Calls().Of(applesim.UsersCreate) > 0 }},
			{"Apple has half of the people", func() bool { return h.apple.CountUsers(h.uid)[applesim.Registered] >= n/2 }},
			{"half of the letters are out", func() bool { return h.post.Count() >= n/2 }},
		} {
			h.until(point.name, point.so)
			h.stop()
			h.start()
		}
		h.mended(task, n)
		if sent := h.post.Count(); sent != n {
			t.Logf("%d letters for %d people: repeats carried the same Message-ID", sent, n)
		}
		if records := h.apple.CountUsers(h.uid); records[applesim.Registered] != n || len(records) != 1 {
			t.Errorf("Apple has %v", records)
		}
	})
}

// The same file and the same run again after a restart change nothing, and a
// key that was used starts nothing.
func TestNothingIsForgotten(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.pupils(5)
	run := func() (id string) {
		a := h.send("POST", "/invitations", everybody{"selection": everybody{"all": true}}, "Idempotency-Key", "monday")
		if a.status != 202 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return string(a.body)
	}
	first := run()
	h.until("all are invited", func() bool { return h.statuses()["invited"] == 5 })
	h.stop()
	h.start()
	if again := run(); idIn(again) != idIn(first) {
		t.Errorf("the same key started another run: %s", again)
	}
	if task := h.importing("external_id,first_name,last_name,email\np1,Pupil,Number1,pupil1@north.example\n"); task.Result["unchanged"] != 1 {
		t.Errorf("the same row again: %+v", task)
	}
	if h.post.Count() != 5 || h.statuses()["invited"] != 5 {
		t.Errorf("%d letters, %v", h.post.Count(), h.statuses())
	}
	h.once(5)
}
