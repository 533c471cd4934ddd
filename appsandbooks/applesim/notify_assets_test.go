package applesim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Sections 1.10 and 1.11: a hundred assignments per notification at most, successes and failures apart, each failure with one error.
func TestAssetManagementNotifications(t *testing.T) {
	w := stocked(t, applesim.Options{Quirks: applesim.Quirks{UnknownAssigneeAsync: true}})
	w.stock(applesim.App("1", 1000), applesim.App("2", 1000))
	url, inbox := newHook(t, nil)
	w.subscribe(url, "ASSET_MANAGEMENT")
	w.next(inbox, "TEST_NOTIFICATION")
	var serials []string
	for n := range 120 {
		serials = append(serials, fmt.Sprint("C", n))
	}
	body := give([]string{"u0", "gone"}, serials, asset("1", "STDQ"), asset("2", "STDQ"))
	id := w.want(w.post("/assets/associate", body), 200, 0).str("eventId")
	count, sizes, seen := map[string]int{}, []int{}, map[string]bool{}
	for range 4 { // 242 successes in three, 2 failures in one
		n := w.next(inbox, "ASSET_MANAGEMENT")
		list := n.Body["assignments"].([]any)
		for _, v := range list {
			g := v.(map[string]any)
			_, user := g["clientUserId"]
			_, device := g["serialNumber"]
			if len(g) != 3 || g["adamId"] == nil || g["pricingParam"] != "STDQ" || user == device || seen[naming(g)] {
				t.Fatal(g)
			}
			seen[naming(g)] = true
		}
		result := n.Body["result"].(string)
		count[result] += len(list)
		sizes = append(sizes, len(list))
		members := map[string]int{"SUCCESS": 4, "FAILURE": 5}[result]
		if n.Auth != "Bearer hush" || n.UID != uid || n.Body["eventId"] != id || n.Body["type"] != "ASSOCIATE" || len(n.Body) != members || len(list) > 100 {
			t.Fatalf("%+v", n)
		}
		if result == "FAILURE" {
			want := object{
				"errorNumber": 9609.0, "errorMessage": "The registered user cannot be found.",
				"errorInfo": object{"assets": []any{asset("1", "STDQ"), asset("2", "STDQ")}, "clientUserIds": []any{"gone"}},
			}
			if d := cmp.Diff(want, n.Body["error"]); d != "" {
				t.Error(d)
			}
		}
	}
	if count["SUCCESS"] != 242 || count["FAILURE"] != 2 {
		t.Fatal(count, sizes)
	}
	w.runAssets("revoke", object{"serialNumbers": serials[:1]})
	if n := w.next(inbox, "ASSET_MANAGEMENT"); n.Body["type"] != "REVOKE" || len(n.Body["assignments"].([]any)) != 2 {
		t.Error(n)
	}
	w.runAssets("disassociate", give([]string{"u0"}, nil, asset("1", "STDQ")))
	if n := w.next(inbox, "ASSET_MANAGEMENT"); n.Body["type"] != "DISASSOCIATE" || n.Body["result"] != "SUCCESS" {
		t.Error(n)
	}
}

// A revoke that fails for a user names nothing but the user: no asset was looked at.
func TestRevokeFailureNotification(t *testing.T) {
	w := stocked(t, applesim.Options{Quirks: applesim.Quirks{UnknownAssigneeAsync: true}})
	url, inbox := newHook(t, nil)
	w.subscribe(url, "ASSET_MANAGEMENT")
	w.next(inbox, "TEST_NOTIFICATION")
	w.runAssets("revoke", object{"clientUserIds": []string{"gone"}})
	n := w.next(inbox, "ASSET_MANAGEMENT")
	if d := cmp.Diff([]any{object{"clientUserId": "gone"}}, n.Body["assignments"]); d != "" || n.Body["result"] != "FAILURE" {
		t.Error(n, d)
	}
}

// Section 1.11: ASSET_COUNT tells of purchases and refunds, adamId as a string.
func TestAssetCountNotifications(t *testing.T) {
	w := stocked(t, applesim.Options{})
	url, inbox := newHook(t, nil)
	w.subscribe(url, "ASSET_COUNT", "UNLIMITED_ASSET")
	w.next(inbox, "TEST_NOTIFICATION")
	for _, n := range []int{5, -2} {
		w.must(w.Buy(uid, notes, n))
		want := object{"adamId": app, "pricingParam": "STDQ", "countDelta": float64(n)}
		if d := cmp.Diff(want, w.next(inbox, "ASSET_COUNT").Body); d != "" {
			t.Error(d)
		}
	}
	free := applesim.App("3", 0)
	free.Unlimited = true
	w.stock(free) // silent by default
	w.SetQuirks(applesim.Quirks{UnlimitedNote: applesim.UnlimitedKeyed})
	free.AdamID = "4"
	w.stock(free)
	if d := cmp.Diff(asset("4", "STDQ"), w.next(inbox, "UNLIMITED_ASSET").Body); d != "" {
		t.Error(d)
	}
	w.SetQuirks(applesim.Quirks{UnlimitedNote: applesim.UnlimitedEmpty})
	free.AdamID = "5"
	w.stock(free)
	if n := w.next(inbox, "UNLIMITED_ASSET"); n.Body == nil || len(n.Body) != 0 {
		t.Error(n)
	}
}

