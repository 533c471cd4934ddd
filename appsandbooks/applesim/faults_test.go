package applesim_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// F-86, section 1.14 and pitfall 1: each fault that answers instead of working,
// among them 503 with Retry-After.
func TestFaultsBefore(t *testing.T) {
	w := newWorld(t, applesim.Options{Faults: applesim.Faults{RetryAfter: 1500 * time.Millisecond}})
	seconds := func(h string) bool { return h == "2" }
	date := func(h string) bool { _, err := http.ParseTime(h); return err == nil }
	none := func(h string) bool { return h == "" }
	for _, c := range []struct {
		fault          applesim.Fault
		status, number int
		retryAfter     func(string) bool
	}{
		{applesim.Plain500, 500, 0, none},
		{applesim.Error9603, 500, 9603, none},
		{applesim.Busy503, 503, 9729, seconds},
		{applesim.Busy503Date, 503, 9729, date},
		{applesim.TooMany429, 429, 9646, none},
		{applesim.TooMany429In, 429, 9646, seconds},
		{applesim.ErrorIn200, 200, 9603, none},
		{applesim.HTMLIn200, 200, 0, none},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			w.Inject(applesim.UsersCreate, c.fault)
			out := w.want(w.post("/users/create", crowd("u", 1)), c.status, c.number)
			if !c.retryAfter(out.Header.Get("Retry-After")) {
				t.Error("Retry-After", out.Header.Get("Retry-After"))
			}
			if c.fault == applesim.HTMLIn200 && !strings.HasPrefix(out.Raw, "<!DOCTYPE") {
				t.Error(out.Raw)
			}
		})
	}
	if len(w.Events(uid)) != 0 || len(w.Calls().ByFault) != 8 {
		t.Error("something was done:", w.Events(uid), w.Calls().ByFault)
	}
}

// A lost answer: cut before nothing is done, cut after and truncated the work is done.
func TestLostAnswers(t *testing.T) {
	w := newWorld(t, applesim.Options{Faults: applesim.Faults{Hang: 10 * time.Millisecond}})
	for fault, done := range map[applesim.Fault]int{
		applesim.CutBefore: 0, applesim.Hang: 0, applesim.CutAfter: 1, applesim.TruncatedJSON: 1, applesim.HTMLAfter: 1, applesim.LateAnswer: 1,
	} {
		before := len(w.Events(uid))
		w.Inject(applesim.UsersUpdate, fault)
		out, err := w.do("POST", "/users/update", w.token.Content, "application/json", crowd("u", 1))
		if got := len(w.Events(uid)) - before; got != done {
			t.Errorf("%s: %d done, want %d", fault, got, done)
		}
		readable := err == nil && out.str("eventId") != ""
		if readable != (fault == applesim.LateAnswer) {
			t.Errorf("%s: %v %q", fault, err, out.Raw)
		}
	}
	if n := w.Calls().ByStatus[applesim.UsersUpdate][0]; n != 2 {
		t.Error(n, "unanswered")
	}
}

// Section 1.10: events that never end, and events that were never there.
func TestEventFaults(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	for _, c := range []struct {
		fault                 applesim.Fault
		users, number, status int
	}{
		{applesim.EventStuck, 1, 0, 200}, {applesim.EventLost, 0, 0, 200}, {applesim.EventForgotten, 0, 9708, 400},
	} {
		w.Inject(applesim.UsersCreate, c.fault)
		id := string(c.fault)
		e := w.want(w.post("/users/create", people(person{"clientUserId": id})), 200, 0).str("eventId")
		out := w.want(w.get("/status?eventId="+e), c.status, c.number)
		if c.status == 200 {
			w.wantStatus(out, "PENDING", 0)
		}
		if n := len(w.User(uid, id)); n != c.users {
			t.Errorf("%s: %d users", c.fault, n)
		}
	}
	w.Inject(applesim.UsersCreate, "", applesim.EventMaintenance)
	w.wantStatus(w.run("create", crowd("good", 2)), "COMPLETE", 2)
	if n, _ := w.failure(w.run("create", crowd("bad", 2))); n != 9644 {
		t.Error(n)
	}
	var fates strings.Builder
	for _, e := range w.Events(uid) {
		fmt.Fprintf(&fates, "%s/%s ", e.Status, e.Fate)
	}
	if fates.String() != "PENDING/event stuck PENDING/event lost PENDING/event forgotten COMPLETE/ FAILED/event 9644 " {
		t.Error(fates.String())
	}
}

// Section 1.11: best effort: lost, doubled, late notifications.
func TestNotificationFaults(t *testing.T) {
	for fault, want := range map[applesim.Fault]int{applesim.NoteLost: 0, applesim.NoteTwice: 2, applesim.NoteLate: 1, applesim.NoteOvertakes: 1} {
		t.Run(string(fault), func(t *testing.T) {
			w := newWorld(t, applesim.Options{Faults: applesim.Faults{Chance: map[applesim.Fault]float64{fault: 1}, Late: time.Millisecond, Total: 1}})
			url, notes := newHook(t, nil)
			w.subscribe(url, "USER_MANAGEMENT")
			w.next(notes, "TEST_NOTIFICATION")
			w.run("create", crowd("u", 1))
			var got []string
			for range want {
				got = append(got, w.next(notes, "USER_MANAGEMENT").ID)
			}
			if len(got) == 2 && got[0] != got[1] {
				t.Error("a duplicate with another id")
			}
			w.run("create", crowd("v", 1)) // the cap is reached: this one comes
			w.next(notes, "USER_MANAGEMENT")
		})
	}
}

// With the worst preset whoever tries again gets through, and the same seed brings the same day.
func TestManyFaultsMakeProgress(t *testing.T) {
	day := func() map[applesim.Fault]int {
		f := applesim.FaultsMany(3)
		f.Hang = time.Millisecond
		w := newWorld(t, applesim.Options{Faults: f})
		for i := range 60 {
			for try := 0; ; try++ {
				out, err := w.do("POST", "/users/create", w.token.Content, "application/json", crowd("u"+strconv.Itoa(i)+"-", 3))
				if err == nil && out.str("eventId") != "" {
					break
				}
				if try > 3 {
					t.Fatal("more than three faults in a row")
				}
			}
		}
		return w.Calls().ByFault
	}
	first := day()
	if len(first) < 10 {
		t.Error(first)
	}
	if d := cmp.Diff(first, day()); d != "" {
		t.Error(d)
	}
}

// Faults by words, and by names with chances that no cap holds back.
func TestFaultsOf(t *testing.T) {
	for text, ok := range map[string]bool{
		"none": true, "some": true, "many": true, "notification lost=1": true, "503 seconds=0.2, 9603=0.1": true,
		"": false, "lost=1": false, "9603": false, "9603=2": false, "9603=-1": false, "9603=NaN": false,
	} {
		if _, err := applesim.FaultsOf(text, 1); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	f, err := applesim.FaultsOf("item 9603=1", 1)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, applesim.Options{Faults: f})
	w.wantStatus(w.run("create", crowd("u", 50)), "FAILED", 0)
}
