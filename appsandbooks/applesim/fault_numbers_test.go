package applesim_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Sections 1.13 and 2.4: every number of both tables can be had at will, for whole calls and for single items, each in the
// clothes of its version.
func TestEveryNumberAtWill(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	statuses := map[int]int{
		9601: 401, 9603: 500, 9621: 401, 9622: 200, 9625: 401, 9634: 410, 9637: 403, 9646: 429, 9647: 403, 9722: 401, 9726: 405, 9727: 415, 9729: 503,
	}
	v2 := []int{9601, 9602, 9603, 9609, 9621, 9622, 9623, 9625, 9634, 9637, 9646, 9647, 9650}
	for n := 9700; n <= 9729; n++ {
		v2 = append(v2, n)
	}
	for n := 9811; n <= 9818; n++ {
		v2 = append(v2, n)
	}
	var v1 []int
	for n := 9600; n <= 9646; n++ {
		v1 = append(v1, n)
	}
	for _, n := range v2 {
		status := statuses[n]
		if status == 0 {
			status = http.StatusBadRequest
		}
		w.Inject(applesim.UsersCreate, applesim.ErrorFault(n))
		if out := w.want(w.post("/users/create", crowd("u", 1)), status, n); out.str("errorMessage") == "" || out.str("errorMessage") == "Something went wrong." {
			t.Error("no text of its own:", out.Raw)
		}
	}
	for _, n := range v1 {
		w.Inject(applesim.V1UserRegister, applesim.ErrorFault(n))
		out := w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"})
		if w.bad(out, n); out.str("errorMessage") == "Something went wrong." {
			t.Error("no text of its own:", out.Raw)
		}
		w.InjectItems(applesim.ItemFault(n))
		w.bad(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"}), n)
	}
	if len(w.Events(uid)) != 0 || len(w.User(uid, "u")) != 0 {
		t.Error("something was done")
	}
}

// Section 1.10: single items of an event fail with any number, the others go on; or the whole event does.
func TestItemAndEventNumbers(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.stock(applesim.App(app, 9))
	w.InjectItems("", applesim.ItemFault(9641))
	out := w.wantStatus(w.run("create", crowd("u", 3)), "FAILED", 2)
	if n, ids := w.failure(out); n != 9641 || fmt.Sprint(ids) != "[u1]" {
		t.Error(out.Raw)
	}
	w.Inject(applesim.UsersRetire, applesim.EventFault(9643))
	out = w.wantStatus(w.run("retire", crowd("u", 1)), "FAILED", 0)
	if n, ids := w.failure(out); n != 9643 || fmt.Sprint(ids) != "[u0]" {
		t.Error(out.Raw)
	}
	w.InjectItems("", applesim.ItemFault(9642))
	give := w.v1("manageVPPLicensesByAdamIdSrv", args{"adamIdStr": app, "associateSerialNumbers": []string{"C1", "C2"}})
	if list := give.items("associations"); give.num("status") != -3 || list[0]["errorNumber"] != nil || list[1]["errorNumber"] != 9642.0 {
		t.Error(give.Raw)
	}
	w.SetFaults(applesim.Faults{Chance: map[applesim.Fault]float64{applesim.ItemFault(9635): 1, applesim.ErrorFault(9637): 1}, Total: 2})
	w.want(w.get("/users"), 403, 9637)
	w.SetFaults(applesim.Faults{Chance: map[applesim.Fault]float64{applesim.ItemFault(9635): 1}, Total: 1})
	if n, _ := w.failure(w.run("create", crowd("v", 2))); n != 9635 {
		t.Error(n)
	}
	for text, good := range map[string]bool{"error 9646=0.5,item 9709=1,event 9644=1": true, "error 12=1": false, "item x=1": false, "error=1": false} {
		if _, err := applesim.FaultsOf(text, 1); (err == nil) != good {
			t.Error(text, err)
		}
	}
}

// Section 1.14: what a gateway says, and Retry-After beside 500 and a redirect, in seconds and as a date.
func TestGatewayFaults(t *testing.T) {
	w := newWorld(t, applesim.Options{Faults: applesim.Faults{RetryAfter: 3 * time.Second}})
	w.web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for fault, want := range map[applesim.Fault]struct {
		status int
		after  string
	}{
		applesim.Busy500: {500, "3"}, applesim.Busy500Date: {500, "date"}, applesim.BadGateway502: {502, ""}, applesim.LateGateway504: {504, ""}, applesim.Redirect307: {307, "3"},
	} {
		w.Inject(applesim.UsersCreate, fault)
		out := w.post("/users/create", crowd("u", 1))
		after := out.Header.Get("Retry-After")
		if _, err := http.ParseTime(after); err == nil {
			after = "date"
		}
		if out.Status != want.status || after != want.after {
			t.Errorf("%s: HTTP %d, Retry-After %q", fault, out.Status, after)
		}
		if fault == applesim.Redirect307 && out.Header.Get("Location") != "/mdm/v2/users/create" {
			t.Error(out.Header)
		}
	}
	w.Inject(applesim.V1UserRegister, applesim.Busy500)
	if out := w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"}); out.Status != 500 || out.Header.Get("Retry-After") != "3" {
		t.Error(out.Status, out.Header)
	}
	if len(w.Events(uid)) != 0 {
		t.Error("something was done")
	}
}

// Section 2.4: 9632, 9630 and 9631 after too many of the same; by quirk.
func TestV1TooManyOfTheSame(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Quirks: applesim.Quirks{SameManageLimit: 2}})
	w.stock(applesim.App(app, 1))
	give := func(serial string) answer {
		return w.v1("manageVPPLicensesByAdamIdSrv", args{"adamIdStr": app, "associateSerialNumbers": []string{serial}})
	}
	number := func(a answer) any { return a.items("associations")[0]["errorNumber"] }
	w.good(give("C1"))
	if n := number(give("C1")); n != 9616.0 {
		t.Error(n)
	}
	w.bad(give("C1"), 9632)
	if n := number(give("C2")); n != 9610.0 {
		t.Error("another call is another call:", n)
	}
	now.add(6 * time.Minute)
	if n := number(give("C1")); n != 9616.0 {
		t.Error("minutes later:", n)
	}
	w.SetQuirks(applesim.Quirks{SameFailureLimit: 1})
	for serial, numbers := range map[string][2]float64{"C1": {9616, 9630}, "C3": {9610, 9631}} {
		for _, want := range numbers {
			if n := number(give(serial)); n != want {
				t.Errorf("%s: %v, want %v", serial, n, want)
			}
		}
	}
}