// Section 8: licenses that a retire sets free are notified by quirk only; so is what happens in the portal.
func TestRetireNotifiesAssets(t *testing.T) {
	w := stocked(t, applesim.Options{})
	url, inbox := newHook(t, nil)
	w.subscribe(url, "ASSET_MANAGEMENT")
	w.next(inbox, "TEST_NOTIFICATION")
	for _, id := range []string{"u0", "u1"} {
		w.must(w.AssignByHand(uid, notes, id, ""))
		w.must(w.AssignByHand(uid, novel, id, ""))
	}
	w.run("retire", crowd("u", 1))
	w.SetQuirks(applesim.Quirks{NotifyRetireAssets: true, NotifyPortal: true})
	e := w.post("/users/retire", people(person{"clientUserId": "u1"})).str("eventId")
	n := w.next(inbox, "ASSET_MANAGEMENT") // u0's was silent
	want := []any{object{"adamId": app, "pricingParam": "STDQ", "clientUserId": "u1"}}
	if d := cmp.Diff(want, n.Body["assignments"]); d != "" || n.Body["type"] != "REVOKE" || n.Body["eventId"] != e {
		t.Error(n, d)
	}
	w.must(w.AssignByHand(uid, notes, "u2", ""))
	if n := w.next(inbox, "ASSET_MANAGEMENT"); n.Body["type"] != "ASSOCIATE" {
		t.Error(n)
	}
	w.must(w.UnassignByHand(uid, notes, "u2", ""))
	if n := w.next(inbox, "ASSET_MANAGEMENT"); n.Body["type"] != "DISASSOCIATE" {
		t.Error(n)
	}
}

// Section 1.11: only the subscribed types are sent, and none after the address is cleared.
func TestSubscribedTypesOnly(t *testing.T) {
	w := stocked(t, applesim.Options{})
	url, inbox := newHook(t, nil)
	w.subscribe(url, "ASSET_COUNT")
	w.next(inbox, "TEST_NOTIFICATION")
	w.runAssets("associate", give([]string{"u0"}, nil, asset(app, "STDQ")))
	w.run("create", crowd("v", 1))
	w.must(w.Buy(uid, notes, 1))
	w.next(inbox, "ASSET_COUNT")
	w.want(w.post("/client/config", object{"notificationTypes": []string{}}), 200, 0)
	w.next(inbox, "TEST_NOTIFICATION")
	if out := w.get("/client/config"); !strings.Contains(out.Raw, `"subscribedNotificationTypes":[]`) {
		t.Error(out.Raw)
	}
	w.must(w.Buy(uid, notes, 1))
	w.want(w.post("/client/config", object{"notificationUrl": "", "notificationAuthToken": ""}), 200, 0)
	w.must(w.Buy(uid, notes, 1))
	w.subscribe(url, "ASSET_COUNT")
	w.next(inbox, "TEST_NOTIFICATION")
	w.must(w.Buy(uid, notes, 7))
	if n := w.next(inbox, "ASSET_COUNT"); n.Body["countDelta"] != 7.0 {
		t.Error(n)
	}
}

// Scripted trouble with notifications: lost, twice, late, before older ones.
func TestScriptedNotifications(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Faults: applesim.Faults{Late: time.Minute}})
	w.stock(applesim.App(app, 1))
	url, inbox := newHook(t, nil)
	w.subscribe(url, "ASSET_COUNT")
	w.next(inbox, "TEST_NOTIFICATION")
	w.InjectNotes(applesim.NoteLost, applesim.NoteLate, "", applesim.NoteTwice)
	buy := func(n int) { w.must(w.Buy(uid, notes, n)) }
	came := func() int { return int(w.next(inbox, "ASSET_COUNT").Body["countDelta"].(float64)) }
	buy(1) // lost
	buy(2) // late
	buy(3)
	if n := came(); n != 3 {
		t.Error(n)
	}
	buy(4) // twice
	if a, b := came(), came(); a != 4 || b != 4 {
		t.Error(a, b)
	}
	now.add(time.Minute)
	w.Settle()
	if n := came(); n != 2 {
		t.Error(n)
	}
	c := w.Calls()
	if c.ByFault[applesim.NoteLost] != 1 || c.ByFault[applesim.NoteLate] != 1 || c.ByFault[applesim.NoteTwice] != 1 || c.Notifications["ASSET_COUNT"] != 4 {
		t.Error(c)
	}
}

// A receiver that hangs delays neither the API nor another location's receiver.
func TestDeliveryNeverBlocks(t *testing.T) {
	other := "1000000000000002"
	w := newWorld(t, applesim.Options{Locations: []applesim.Location{{UID: other}}})
	key := applesim.App("1", 0)
	w.must(w.AddAsset(uid, key))
	w.must(w.AddAsset(other, key))
	good, inbox := newHook(t, nil)
	letGo := make(chan struct{})
	hung := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		var test [200]byte
		n, _ := r.Body.Read(test[:])
		if !strings.Contains(string(test[:n]), "TEST_NOTIFICATION") {
			<-letGo
		}
	}))
	defer hung.Close()
	defer close(letGo)
	w.subscribe(hung.URL, "ASSET_COUNT")
	token, err := w.MintToken(other, applesim.TokenOptions{})
	w.must(err)
	w.token = token
	w.subscribe(good, "ASSET_COUNT")
	w.next(inbox, "TEST_NOTIFICATION")
	begin := time.Now()
	for range 100 {
		w.must(w.Buy(uid, key.AssetKey, 1))
	}
	w.must(w.Buy(other, key.AssetKey, 1))
	w.next(inbox, "ASSET_COUNT")
	w.want(w.get("/assets"), 200, 0)
	if d := time.Since(begin); d > 5*time.Second {
		t.Error("took", d)
	}
}
