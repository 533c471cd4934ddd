package applesim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

type object = map[string]any

func asset(adamID, pricing string) object { return object{"adamId": adamID, "pricingParam": pricing} }

// give is a request about assets for users and devices.
func give(users, serials []string, assets ...object) object {
	return object{"assets": assets, "clientUserIds": users, "serialNumbers": serials}
}

// runAssets sends a request about assets and returns the final status of its event.
func (w *world) runAssets(verb string, body any) answer {
	w.t.Helper()
	e := w.want(w.post("/assets/"+verb, body), 200, 0)
	if e.str("eventId") == "" || e.str("uId") != uid || e.str("tokenExpirationDate") == "" {
		w.t.Fatal(e.Raw)
	}
	return w.want(w.get("/status?eventId="+e.str("eventId")), 200, 0)
}

// wantNumbers is wantStatus with the number requested.
func (w *world) wantNumbers(a answer, status string, completed, requested int) answer {
	w.t.Helper()
	if w.wantStatus(a, status, completed); a.num("numRequested") != requested {
		w.t.Fatalf("want %d requested: %s", requested, a.Raw)
	}
	return a
}

// Section 1.7 and 1.10: users and devices in one request, every asset for every target.
func TestAssociate(t *testing.T) {
	w := stocked(t, applesim.Options{})
	w.stock(applesim.App("1", 10))
	out := w.runAssets("associate", give([]string{"u0", "u1", "u2"}, []string{"C01", "C02"}, asset(app, "STDQ"), asset("1", "STDQ")))
	w.wantNumbers(out, "COMPLETE", 10, 10)
	if out.str("eventType") != "ASSOCIATE" || strings.Contains(out.Raw, "failures") {
		t.Error(out.Raw)
	}
	w.wantCounts(notes, "10 5 5 0")
	if n := len(w.AssignmentsOn(uid, "C02")); n != 2 { // an unknown serial number is accepted
		t.Error(n)
	}
	again := w.runAssets("associate", give([]string{"u0"}, nil, asset(app, "STDQ"))) // section 8: success, no count change
	w.wantNumbers(again, "COMPLETE", 1, 1)
	w.wantCounts(notes, "10 5 5 0")
	back := w.runAssets("disassociate", give([]string{"u0", "u4"}, []string{"C01"}, asset(app, "STDQ")))
	w.wantNumbers(back, "COMPLETE", 3, 3)
	w.wantCounts(notes, "10 7 3 0")
	if e := w.Events(uid); e[len(e)-1].Type != "DISASSOCIATE" || e[len(e)-1].Completed != 3 {
		t.Error(e[len(e)-1])
	}
}

// The table in 1.13: what refuses a request about assets at once; nothing of it is done.
func TestManageRefusals(t *testing.T) {
	l := applesim.UnlimitedRate()
	l.MaxAssets, l.MaxClientUserIDs, l.MaxSerialNumbers, l.MaxRevokeClientUserIDs, l.MaxRevokeSerialNumbers = 2, 3, 4, 1, 2
	w := stocked(t, applesim.Options{Limits: l})
	id := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprint("u", i))
		}
		return out
	}
	for _, c := range []struct {
		name, verb string
		body       any
		number     int
		info       object
	}{
		{"no assets", "associate", give(id(1), nil), 9718, nil},
		{"three assets", "associate", give(id(1), nil, asset("1", "STDQ"), asset("2", "STDQ"), asset("3", "STDQ")), 9700, nil},
		{"asset twice", "associate", give(id(1), nil, asset(app, "STDQ"), asset(app, "STDQ")), 9703, object{"assets": []any{asset(app, "STDQ")}}},
		{"asset twice by default", "disassociate", give(id(1), nil, asset(app, "STDQ"), object{"adamId": app}), 9703, object{"assets": []any{asset(app, "STDQ")}}},
		{"no targets", "associate", give(nil, nil, asset(app, "STDQ")), 9719, nil},
		{"absent targets", "disassociate", object{"assets": []object{asset(app, "STDQ")}}, 9719, nil},
		{"four users", "associate", give(id(4), nil, asset(app, "STDQ")), 9701, nil},
		{"five devices", "associate", give(nil, []string{"a", "b", "c", "d", "e"}, asset(app, "STDQ")), 9702, nil},
		{"user twice", "associate", give([]string{"u0", "u1", "u0"}, nil, asset(app, "STDQ")), 9704, object{"clientUserIds": []any{"u0"}}},
		{"device twice", "associate", give(nil, []string{"a", "a"}, asset(app, "STDQ")), 9705, object{"serialNumbers": []any{"a"}}},
		{"book for a device", "associate", give(id(1), []string{"a"}, asset(app, "STDQ"), asset(book, "STDQ")), 9707, object{"assets": []any{asset(book, "STDQ")}}},
		{"book back", "disassociate", give(id(1), nil, asset(book, "STDQ")), 9706, object{"assets": []any{asset(book, "STDQ")}}},
		{"unknown users", "associate", give([]string{"u0", "x", "y"}, nil, asset(app, "STDQ")), 9609, object{"clientUserIds": []any{"x", "y"}}},
		{"no adamId", "associate", give(id(1), nil, object{"pricingParam": "STDQ"}), 9602, nil},
		{"wrong case", "associate", give(id(1), nil, object{"adamID": app}), 9602, nil},
		{"number for adamId", "associate", give(id(1), nil, object{"adamId": 1}), 9602, nil},
		{"unknown pricingParam", "associate", give(id(1), nil, asset(app, "GRATIS")), 9602, nil},
		{"empty user", "associate", give([]string{""}, nil, asset(app, "STDQ")), 9602, nil},
		{"empty serial", "associate", give(nil, []string{""}, asset(app, "STDQ")), 9602, nil},
		{"no JSON", "associate", `{"assets":[`, 9602, nil},
		{"a list", "revoke", `[]`, 9602, nil},
		{"revoke nobody", "revoke", object{}, 9719, nil},
		{"revoke two users", "revoke", object{"clientUserIds": id(2)}, 9701, nil},
		{"revoke three devices", "revoke", object{"serialNumbers": []string{"a", "b", "c"}}, 9702, nil},
		{"revoke a device twice", "revoke", object{"serialNumbers": []string{"a", "a"}}, 9705, object{"serialNumbers": []any{"a"}}},
		{"revoke an unknown user", "revoke", object{"clientUserIds": []string{"x"}}, 9609, object{"clientUserIds": []any{"x"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := w.want(w.post("/assets/"+c.verb, c.body), 400, c.number)
			info, _ := out.Body["errorInfo"].(map[string]any)
			if d := cmp.Diff(c.info, info); d != "" || out.str("errorMessage") == "" || out.str("eventId") != "" {
				t.Error(out.Raw, d)
			}
		})
	}
	if n := len(w.Events(uid)); n != 1 { // the one that made the users
		t.Error(n, "events")
	}
	w.wantCounts(notes, "10 10 0 0")
}

