package applesim_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// handed is a stocked world where u0 has both assets, u1 the app, two devices the app, and u2 both, retired since.
func handed(t *testing.T, o applesim.Options) *world {
	t.Helper()
	w := stocked(t, o)
	plus := applesim.App(notes.AdamID, 3)
	plus.PricingParam = "PLUS"
	w.stock(plus)
	for _, id := range []string{"u0", "u2"} {
		w.must(w.AssignByHand(uid, notes, id, ""))
		w.must(w.AssignByHand(uid, novel, id, ""))
	}
	w.must(w.AssignByHand(uid, notes, "u1", ""))
	w.must(w.AssignByHand(uid, notes, "", "C01"))
	w.must(w.AssignByHand(uid, plus.AssetKey, "", "C02"))
	_, err := w.Accept(w.User(uid, "u0")[0].InviteCode, "u0@home.example")
	w.must(err)
	w.run("retire", people(person{"clientUserId": "u2"}))
	return w
}

const app, book = "408709785", "502351833"

// Section 1.7: every filter of GET assignments.
func TestAssignmentFilters(t *testing.T) {
	w := handed(t, applesim.Options{PageSize: 3})
	for query, want := range map[string]string{
		"":                                     "C01/" + app + " C02/" + app + "/PLUS u0/" + app + " u0/" + book + " u1/" + app + " u2/" + book,
		"adamId=" + book:                       "u0/" + book + " u2/" + book,
		"adamId=1":                             "",
		"pricingParam=PLUS":                    "C02/" + app + "/PLUS",
		"adamId=" + app + "&pricingParam=STDQ": "C01/" + app + " u0/" + app + " u1/" + app,
		"clientUserId=u0":                      "u0/" + app + " u0/" + book,
		"clientUserId=u0&adamId=" + book:       "u0/" + book,
		"clientUserId=u2":                      "u2/" + book,
		"clientUserId=u2&excludeInactiveUsers=true":  "",
		"clientUserId=nobody":                        "",
		"serialNumber=C01":                           "C01/" + app,
		"serialNumber=nothing":                       "",
		"serialNumber=C01&clientUserId=u0":           "",
		"excludeInactiveUsers=true":                  "C01/" + app + " C02/" + app + "/PLUS u0/" + app + " u0/" + book + " u1/" + app,
		"excludeInactiveUsers=true&adamId=" + book:   "u0/" + book,
		"excludeInactiveUsers=false&adamId=" + book:  "u0/" + book + " u2/" + book,
		"serialNumber=C02&adamId=" + app + "&x=whiz": "C02/" + app + "/PLUS",
	} {
		in, err := url.ParseQuery(query)
		w.must(err)
		if seen, _, _ := w.walkList("/assignments", "assignments", in); ids(seen) != want {
			t.Errorf("%q: %s, want %s", query, ids(seen), want)
		}
	}
	for query, number := range map[string]int{
		"pageIndex=9": 9650, "pageIndex=-1": 9650, "pageIndex=x": 9602, "pricingParam=free": 9602, "excludeInactiveUsers=x": 9602,
		"includeUserState=x": 9602, "sinceVersionId=00000000-0000-0000-0000-000000000000": 9721, "sinceVersionId=x": 9721,
		"sinceVersionId=" + w.get("/users").str("versionId"): 9721,
	} {
		w.want(w.get("/assignments?"+query), 400, number)
	}
}

// Section 1.7: the members of an assignment, with and without the state of its user.
func TestAssignmentMembers(t *testing.T) {
	w := handed(t, applesim.Options{})
	one := func(query string) map[string]any {
		items := w.want(w.get("/assignments?"+query), 200, 0).Body["assignments"].([]any)
		return items[0].(map[string]any)
	}
	hash := w.User(uid, "u0")[0].IDHash
	for query, want := range map[string]map[string]any{
		"clientUserId=u0":                       {"adamId": app, "pricingParam": "STDQ", "clientUserId": "u0"},
		"serialNumber=C02":                      {"adamId": app, "pricingParam": "PLUS", "serialNumber": "C02"},
		"clientUserId=u0&includeUserState=true": {"adamId": app, "pricingParam": "STDQ", "clientUserId": "u0", "userStatus": "Associated", "idHash": hash},
		"clientUserId=u1&includeUserState=true": {"adamId": app, "pricingParam": "STDQ", "clientUserId": "u1", "userStatus": "Registered"},
		"clientUserId=u2&includeUserState=true": {"adamId": book, "pricingParam": "STDQ", "clientUserId": "u2", "userStatus": "Retired"},
		"serialNumber=C02&includeUserState=1":   {"adamId": app, "pricingParam": "PLUS", "serialNumber": "C02"},
	} {
		if d := cmp.Diff(want, one(query)); d != "" {
			t.Error(query, d)
		}
	}
	w.SetQuirks(applesim.Quirks{EmptyListAbsent: true})
	if out := w.want(w.get("/assignments?clientUserId=nobody"), 200, 0); strings.Contains(out.Raw, `"assignments"`) || out.num("size") != 0 {
		t.Error(out.Raw)
	}
}

