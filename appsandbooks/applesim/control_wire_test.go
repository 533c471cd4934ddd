package applesim_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Limits are set by hand by Apple's keys, announced and enforced; latency and the time that requests take likewise.
func TestControlLimits(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	w.act("limits", args{"maxUsers": 2, "maxBatchAssociateLicenseCount": "1"})
	if limits := w.get("/service/config").Body["limits"].(map[string]any); limits["maxUsers"] != 2.0 || limits["maxAssets"] != 25.0 || limits["maxBatchAssociateLicenseCount"] != nil {
		t.Error(limits)
	}
	w.want(w.post("/users/create", crowd("u", 3)), 400, 9714)
	w.bad(w.v1("manageVPPLicensesByAdamIdSrv", args{"adamIdStr": "1", "associateSerialNumbers": []string{"a", "b"}}), 9602)
	w.act("event_delay", args{"min": "1h"})
	e := w.want(w.post("/users/create", crowd("u", 1)), 200, 0)
	w.wantStatus(w.get("/status?eventId="+e.str("eventId")), "PENDING", 0)
	w.act("latency", args{"min": "30ms"})
	begin := time.Now()
	w.get("/users")
	if took := time.Since(begin); took < 30*time.Millisecond {
		t.Error("answered in", took)
	}
	w.act("latency", nil)
}

// The service config can name a stranger and numbers that make no sense; the truth stays where it was.
func TestControlServiceConfig(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	true2 := w.get("/service/config").Raw
	true1 := w.raw("GET", "/mdm/VPPServiceConfigSrv", "", "").Raw
	w.act("service_config", args{
		"origin": "https://evil.example/", "urls": args{"getUsers": "http://plain.example/users", "createUsers": ""},
		"limits": args{"maxUsers": -5, "maxAssets": "many", "maxSerialNumbers": nil},
	})
	out := w.get("/service/config")
	urls, limits := out.Body["urls"].(map[string]any), out.Body["limits"].(map[string]any)
	if urls["getUsers"] != "http://plain.example/users" || urls["eventStatus"] != "https://evil.example/mdm/v2/status" || urls["createUsers"] != nil {
		t.Error(urls)
	}
	if _, there := limits["maxSerialNumbers"]; limits["maxUsers"] != -5.0 || limits["maxAssets"] != "many" || there || limits["maxClientUserIds"] != 1000.0 {
		t.Error(limits)
	}
	if c := w.raw("GET", "/mdm/VPPServiceConfigSrv", "", ""); c.str("registerUserSrvUrl") != "https://evil.example/mdm/registerVPPUserSrv" {
		t.Error(c.Raw)
	}
	w.wantStatus(w.run("create", crowd("u", 3)), "COMPLETE", 3)
	w.act("service_config", nil)
	if w.get("/service/config").Raw != true2 || w.raw("GET", "/mdm/VPPServiceConfigSrv", "", "").Raw != true1 {
		t.Error("the truth did not come back")
	}
}

// Section 1.11: any notification can be sent by hand, with a body of its own, an id that came before, or a wrong secret; and
// what was sent, and what befell it, can be seen.
func TestControlNotify(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true, NotifyRetry: []time.Duration{}})
	if out := w.raw("POST", "/internal/notify", "", `{"uId":"`+uid+`","type":"ASSET_COUNT"}`); out.Status != 400 || !strings.Contains(out.Raw, "address") {
		t.Error(out.Raw)
	}
	var refuse atomic.Bool
	hook, notes := newHook(t, func(note) int {
		if refuse.Load() {
			return 500
		}
		return 200
	})
	w.subscribe(hook, "USER_MANAGEMENT")
	w.next(notes, "TEST_NOTIFICATION")
	for kind, want := range map[string]string{
		"UNLIMITED_ASSET": `{"adamId":"361309726","pricingParam":"STDQ"}`, "NEVER_HEARD_OF": `{}`,
		"SUBSCRIPTION_COUNT": `{"adamId":1440000002,"counts":{"available":{"expiring":1,"renewing":5},"total":{"expiring":2,"renewing":8}},"parentAdamId":1440000001}`,
	} {
		w.act("notify", args{"uId": uid, "type": kind})
		if got, _ := json.Marshal(w.next(notes, kind).Body); string(got) != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
	w.act("notify", args{"uId": uid, "type": "SUBSCRIPTION_MANAGEMENT"})
	if n := w.next(notes, "SUBSCRIPTION_MANAGEMENT"); n.Body["result"] != "SUCCESS" || n.Body["assignments"] == nil {
		t.Error(n)
	}
	for range 2 {
		w.act("notify", args{"uId": uid, "type": "ASSET_COUNT", "notification": args{"countDelta": -7}, "notificationId": "again", "authToken": "wrong"})
		if n := w.next(notes, "ASSET_COUNT"); n.ID != "again" || n.Auth != "Bearer wrong" || n.Body["countDelta"] != -7.0 || n.UID != uid {
			t.Error(n)
		}
	}
	w.act("inject_notes", args{"faults": []string{"notification lost", "notification twice"}})
	w.run("create", crowd("lost", 1))
	w.run("create", crowd("twice", 1))
	if a, b := w.next(notes, "USER_MANAGEMENT"), w.next(notes, "USER_MANAGEMENT"); a.ID != b.ID {
		t.Error(a, b)
	}
	refuse.Store(true)
	w.act("inject_items", args{"faults": "item 9603"})
	w.run("create", crowd("bad", 1))
	w.next(notes, "USER_MANAGEMENT")
	w.eventually(func() bool {
		for _, n := range w.Notes(uid) {
			if n.Result == "waiting" {
				return false
			}
		}
		return true
	})
	var results []string
	for _, n := range w.Notes(uid) {
		results = append(results, n.Type+" "+n.Result)
	}
	want := []string{"USER_MANAGEMENT lost", "USER_MANAGEMENT accepted", "USER_MANAGEMENT accepted", "USER_MANAGEMENT given up"}
	if d := cmp.Diff(want, results[6:]); d != "" {
		t.Error(d)
	}
	state := w.raw("GET", "/internal/state", "", "").items("locations")[0]
	events, seen := state["newestEvents"].([]any), state["newestNotifications"].([]any)
	if len(events) != 3 || events[0].(map[string]any)["eventStatus"] != "FAILED" || events[0].(map[string]any)["failures"] == nil {
		t.Error(events)
	}
	if len(seen) != 10 || seen[0].(map[string]any)["status"] != 500.0 || seen[0].(map[string]any)["result"] != "given up" {
		t.Error(seen)
	}
}

