package program_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// reached is a world that Apple can reach.
func reached(t *testing.T, url string, o applesim.Options) *world {
	t.Helper()
	var w *world
	door := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = w.Notified(r.Context(), school, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), body)
		}
		if err != nil {
			rw.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(door.Close)
	o.PlainHooks = true
	w = newWorldWith(t, url, o, func(c *program.Config) { c.PublicURL, c.NotifyKey = door.URL, []byte("key") })
	return w
}

// told is what Apple was told last of where it reaches us.
func (w *world) told(t *testing.T) *appsandbooks.ClientConfig {
	t.Helper()
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.apple.BaseURL(), Token: appsandbooks.Secret(w.token)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.ClientConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// wantTold holds that Apple notifies us, that we know it, and that the claim is ours.
func (w *world) wantTold(t *testing.T) {
	t.Helper()
	l, got := w.wantState(t, vpp.ClaimOurs), w.told(t)
	if got.NotificationURL != w.NotifyURL(school) || len(got.SubscribedNotificationTypes) != 5 || got.MDMInfo == nil || got.MDMInfo.ID != l.Claim.ID {
		t.Errorf("Apple was told %+v", got)
	}
	if l.NotifyURL != got.NotificationURL || l.NotifyProblem != "" || !l.NotifyNext.IsZero() || l.NotifyTries != 0 || l.NotifyTestAt.IsZero() {
		t.Errorf("we know %q, %q, next %s after %d", l.NotifyURL, l.NotifyProblem, l.NotifyNext, l.NotifyTries)
	}
}

func unwell() *http.Response {
	return &http.Response{StatusCode: 503, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Proto: "HTTP/1.1"}
}

// A location that the tender claims is announced, once Apple takes that: later
// and later, while everything else goes on (F-48).
func TestAnnouncedAfterApplesBadHour(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := reached(t, url, applesim.Options{})
		var left atomic.Int32
		var failed []time.Time
		left.Store(4)
		w.wire.step(func(call string, n int) *http.Response {
			// The first write is the claim.
			if call == "POST client/config" && n > 1 && left.Add(-1) >= 0 {
				failed = append(failed, time.Now())
				return &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"application/json"}}, Proto: "HTTP/1.1",
					Body: io.NopCloser(strings.NewReader(`{"errorNumber":9728,"errorMessage":"cannot be reached"}`))}
			}
			return nil
		}, nil)
		storetest.AddPeople(t, w.db, school, 5, vpp.WriteCreate)
		w.settle(t)
		w.equal(t)
		w.wantTold(t)
		if len(failed) != 4 || failed[3].Sub(failed[2]) < 35*time.Millisecond { // 10, 20, 40 ms
			t.Errorf("told at %v", failed)
		}
	})
}

// The same where it is not the address but Apple that is unwell, when a token
// comes.
func TestAnnounceMeetsApple503(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := reached(t, url, applesim.Options{})
		w.settle(t)
		if _, err := w.Settle(t.Context(), school); err != nil {
			t.Fatal(err)
		}
		var well atomic.Bool
		w.wire.step(func(call string, _ int) *http.Response {
			if call == "POST client/config" && !well.Load() {
				return unwell()
			}
			return nil
		}, nil)
		if err := w.Announce(t.Context(), school, false); vpp.KindOf(err) != vpp.Unavailable {
			t.Errorf("got %v", err)
		}
		if l := w.school(t); l.NotifyProblem == "" || l.NotifyNext.IsZero() || l.NotifyTries != 1 {
			t.Errorf("not to be told again: %+v", l)
		}
		well.Store(true)
		if err := w.db.WakeTenders(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Minute)
		w.settle(t)
		w.wantTold(t)
	})
}

// Somebody else writes client/config: a full read sees it, says it, and tells
// Apple our address again.
func TestNotificationsEndedByOthers(t *testing.T) {
	t.Parallel()
	address, types := "http://127.0.0.1:9/elsewhere", []string{"USER_MANAGEMENT"}
	for name, body := range map[string]map[string]any{
		"ended":           {"notificationUrl": "", "notificationAuthToken": "", "notificationTypes": []string{}},
		"another address": {"notificationUrl": address, "notificationAuthToken": "x"},
		"fewer types":     {"notificationTypes": types},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := reached(t, url, applesim.Options{Quirks: applesim.Quirks{TestFailureNumber: -1}})
				storetest.AddPeople(t, w.db, school, 2, vpp.WriteCreate)
				w.settle(t)
				w.wantTold(t)
				w.post(t, body)
				mark := w.wire.of("POST client/config")
				w.wake(t, false)
				if n := w.wire.of("POST client/config") - mark; n != 0 {
					t.Fatalf("%d writes before anything was seen", n)
				}
				w.wake(t, true)
				w.wantTold(t)
				if n := w.wire.of("POST client/config") - mark; n != 1 {
					t.Errorf("%d writes", n)
				}
				w.wake(t, true)
				if n := w.wire.of("POST client/config") - mark; n != 1 {
					t.Errorf("%d writes after a read of what is well", n)
				}
			})
		})
	}
}

// post writes client/config as another server would.
func (w *world) post(t *testing.T, body map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.apple.BaseURL()+"/client/config", strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body)
		t.Fatalf("%d %s", res.StatusCode, text)
	}
}

// Where a write drops what it does not mention, claim and address end up at
// Apple together, whichever is written last; a take-back ends no notifications.
func TestAnnounceWherePostReplaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := reached(t, url, applesim.Options{Quirks: applesim.Quirks{PostReplacesConfig: true}})
		storetest.AddPeople(t, w.db, school, 2, vpp.WriteCreate)
		w.settle(t)
		w.wantTold(t)
		w.writes(t, thief)
		w.wake(t, true)
		w.wantState(t, vpp.ClaimTaken)
		if _, err := w.TakeBack(t.Context(), anna, school, "thief"); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.equal(t)
		w.wantTold(t)
		w.post(t, map[string]any{"notificationUrl": "", "notificationAuthToken": ""}) // takes the claim away, too
		w.wake(t, true)
		w.wake(t, true)
		w.wantTold(t)
	})
}
