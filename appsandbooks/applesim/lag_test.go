package applesim_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Quirk ReadLag (pitfall 6, section 8): while it lasts every list shows what was, whatever changed and however it is asked
// for; then it shows what is.
func TestReadLagShowsWhatWas(t *testing.T) {
	const lag = 10 * time.Second
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Quirks: applesim.Quirks{ReadLag: lag}})
	w.stock(applesim.App(app, 5))
	w.run("create", people(
		person{"clientUserId": "leaves", "email": "leaves@x.example"}, person{"clientUserId": "accepts", "email": "accepts@x.example"},
		person{"clientUserId": "moves", "email": "old@x.example"}, person{"clientUserId": "linked"},
	))
	w.must(w.AssignByHand(uid, notes, "leaves", ""))
	w.must(w.AssignByHand(uid, notes, "", "C01"))
	now.add(2 * lag)
	v, va := w.get("/users").str("versionId"), w.get("/assignments").str("versionId")
	since := w.good(w.v1("getVPPUsersSrv", args{"includeRetired": 1})).str("sinceModifiedToken")
	look := func() map[string]string {
		t.Helper()
		seen := map[string]string{}
		for _, path := range []string{
			"/users", "/users?activeOnly=true", "/users?retiredOnly=true", "/users?clientUserId=leaves", "/users?clientUserId=accepts",
			"/users?clientUserId=moves", "/users?clientUserId=linked", "/users?managedAppleId=linked@school.example", "/users?sinceVersionId=" + url.QueryEscape(v),
			"/assignments", "/assignments?includeUserState=true", "/assignments?excludeInactiveUsers=true", "/assignments?clientUserId=leaves", "/assignments?serialNumber=C01",
			"/assignments?adamId=" + app, "/assignments?sinceVersionId=" + url.QueryEscape(va),
		} {
			seen[path] = w.want(w.get(path), 200, 0).Raw
		}
		for _, call := range []struct {
			name string
			args args
			list string
		}{
			{"getVPPUsersSrv", args{"includeRetired": 1}, "users"}, {"getVPPUsersSrv", nil, "users"},
			{"getVPPUsersSrv", args{"includeRetiredOnly": 1}, "users"}, {"getVPPUsersSrv", args{"includeRetired": 1, "sinceModifiedToken": since}, "users"},
			{"getVPPLicensesSrv", args{"assignedOnly": true}, "licenses"}, {"getAssignments", nil, "assignments"}, {"getAssignments", args{"clientUserIdStr": "leaves"}, "assignments"},
		} {
			what, _ := json.Marshal(call.args)
			text, _ := json.Marshal(w.good(w.v1(call.name, call.args)).Body[call.list])
			seen[call.name+string(what)] = string(text)
		}
		return seen
	}
	before := look()
	w.run("retire", people(person{"clientUserId": "leaves"}))
	_, err := w.Accept(w.User(uid, "accepts")[0].InviteCode, "accepts@home.example")
	w.must(err)
	w.run("update", people(person{"clientUserId": "moves", "email": "new@x.example"}, person{"clientUserId": "linked", "managedAppleId": "linked@school.example"}))
	now.add(lag / 2)
	w.run("update", people(person{"clientUserId": "moves", "email": "newer@x.example"}))
	w.must(w.UnassignByHand(uid, notes, "", "C01"))
	w.must(w.AssignByHand(uid, notes, "", "C02"))
	w.run("create", crowd("new", 1))
	during := look()
	for path, was := range before {
		if during[path] != was {
			t.Errorf("%s shows a change at once:\n%s\nbefore:\n%s", path, during[path], was)
		}
	}
	now.add(lag/2 + time.Millisecond) // the first half of it comes out
	if u := w.only("clientUserId=moves"); u["email"] != "new@x.example" {
		t.Error(u)
	}
	if u := w.only("clientUserId=leaves"); u["status"] != "Retired" || len(w.get("/users?clientUserId=new0").users()) != 0 {
		t.Error(u)
	}
	now.add(lag)
	after := look()
	w.SetQuirks(applesim.Quirks{})
	for path, want := range look() {
		if after[path] != want {
			t.Errorf("%s still shows what was:\n%s\nwithout lag:\n%s", path, after[path], want)
		}
		if was := before[path]; was == want {
			t.Errorf("%s never changes: the test proves nothing", path)
		}
	}
}