// Section 1.10: FAILED although part succeeded; failures by error, naming assets, users and devices.
func TestAssignmentsPartlyFail(t *testing.T) {
	w := stocked(t, applesim.Options{Quirks: applesim.Quirks{UnknownAssigneeAsync: true, AssignTwiceNumber: 9616, UnassignAbsentNumber: 9619}})
	w.stock(applesim.App("1", 20), applesim.App("2", 3))
	out := w.runAssets("associate", give([]string{"u0", "u1", "gone", "u2"}, []string{"a", "b", "c", "d"}, asset(app, "STDQ"), asset("1", "STDQ")))
	w.wantNumbers(out, "FAILED", 14, 16) // Apple's own sample
	want := []any{object{
		"errorNumber": 9609.0, "errorMessage": "The registered user cannot be found.",
		"errorInfo": object{"assets": []any{asset(app, "STDQ"), asset("1", "STDQ")}, "clientUserIds": []any{"gone"}},
	}}
	if d := cmp.Diff(want, out.Body["failures"]); d != "" {
		t.Error(d)
	}
	out = w.runAssets("associate", give([]string{"u0", "u3"}, []string{"x", "y", "z"}, asset("2", "STDQ"), asset("1", "STDQ")))
	w.wantNumbers(out, "FAILED", 7, 10) // three of the first, then 9709; u0 has the second already
	want = []any{
		object{"errorNumber": 9709.0, "errorMessage": "Not enough licenses.", "errorInfo": object{"assets": []any{asset("2", "STDQ")}, "serialNumbers": []any{"y", "z"}}},
		object{"errorNumber": 9616.0, "errorMessage": "The license is already assigned.", "errorInfo": object{"assets": []any{asset("1", "STDQ")}, "clientUserIds": []any{"u0"}}},
	}
	if d := cmp.Diff(want, out.Body["failures"]); d != "" {
		t.Error(d)
	}
	w.wantCounts(applesim.AssetKey{AdamID: "2", PricingParam: "STDQ"}, "3 0 3 0")
	out = w.runAssets("disassociate", give([]string{"u4"}, nil, asset("1", "STDQ"), asset("77", "STDQ")))
	if w.wantNumbers(out, "FAILED", 0, 2); len(out.Body["failures"].([]any)) != 1 || !strings.Contains(out.Raw, "9619") {
		t.Error(out.Raw)
	}
	events := w.Events(uid)
	if got := events[2]; fmt.Sprint(got.FailedSerials[9709], got.FailedUsers[9616], got.FailedAssets[9709]) != "[y z] [u0] [{2 STDQ}]" {
		t.Error(got)
	}
}