// eventually looks until it is true: notifications are sent from another goroutine.
func (w *world) eventually(is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); {
		if time.Now().After(deadline) {
			w.t.Fatal("it never came to be")
		}
		w.get("/users") // something to do meanwhile
	}
}

// Licenses by hand, assets of any kind, and Managed Apple Accounts that cannot be linked: also after a restart.
func TestControlPortal(t *testing.T) {
	o := applesim.Options{Control: true, File: filepath.Join(t.TempDir(), "apple.jsonl")}
	w := newWorld(t, o)
	w.run("create", crowd("u", 1))
	w.act("add_asset", args{"uId": uid, "adamId": "7", "unlimited": true, "supportedPlatforms": []string{"macOS"}})
	w.act("add_asset", args{"uId": uid, "adamId": "8", "productType": "Book", "total": 3, "revocable": false, "deviceAssignable": false})
	if s := w.Assets(uid); len(s) != 2 || !s[0].Unlimited || !s[0].Revocable || s[1].ProductType != "Book" || s[1].DeviceAssignable || s[1].Total != 3 {
		t.Error(s)
	}
	w.act("assign", args{"uId": uid, "adamId": "8", "clientUserIdStr": "u0"})
	w.act("assign", args{"uId": uid, "adamId": 7, "serialNumber": "C1"})
	w.act("unassign", args{"uId": uid, "adamId": 7, "serialNumber": "C1"})
	if has := w.AssignmentsOf(uid, "u0"); len(has) != 1 || len(w.AssignmentsOn(uid, "C1")) != 0 {
		t.Error(has)
	}
	w.act("block_account", args{"uId": uid, "account": "bad@school.example"})
	link := people(person{"clientUserId": "u0", "managedAppleId": "BAD@school.example"})
	if n, _ := w.failure(w.run("update", link)); n != 9635 {
		t.Error(n)
	}
	w.Close()
	again, err := applesim.New(o)
	w.must(err)
	defer again.Close()
	if l := again.Locations()[0]; len(l.BlockedAccounts) != 1 || l.Name != "Library" {
		t.Error(l)
	}
	again.SetLimits(applesim.UnlimitedRate())
	if out := record(again, "POST", "/mdm/v2/users/update", w.token.Content, `{"users":[{"clientUserId":"u0","managedAppleId":"bad@school.example"}]}`); out.Code != 200 {
		t.Error(out.Body)
	}
	if e := again.Events(uid); len(e[len(e)-1].FailedUsers[9635]) != 1 {
		t.Error(e)
	}
	w.must(again.BlockAccount(uid, "bad@school.example", false))
	record(again, "POST", "/mdm/v2/users/update", w.token.Content, `{"users":[{"clientUserId":"u0","managedAppleId":"bad@school.example"}]}`)
	if u := again.User(uid, "u0"); u[0].Status != applesim.Associated {
		t.Error(u)
	}
}

// What cannot be done is said in a sentence.
func TestControlRefusals(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	for name, in := range map[string]string{
		"limits": `{"maxNonsense":1}`, "limits ": `{"maxUsers":"x"}`, "latency": `{"min":"soon"}`, "event_delay": `{"max":"-1s"}`, "service_config": `{"urls":7}`,
		"notify": `{"uId":"9","type":"X"}`, "inject_notes": `{"faults":"500"}`, "inject_items": `{"faults":["error 9601"]}`, "block_account": `{"uId":"` + uid + `"}`,
		"assign": `{"uId":"` + uid + `","adamId":"1"}`, "unassign": `{"uId":"9"}`, "add_asset": `{"uId":"` + uid + `","adamId":"x"}`,
	} {
		out := w.raw("POST", "/internal/"+strings.TrimSpace(name), "", in)
		if out.Status/100 != 4 || out.str("error") == "" {
			t.Error(name, out.Status, out.Raw)
		}
	}
	var l applesim.Limits
	for _, name := range applesim.LimitNames() {
		if err := l.Set(name + "=3"); err != nil {
			t.Error(err)
		}
	}
	if l.MaxUsers != 3 || l.MaxBatchDisassociate != 3 || l.MaxRequestPerSecond != 3 {
		t.Error(l)
	}
}