// Section 1.9: deltas of assignments; a removed one is not told, or told like any other (section 8).
func TestAssignmentDeltas(t *testing.T) {
	w := handed(t, applesim.Options{PageSize: 2})
	since := func(v string, more ...string) string {
		q := url.Values{"sinceVersionId": {v}}
		for i := 0; i < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		seen, _, _ := w.walkList("/assignments", "assignments", q)
		for name, n := range seen {
			if n > 1 {
				t.Errorf("%s came %d times", name, n)
			}
		}
		return ids(seen)
	}
	_, v1, _ := w.walkList("/assignments", "assignments", url.Values{})
	if got := since(v1); got != "" {
		t.Fatal(got)
	}
	w.must(w.UnassignByHand(uid, notes, "u0", ""))
	w.must(w.UnassignByHand(uid, notes, "u1", ""))
	w.must(w.AssignByHand(uid, notes, "u1", "")) // away and back
	w.must(w.AssignByHand(uid, notes, "u3", ""))
	w.must(w.AssignByHand(uid, novel, "u4", ""))
	w.must(w.AssignByHand(uid, notes, "u4", ""))
	w.run("retire", people(person{"clientUserId": "u4"})) // frees the app, keeps the book
	if got := since(v1); got != "u1/"+app+" u3/"+app+" u4/"+book {
		t.Fatal(got)
	}
	if got := since(v1, "adamId", app); got != "u1/"+app+" u3/"+app {
		t.Fatal(got)
	}
	if got := since(v1, "clientUserId", "u3"); got != "u3/"+app {
		t.Fatal(got)
	}
	if got := since(v1, "clientUserId", "u0"); got != "" {
		t.Fatal("u0's book did not change:", got)
	}
	if got := since(v1, "excludeInactiveUsers", "true"); got != "u1/"+app+" u3/"+app {
		t.Fatal(got)
	}
	w.SetQuirks(applesim.Quirks{DeltaListsRemoved: true})
	if got := since(v1); got != "u0/"+app+" u1/"+app+" u3/"+app+" u4/"+app+" u4/"+book {
		t.Fatal(got)
	}
	if seen, _, _ := w.walkList("/assignments", "assignments", url.Values{}); seen["u0/"+app] != 0 {
		t.Fatal("a full read lists what was removed")
	}
	w.SetQuirks(applesim.Quirks{DeltaIgnoresFilters: true})
	if got := since(v1, "adamId", app); got != "u1/"+app+" u3/"+app+" u4/"+book {
		t.Fatal(got)
	}
	w.must(w.ForgetVersions(uid))
	w.want(w.get("/assignments?sinceVersionId="+v1), 400, 9721)
	_, v2, _ := w.walkList("/assignments", "assignments", url.Values{})
	if got := since(v2); got != "" {
		t.Fatal(got)
	}
}

// Quirks ReadLag and VersionTTL hold for assignments too.
func TestAssignmentLag(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now, Quirks: applesim.Quirks{ReadLag: 10 * time.Second, VersionTTL: time.Hour}})
	w.stock(applesim.App(app, 5))
	v := w.get("/assignments").str("versionId")
	w.must(w.AssignByHand(uid, notes, "", "C01"))
	for _, query := range []string{"", "?serialNumber=C01", "?adamId=" + app, "?sinceVersionId=" + v} {
		if out := w.want(w.get("/assignments"+query), 200, 0); out.num("size") != 0 || out.str("versionId") != v {
			t.Error(query, "seen at once:", out.Raw)
		}
	}
	now.add(11 * time.Second)
	for _, query := range []string{"", "?serialNumber=C01", "?adamId=" + app, "?sinceVersionId=" + v} {
		if out := w.want(w.get("/assignments"+query), 200, 0); out.num("size") != 1 {
			t.Error(query, out.Raw)
		}
	}
	now.add(2 * time.Hour)
	w.must(w.AssignByHand(uid, notes, "", "C02"))
	w.want(w.get("/assignments?sinceVersionId="+v), 400, 9721)
}
