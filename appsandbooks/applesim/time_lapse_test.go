package applesim_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

func every(d time.Duration, events int) applesim.Pace {
	return applesim.Pace{Interval: applesim.Interval(d), MaximumEvents: events}
}

// Section 6: users per event, interval, maximum events; by the injected clock, and stoppable.
func TestTimeLapseAccepts(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, TimeLapse: applesim.TimeLapse{
		Invitations: []applesim.Acceptances{{UsersPerEvent: 3, Pace: every(time.Minute, 4)}},
	}})
	hook, notes := newHook(t, nil)
	w.subscribe(hook, "USER_ASSOCIATED")
	w.next(notes, "TEST_NOTIFICATION")
	w.run("create", crowd("u", 20))
	accepted := func() int { return w.CountUsers(uid)[applesim.Associated] }
	for _, want := range []int{0, 3, 6, 9, 12, 12, 12} {
		if got := accepted(); got != want {
			t.Errorf("%d accepted, want %d", got, want)
		}
		now.add(time.Minute)
		w.Settle()
	}
	for range 12 {
		w.next(notes, "USER_ASSOCIATED")
	}
	if len(w.TimeLapses()) != 0 {
		t.Error("it came to its end and is still listed")
	}
	stop, err := w.StartTimeLapse(applesim.TimeLapse{Invitations: []applesim.Acceptances{{UID: uid, Pace: every(time.Second, 0)}}})
	if err != nil {
		t.Fatal(err)
	}
	now.add(2 * time.Second) // a leap is made up for
	if got := accepted(); got != 14 || len(w.TimeLapses()) != 1 {
		t.Error(got)
	}
	stop()
	stop()
	now.add(time.Hour)
	if got := accepted(); got != 14 || len(w.TimeLapses()) != 0 {
		t.Error("not stopped:", got)
	}
}

// Somebody buys licenses, and the location is told.
func TestTimeLapseBuys(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now})
	hook, notes := newHook(t, nil)
	w.subscribe(hook, "ASSET_COUNT")
	w.next(notes, "TEST_NOTIFICATION")
	_, err := w.StartTimeLapse(applesim.TimeLapse{Purchases: []applesim.Purchases{
		{AssetKey: applesim.AssetKey{AdamID: "42"}, LicensesPerEvent: 10, Pace: every(time.Hour, 2)},
		{UID: uid, AssetKey: applesim.AssetKey{AdamID: "42"}, LicensesPerEvent: -15, Pace: every(150*time.Minute, 2)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	now.add(24 * time.Hour)
	w.Settle()
	if s, _ := w.Asset(uid, applesim.AssetKey{AdamID: "42", PricingParam: "STDQ"}); s.Total != 5 {
		t.Error(s)
	}
	sum := 0.0 // they may overtake one another
	for range 3 {
		sum += w.next(notes, "ASSET_COUNT").Body["countDelta"].(float64)
	}
	if sum != 5 {
		t.Error(sum)
	}
	w.StopTimeLapses()
	if len(w.TimeLapses()) != 0 {
		t.Error("not stopped")
	}
}

// A clock that leaps by a year does not stop the world.
func TestTimeLapseLeap(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, TimeLapse: applesim.TimeLapse{
		Invitations: []applesim.Acceptances{{Pace: every(time.Millisecond, 0)}},
	}})
	now.add(365 * 24 * time.Hour)
	w.Settle()
	w.StopTimeLapses()
}

// What a schedule in JSON may say.
func TestParseTimeLapse(t *testing.T) {
	good, err := applesim.ParseTimeLapse([]byte(`{"invitations":[{"usersPerEvent":5,"interval":"1m30s","maximumEvents":7}],
		"purchases":[{"uId":"1","adamId":"42","licensesPerEvent":25,"interval":2.5}]}`))
	if err != nil || time.Duration(good.Invitations[0].Interval) != 90*time.Second || time.Duration(good.Purchases[0].Interval) != 2500*time.Millisecond || good.Invitations[0].MaximumEvents != 7 {
		t.Error(good, err)
	}
	for _, text := range []string{
		``, `[]`, `{} {}`, `{"people":[]}`, `{"invitations":[{}]}`, `{"invitations":[{"interval":"1ns"}]}`, `{"invitations":[{"interval":"1s","usersPerEvent":-1}]}`,
		`{"purchases":[{"interval":"1s"}]}`, `{"purchases":[{"interval":"1s","adamId":"x"}]}`, `{"invitations":[{"interval":-5}]}`, `{"invitations":[{"interval":"soon"}]}`,
		`{"invitations":[{"interval":"1s","maximumEvents":-1}]}`, `{"purchases":[{"interval":"1s","adamId":"4","pricingParam":"HD"}]}`,
	} {
		if _, err := applesim.ParseTimeLapse([]byte(text)); err == nil {
			t.Error("no error:", text)
		}
	}
}
