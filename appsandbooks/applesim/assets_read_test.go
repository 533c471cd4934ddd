package applesim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// adams lists the adamIds of an answer's list, with a + for PLUS.
func (a answer) adams(list string) string {
	var out []string
	items, _ := a.Body[list].([]any)
	for _, v := range items {
		item := v.(map[string]any)
		text := item["adamId"].(string)
		if item["pricingParam"] == "PLUS" {
			text += "+"
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// shop is a location with one of each: an app for all, an app for users only, the same in PLUS, a book, an unlimited app.
func shop(w *world) {
	users := applesim.App("2", 20)
	users.DeviceAssignable = false
	plus := applesim.App("2", 7)
	plus.PricingParam = "PLUS"
	free := applesim.App("5", 0)
	free.Unlimited, free.SupportedPlatforms = true, []string{"iOS", "macOS", "tvOS", "watchOS", "visionOS"}
	w.stock(applesim.App("1", 10), users, plus, applesim.Book("4", 5), free)
}

// Section 1.7: the members of an asset, exactly; and those of an unlimited one.
func TestAssetMembers(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	shop(w)
	w.run("create", crowd("u", 2))
	w.must(w.AssignByHand(uid, applesim.AssetKey{AdamID: "4", PricingParam: "STDQ"}, "u0", ""))
	w.must(w.AssignByHand(uid, applesim.AssetKey{AdamID: "5", PricingParam: "STDQ"}, "", "C02"))
	w.run("retire", crowd("u", 1))
	one := func(query, list string) map[string]any {
		items := w.want(w.get("/assets?"+query), 200, 0).Body[list].([]any)
		if len(items) != 1 {
			t.Fatalf("%s: %v", query, items)
		}
		return items[0].(map[string]any)
	}
	want := map[string]any{
		"adamId": "4", "pricingParam": "STDQ", "productType": "Book", "assignedCount": 0.0, "availableCount": 4.0, "retiredCount": 1.0,
		"totalCount": 5.0, "deviceAssignable": false, "revocable": false, "supportedPlatforms": []any{"iOS", "macOS"},
	}
	if d := cmp.Diff(want, one("adamId=4", "assets")); d != "" {
		t.Error(d)
	}
	want = map[string]any{
		"adamId": "5", "pricingParam": "STDQ", "productType": "App", "assignedCount": 1.0, "deviceAssignable": true, "revocable": true,
		"supportedPlatforms": []any{"iOS", "macOS", "tvOS", "watchOS", "visionOS"},
	}
	if d := cmp.Diff(want, one("unlimited=true&adamId=5", "unlimitedAssets")); d != "" {
		t.Error(d)
	}
	if s := one("adamId=5", "assets"); s["totalCount"] != 2147483647.0 || s["availableCount"] != 2147483646.0 {
		t.Error(s)
	}
}

// Section 1.7: every filter of GET assets, bounds included.
func TestAssetFilters(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	shop(w)
	for n := range 3 {
		w.must(w.AssignByHand(uid, applesim.AssetKey{AdamID: "1", PricingParam: "STDQ"}, "", fmt.Sprint("C", n)))
	}
	for query, want := range map[string]string{
		"":                                      "1 2 2+ 4 5",
		"adamId=2":                              "2 2+",
		"adamId=2&pricingParam=PLUS":            "2+",
		"adamId=9":                              "",
		"productType=Book":                      "4",
		"productType=App&pricingParam=STDQ":     "1 2 5",
		"revocable=false":                       "4",
		"deviceAssignable=true":                 "1 2+ 5",
		"deviceAssignable=false":                "2 4",
		"minAvailableCount=7":                   "1 2 2+ 5",
		"maxAvailableCount=7":                   "1 2+ 4",
		"minAvailableCount=8&unlimited=false":   "2",
		"minAssignedCount=3":                    "1",
		"maxAssignedCount=2":                    "2 2+ 4 5",
		"minAssignedCount=1&maxAssignedCount=3": "1",
		"unlimited=false":                       "1 2 2+ 4",
		"unlimited=true":                        "1 2 2+ 4",
		"sinceVersionId=whatever":               "1 2 2+ 4 5", // not a parameter of this list
	} {
		if got := w.want(w.get("/assets?"+query), 200, 0).adams("assets"); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if out := w.get("/assets?unlimited=true"); out.adams("unlimitedAssets") != "5" || out.num("size") != 5 {
		t.Error(out.Raw)
	}
	if out := w.get("/assets?unlimited=true&adamId=1"); !strings.Contains(out.Raw, `"unlimitedAssets":[]`) {
		t.Error(out.Raw)
	}
	for query, number := range map[string]int{
		"productType=Song": 9602, "pricingParam=stdq": 9602, "revocable=x": 9602, "minAvailableCount=x": 9602, "maxAssignedCount=3000000000": 9602,
		"pageIndex=1": 9650, "pageIndex=-1": 9650, "pageIndex=x": 9602, "unlimited=perhaps": 9602,
	} {
		w.want(w.get("/assets?"+query), 400, number)
	}
}

// Section 1.9: pages of assets; the version moves with every purchase and every assignment, and stays otherwise.
func TestAssetPages(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 3})
	if out := w.want(w.get("/assets"), 200, 0); out.num("totalPages") != 1 || out.num("size") != 0 || !strings.Contains(out.Raw, `"assets":[]`) {
		t.Fatal(out.Raw)
	}
	shop(w)
	seen, version, pages := w.walkList("/assets", "assets", url.Values{})
	if len(seen) != 5 || pages != 2 {
		t.Fatal(seen, pages)
	}
	key := applesim.AssetKey{AdamID: "1", PricingParam: "STDQ"}
	for name, act := range map[string]func() error{
		"buy":    func() error { return w.Buy(uid, key, 1) },
		"assign": func() error { return w.AssignByHand(uid, key, "", "C02") },
	} {
		if again := w.get("/assets").str("versionId"); again != version {
			t.Error("the version moved by itself")
		}
		w.must(act())
		if version, again := version, w.get("/assets").str("versionId"); again == version {
			t.Error(name, "does not move the version")
		}
		version = w.get("/assets").str("versionId")
	}
	w.want(w.get("/assignments?sinceVersionId="+version), 400, 9721) // another list's version
	w.want(w.get("/users?sinceVersionId="+version), 400, 9721)
}
