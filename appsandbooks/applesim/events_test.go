package applesim_test

import (
	"errors"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Section 1.10: PENDING until the work is done; the work is done whether or not anybody asks; other locations do not see it.
func TestEventTakesTime(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, EventDelay: applesim.Range{Min: time.Minute, Max: 2 * time.Minute}, Quirks: applesim.Quirks{EventTTL: time.Hour}})
	id := w.want(w.post("/users/create", crowd("u", 3)), 200, 0).str("eventId")
	status := func() answer { return w.want(w.get("/status?eventId="+id), 200, 0) }
	now.add(59 * time.Second)
	w.wantStatus(status(), "PENDING", 0)
	if n := len(w.get("/users").users()); n != 0 || status().num("numRequested") != 3 {
		t.Fatal(n, "users before the event is done")
	}
	now.add(time.Minute + time.Second)
	if n := len(w.get("/users").users()); n != 3 {
		t.Fatal(n)
	}
	w.wantStatus(status(), "COMPLETE", 3)
	now.add(time.Hour)
	w.want(w.get("/status?eventId="+id), 400, 9708)
	w.want(w.get("/status?eventId=unknown"), 400, 9708)
	w.want(w.get("/status"), 400, 9708)
}

// Section 1.10, measured by a vendor: the final status may come after the work.
func TestStatusLag(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Quirks: applesim.Quirks{StatusLag: time.Minute}})
	id := w.post("/users/create", crowd("u", 1)).str("eventId")
	w.only("clientUserId=u0")
	w.wantStatus(w.get("/status?eventId="+id), "PENDING", 0)
	now.add(time.Minute)
	w.wantStatus(w.get("/status?eventId="+id), "COMPLETE", 1)
}

// Sections 1.10 and 1.11: a hundred users per notification at most, successes and failures apart, the secret on each.
func TestUserManagementNotifications(t *testing.T) {
	l := applesim.UnlimitedRate()
	l.MaxUsers = 1000
	w := newWorld(t, applesim.Options{Limits: l})
	url, notes := newHook(t, nil)
	w.subscribe(url, "USER_MANAGEMENT")
	w.next(notes, "TEST_NOTIFICATION")
	w.run("create", crowd("u", 20))
	w.next(notes, "USER_MANAGEMENT")
	id := w.post("/users/create", crowd("u", 250)).str("eventId")
	count, seen := map[string]int{}, map[string]bool{}
	for range 4 { // 230 successes in three, 20 failures in one
		n := w.next(notes, "USER_MANAGEMENT")
		users := n.Body["users"].([]any)
		result := n.Body["result"].(string)
		count[result] += len(users)
		if n.Auth != "Bearer hush" || n.Body["eventId"] != id || n.Body["type"] != "CREATE" || len(users) > 100 || seen[n.ID] {
			t.Fatalf("%+v", n)
		}
		seen[n.ID] = true
		if result == "FAILURE" && n.Body["error"].(map[string]any)["errorNumber"] != 9716.0 || result == "SUCCESS" && n.Body["error"] != nil {
			t.Fatal(n.Body["error"])
		}
	}
	if count["SUCCESS"] != 230 || count["FAILURE"] != 20 {
		t.Fatal(count)
	}
	w.run("retire", crowd("u", 1))
	u := w.next(notes, "USER_MANAGEMENT").Body["users"].([]any)[0].(map[string]any)
	if u["status"] != "Retired" || u["inviteCode"] == nil { // section 1.6: present in the RETIRE sample
		t.Fatal(u)
	}
}

// Section 1.11: USER_ASSOCIATED, up to three attempts, the same id on each; none for managed accounts unless the quirk says so.
func TestUserAssociatedNotification(t *testing.T) {
	refuse := 2
	w := newWorld(t, applesim.Options{NotifyRetry: []time.Duration{time.Millisecond, time.Millisecond}})
	url, notes := newHook(t, func(n note) int {
		if n.Type == "USER_ASSOCIATED" && refuse > 0 {
			refuse--
			return 503
		}
		return 200
	})
	w.subscribe(url, "USER_ASSOCIATED")
	w.next(notes, "TEST_NOTIFICATION")
	w.run("create", people(person{"clientUserId": "m", "managedAppleId": "m@school.example"}, person{"clientUserId": "a", "email": "a@x.example"}))
	code := w.only("clientUserId=a")["inviteCode"].(string)
	if _, err := w.Accept(code, "a@home.example"); err != nil {
		t.Fatal(err)
	}
	first := w.next(notes, "USER_ASSOCIATED")
	for range 2 {
		if again := w.next(notes, "USER_ASSOCIATED"); again.ID != first.ID {
			t.Fatal(again)
		}
	}
	u := first.Body["associatedUsers"].([]any)[0].(map[string]any)
	if u["clientUserId"] != "a" || u["status"] != "Associated" || u["inviteCode"] != code || u["idHash"] == nil || len(first.Body) != 1 {
		t.Fatal(first.Body)
	}
	w.SetQuirks(applesim.Quirks{NotifyManaged: true, NotifyPortal: true})
	w.run("create", people(person{"clientUserId": "n", "managedAppleId": "n@school.example"}))
	w.next(notes, "USER_ASSOCIATED")
}

// An administrator at work in Apple's portal is seen by a read, and notified by quirk only (1.11).
func TestRetireByHand(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.run("create", crowd("u", 1))
	if err := w.RetireByHand(uid, "u0"); err != nil {
		t.Fatal(err)
	}
	if w.only("clientUserId=u0")["status"] != "Retired" || !errors.Is(w.RetireByHand(uid, "u0"), applesim.ErrNoUser) {
		t.Fatal("not retired, or twice")
	}
}

// Listeners hear of everybody who becomes Associated.
func TestOnAssociated(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	news := make(chan applesim.News, 2)
	end := w.OnAssociated(func(n applesim.News) { news <- n })
	w.run("create", crowd("u", 2))
	if _, err := w.Accept(w.User(uid, "u0")[0].InviteCode, "a@home.example"); err != nil {
		t.Fatal(err)
	}
	if n := <-news; n.UID != uid || n.User.ClientUserID != "u0" || n.User.Account != "a@home.example" || n.User.Status != applesim.Associated {
		t.Fatal(n)
	}
	end()
	if _, err := w.Accept(w.User(uid, "u1")[0].InviteCode, "b@home.example"); err != nil {
		t.Fatal(err)
	}
	if len(news) != 0 {
		t.Error("told after the end")
	}
}