// Between accepting and doing, the world changes: a user retired meanwhile fails with 9609, a bought license is there.
func TestAssociateTakesTime(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, EventDelay: applesim.Range{Min: time.Minute}})
	w.stock(applesim.App(app, 0))
	e := w.post("/users/create", crowd("u", 2))
	now.add(time.Minute)
	w.want(w.get("/status?eventId="+e.str("eventId")), 200, 0)
	id := w.want(w.post("/assets/associate", give([]string{"u0", "u1"}, nil, asset(app, "STDQ"))), 200, 0).str("eventId")
	w.wantNumbers(w.get("/status?eventId="+id), "PENDING", 0, 2)
	w.must(w.RetireByHand(uid, "u0"))
	w.must(w.Buy(uid, notes, 1))
	now.add(time.Minute)
	out := w.wantNumbers(w.get("/status?eventId="+id), "FAILED", 1, 2)
	if number, who := w.failure(out); number != 9609 || fmt.Sprint(who) != "[u0]" {
		t.Error(out.Raw)
	}
	w.wantCounts(notes, "1 0 1 0")
}

// Section 1.7: revoke takes everything that can be taken; books stay.
func TestRevoke(t *testing.T) {
	w := stocked(t, applesim.Options{})
	w.stock(applesim.App("1", 10))
	hand := func() {
		w.runAssets("associate", give([]string{"u0", "u1"}, []string{"C01"}, asset(app, "STDQ"), asset("1", "STDQ")))
	}
	hand()
	w.runAssets("associate", give([]string{"u0"}, nil, asset(book, "STDQ")))
	body := object{"clientUserIds": []string{"u0", "u2"}, "serialNumbers": []string{"C01", "unknown"}}
	out := w.runAssets("revoke", body)
	if w.wantNumbers(out, "COMPLETE", 4, 4); out.str("eventType") != "REVOKE" {
		t.Error(out.Raw)
	}
	if left := w.AssignmentsOf(uid, "u0"); len(left) != 1 || left[0].AdamID != book || len(w.AssignmentsOn(uid, "C01")) != 0 {
		t.Error(left)
	}
	w.wantCounts(notes, "10 9 1 0")
	w.SetQuirks(applesim.Quirks{RevokeCountsAssignments: true, UnknownAssigneeAsync: true})
	hand()
	body["clientUserIds"] = []string{"u0", "gone"}
	out = w.runAssets("revoke", body)
	w.wantNumbers(out, "FAILED", 4, 4)
	if number, who := w.failure(out); number != 9609 || fmt.Sprint(who) != "[gone]" {
		t.Error(out.Raw)
	}
}

// Section 8: the switches of assigning.
func TestAssignQuirks(t *testing.T) {
	w := stocked(t, applesim.Options{Quirks: applesim.Quirks{RegisteredHoldsNothing: true, UnknownAssetSync: true, DefaultPricing: applesim.PricingRequired}})
	w.want(w.post("/assets/associate", give([]string{"u0"}, nil, asset(app, "STDQ"))), 400, 9609)
	w.want(w.post("/assets/associate", give(nil, []string{"C01"}, asset("77", "STDQ"))), 400, 9602)
	w.want(w.post("/assets/associate", give(nil, []string{"C01"}, object{"adamId": app})), 400, 9602)
	plus := applesim.App("8", 1)
	plus.PricingParam = "PLUS"
	w.stock(plus)
	for pricing, status := range map[applesim.DefaultPricing]string{applesim.PricingAssumed: "FAILED", applesim.PricingOwned: "COMPLETE"} {
		w.SetQuirks(applesim.Quirks{DefaultPricing: pricing})
		if out := w.runAssets("associate", give(nil, []string{"C01"}, object{"adamId": "8"})); out.str("eventStatus") != status {
			t.Error(out.Raw)
		}
		w.wantNumbers(w.runAssets("associate", give(nil, []string{"C01"}, object{"adamId": app, "pricingParam": nil})), "COMPLETE", 1, 1)
	}
}

// Faults of events strike assets as they strike users.
func TestAssetEventFaults(t *testing.T) {
	w := stocked(t, applesim.Options{})
	body := give([]string{"u0"}, []string{"C01"}, asset(app, "STDQ"))
	w.Inject(applesim.AssetsAssociate, applesim.EventMaintenance, applesim.EventLost, applesim.EventStuck)
	out := w.wantNumbers(w.runAssets("associate", body), "FAILED", 0, 2)
	if number, _ := w.failure(out); number != 9644 {
		t.Error(out.Raw)
	}
	w.wantNumbers(w.runAssets("associate", body), "PENDING", 0, 2)
	w.wantCounts(notes, "10 10 0 0")
	w.wantNumbers(w.runAssets("associate", body), "PENDING", 0, 2)
	w.wantCounts(notes, "10 8 2 0")
	w.SetFaults(applesim.Faults{Chance: map[applesim.Fault]float64{applesim.ItemFailed: 1}, Total: 1})
	out = w.wantNumbers(w.runAssets("disassociate", body), "FAILED", 1, 2)
	if number, who := w.failure(out); number != 9603 || fmt.Sprint(who) != "[u0]" {
		t.Error(out.Raw)
	}
}
