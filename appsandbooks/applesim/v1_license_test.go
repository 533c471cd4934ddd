package applesim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

const adam, tome = "361309726", "408709785"

// newShop is a world with ten licenses of an app, three of a book, and some users.
func newShop(t *testing.T, o applesim.Options) *world {
	t.Helper()
	w := newWorld(t, o)
	for _, s := range []applesim.Asset{applesim.App(adam, 10), applesim.Book(tome, 3)} {
		if err := w.AddAsset(uid, s); err != nil {
			t.Fatal(err)
		}
	}
	w.run("create", crowd("u", 5))
	return w
}

func (w *world) manage(in args) answer {
	w.t.Helper()
	if in["adamIdStr"] == nil {
		in["adamIdStr"] = adam
	}
	return w.v1("manageVPPLicensesByAdamIdSrv", in)
}

// manageVPPLicensesByAdamIdSrv works at once, license by license: 0 all done, -3 some, -1 none.
func TestV1Manage(t *testing.T) {
	w := newShop(t, applesim.Options{})
	out := w.good(w.manage(args{"associateClientUserIdStrs": []string{"u0", "u1"}, "pricingParam": nil}))
	if got := out.items("associations"); len(got) != 2 || got[0]["licenseIdStr"] == nil || got[0]["clientUserIdStr"] != "u0" || out.num("productTypeId") != 8 {
		t.Fatal(out.Raw)
	}
	if s, _ := w.Asset(uid, applesim.AssetKey{AdamID: adam, PricingParam: "STDQ"}); s.Assigned != 2 {
		t.Error(s)
	}
	if v2 := w.want(w.get("/assignments?clientUserId=u0"), 200, 0).items("assignments"); len(v2) != 1 || v2[0]["adamId"] != adam {
		t.Error("not seen in version 2:", v2)
	}
	for _, c := range []struct {
		name   string
		in     args
		list   string
		status float64
		want   []int
	}{
		{"some", args{"associateClientUserIdStrs": []string{"u0", "nobody", "u2"}}, "associations", -3, []int{9616, 9609, 0}},
		{"none", args{"associateClientUserIdStrs": []string{"u0"}}, "associations", -1, []int{9616}},
		{"unknown asset", args{"adamIdStr": "1", "associateClientUserIdStrs": []string{"u0"}}, "associations", -1, []int{9610}},
		{"number for a name", args{"adamIdStr": 361309726, "associateSerialNumbers": []string{"C01"}}, "associations", 0, []int{0}},
		{"books are not for devices", args{"adamIdStr": tome, "associateSerialNumbers": []string{"C01"}}, "associations", -1, []int{9628}},
		{"a book", args{"adamIdStr": tome, "associateClientUserIdStrs": []string{"u0"}}, "associations", 0, []int{0}},
		{"for good", args{"adamIdStr": tome, "disassociateClientUserIdStrs": []string{"u0"}}, "disassociations", -1, []int{9607}},
		{"back", args{"disassociateClientUserIdStrs": []string{"u1", "u4", "nobody"}}, "disassociations", -3, []int{0, 9619, 9609}},
		{"unknown device", args{"disassociateSerialNumbers": []string{"C99"}}, "disassociations", -1, []int{9619}},
		{"foreign license", args{"disassociateLicenseIdStrs": []string{"7"}}, "disassociations", -1, []int{9610}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := w.manage(c.in)
			if out.Status != 200 || out.Body["status"] != c.status || out.Body["errorNumber"] != nil {
				t.Fatal(out.Raw)
			}
			for i, one := range out.items(c.list) {
				number, _ := one["errorNumber"].(float64)
				code, _ := one["errorCode"].(float64)
				if int(number) != c.want[i] || code != number {
					t.Errorf("%d: %v, want %d", i, one, c.want[i])
				}
			}
		})
	}
	id := out.items("associations")[0]["licenseIdStr"]
	w.good(w.manage(args{"disassociateLicenseIdStrs": []any{id}}))
	w.bad(w.manage(args{"associateClientUserIdStrs": []string{"u0"}, "associateSerialNumbers": []string{"C01"}}), 9602)
	w.bad(w.manage(args{"associateSerialNumbers": strings.Split("a b c d e f g h i j k", " ")}), 9602)
	form := url.Values{"sToken": {w.token.Content}, "adamIdStr": {adam}, "pricingParam": {"STDQ"}, "associateSerialNumbers[]": {"C07", "C08"}}
	gem := w.good(w.raw("POST", "/WebObjects/MZFinance.woa/wa/manageVPPLicensesByAdamIdSrv", "application/json", form.Encode())) // as apple_vpp sends it
	if len(gem.items("associations")) != 2 {
		t.Error(gem.Raw)
	}
	w.bad(w.manage(args{}), 9600)
	w.bad(w.manage(args{"pricingParam": "HD", "associateSerialNumbers": []string{"C01"}}), 9602)
}

// 9616 tells who has it: the same user, or others with the same Apple Account. 9610: none is left.
func TestV1AlreadyAssigned(t *testing.T) {
	w := newShop(t, applesim.Options{})
	w.accept(t, "u0")
	w.accept(t, "u1")
	w.good(w.manage(args{"associateClientUserIdStrs": []string{"u0"}}))
	same := w.manage(args{"associateClientUserIdStrs": []string{"u0"}}).items("associations")[0]
	if has, _ := same["licenseAlreadyAssigned"].(map[string]any); has["clientUserIdStr"] != "u0" || has["adamIdStr"] != adam {
		t.Error(same)
	}
	twin := w.manage(args{"associateClientUserIdStrs": []string{"u1"}}).items("associations")[0]
	if others, _ := twin["regUsersAlreadyAssigned"].([]any); twin["errorNumber"] != 9616.0 || len(others) != 1 {
		t.Error(twin)
	}
	for i := range 3 {
		w.good(w.manage(args{"adamIdStr": tome, "associateClientUserIdStrs": []string{fmt.Sprint("u", i+2)}}))
	}
	if last := w.manage(args{"adamIdStr": tome, "associateClientUserIdStrs": []string{"u0"}}).items("associations")[0]; last["errorNumber"] != 9610.0 {
		t.Error(last)
	}
}

// Licenses come with the user, as a list that may be empty; a retired user keeps books only.
func TestV1UserLicenses(t *testing.T) {
	w := newShop(t, applesim.Options{})
	if got := w.good(w.v1("getVPPUserSrv", args{"clientUserIdStr": "u0"})); !strings.Contains(got.Raw, `"licenses":[]`) {
		t.Error(got.Raw)
	}
	w.good(w.manage(args{"associateClientUserIdStrs": []string{"u0"}}))
	w.good(w.manage(args{"adamIdStr": tome, "associateClientUserIdStrs": []string{"u0"}}))
	u := w.good(w.v1("getVPPUserSrv", args{"clientUserIdStr": "u0"})).user()
	has := u["licenses"].([]any)
	if len(has) != 2 || has[1].(map[string]any)["productTypeName"] != "Publication" || has[0].(map[string]any)["isIrrevocable"] != false {
		t.Fatal(has)
	}
	kept := w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "u0"})).user()["licenses"].([]any)
	if len(kept) != 1 || kept[0].(map[string]any)["adamId"] != 408709785.0 {
		t.Error(kept)
	}
	if s, _ := w.Asset(uid, applesim.AssetKey{AdamID: adam, PricingParam: "STDQ"}); s.Assigned != 0 {
		t.Error("the app did not come back")
	}
}

// getVPPAssetsSrv, with and without counts.
func TestV1Assets(t *testing.T) {
	w := newShop(t, applesim.Options{})
	w.good(w.manage(args{"associateSerialNumbers": []string{"C01", "C02"}}))
	plain := w.good(w.v1("getVPPAssetsSrv", nil))
	if got := plain.items("assets"); len(got) != 2 || got[0]["totalCount"] != nil || plain.num("totalCount") != 2 {
		t.Error(plain.Raw)
	}
	out := w.good(w.v1("getVPPAssetsSrv", args{"includeLicenseCounts": "true"})).items("assets")
	if app := out[0]; app["assignedCount"] != 2.0 || app["availableCount"] != 8.0 || app["totalCount"] != 10.0 || app["retiredCount"] != 0.0 {
		t.Error(app)
	}
	if got := w.good(w.v1("getVPPAssetsSrv", args{"pricingParam": "PLUS"})); got.num("totalCount") != 0 || !strings.Contains(got.Raw, `"assets":[]`) {
		t.Error(got.Raw)
	}
}

// getVPPLicensesSrv in batches: everything, what somebody holds, one asset, one device, and what changed.
func TestV1Licenses(t *testing.T) {
	w := newShop(t, applesim.Options{PageSize: 4})
	w.good(w.manage(args{"associateClientUserIdStrs": []string{"u0", "u1", "u2"}}))
	w.good(w.manage(args{"associateSerialNumbers": []string{"C01"}}))
	w.good(w.manage(args{"adamIdStr": tome, "associateClientUserIdStrs": []string{"u3"}}))
	read := func(in args) (out []map[string]any, since string) {
		t.Helper()
		ids := map[any]bool{}
		for {
			got := w.good(w.v1("getVPPLicensesSrv", in))
			for _, l := range got.items("licenses") {
				if ids[l["licenseId"]] {
					t.Error("twice:", l)
				}
				ids[l["licenseId"]] = true
				out = append(out, l)
			}
			if since = got.str("sinceModifiedToken"); since != "" {
				return out, since
			}
			in = args{"batchToken": got.str("batchToken")}
		}
	}
	for _, c := range []struct {
		name string
		in   args
		want int
	}{
		{"all", nil, 13},
		{"held", args{"assignedOnly": true}, 5},
		{"users", args{"userAssignedOnly": "true"}, 4},
		{"devices", args{"deviceAssignedOnly": 1}, 1},
		{"an app", args{"adamId": 361309726}, 10},
		{"a book, held", args{"adamId": tome, "assignedOnly": true}, 1},
		{"a device", args{"serialNumber": "C01"}, 1},
		{"quality without an asset counts for nothing", args{"pricingParam": "PLUS"}, 13},
		{"another quality", args{"adamId": adam, "pricingParam": "PLUS"}, 0},
	} {
		if got, _ := read(c.in); len(got) != c.want {
			t.Errorf("%s: %d licenses, want %d", c.name, len(got), c.want)
		}
	}
	w.bad(w.v1("getVPPLicensesSrv", args{"userAssignedOnly": true, "deviceAssignedOnly": true}), 9602)
	held, since := read(args{"assignedOnly": true})
	if one := held[0]; one["clientUserIdStr"] != "u0" || one["userIdStr"] == nil || one["status"] != "Associated" || one["adamIdStr"] != adam {
		t.Error(one)
	}
	_, loose := read(nil)
	w.good(w.manage(args{"disassociateClientUserIdStrs": []string{"u1"}, "associateSerialNumbers": []string{"C02"}}))
	if got, _ := read(args{"sinceModifiedToken": since}); len(got) != 1 || got[0]["serialNumber"] != "C02" {
		t.Error("it remembers assignedOnly:", got)
	}
	if got, _ := read(args{"sinceModifiedToken": loose}); len(got) != 2 {
		t.Error("one given, one taken back:", got)
	}
	users := w.good(w.v1("getVPPUsersSrv", nil)).str("sinceModifiedToken")
	if users != "" {
		w.bad(w.v1("getVPPLicensesSrv", args{"sinceModifiedToken": users}), 9602)
	}
}

// getAssignments: three hundred on a page, the further ones by requestId.
func TestV1Assignments(t *testing.T) {
	w := newShop(t, applesim.Options{})
	if err := w.AddAsset(uid, applesim.App("42", 1000)); err != nil {
		t.Fatal(err)
	}
	serial := func(n int) (string, string) { return "", fmt.Sprint("S", n) }
	if err := w.SeedAssignments(uid, 650, applesim.SeedAssignmentsOptions{Assets: []applesim.AssetKey{{AdamID: "42", PricingParam: "STDQ"}}, Holder: serial}); err != nil {
		t.Fatal(err)
	}
	w.good(w.manage(args{"associateClientUserIdStrs": []string{"u0"}}))
	first := w.good(w.v1("getAssignments", args{"adamIdStr": "42"}))
	if first.num("totalAssignments") != 650 || first.num("totalPages") != 3 || first.num("assignmentsInCurrentPage") != 300 || first.num("nextPageIndex") != 1 {
		t.Fatal(first.Raw[:300])
	}
	request := first.str("requestId")
	last := w.good(w.v1("getAssignments", args{"adamIdStr": "42", "pageIndex": 2, "requestId": request}))
	if last.num("assignmentsInCurrentPage") != 50 || last.Body["nextPageIndex"] != nil || last.num("currentPageIndex") != 2 {
		t.Error(last.Raw[:300])
	}
	w.bad(w.v1("getAssignments", args{"adamIdStr": "42", "pageIndex": 1}), 9600)
	w.bad(w.v1("getAssignments", args{"adamIdStr": "42", "pageIndex": 1, "requestId": "guess"}), 9602)
	w.bad(w.v1("getAssignments", args{"adamIdStr": "42", "pageIndex": 3, "requestId": request}), 9602)
	w.bad(w.v1("getAssignments", args{"pageIndex": -1}), 9602)
	for _, c := range []struct {
		in   args
		want int
	}{
		{args{"clientUserIdStr": "u0"}, 1},
		{args{"clientUserIdStr": "u0", "adamIdStr": "42"}, 0},
		{args{"serialNumber": "S7"}, 1},
		{args{"serialNumber": "S7", "clientUserIdStr": "u0"}, 0},
		{args{"serialNumber": "none"}, 0},
		{nil, 651},
	} {
		if got := w.good(w.v1("getAssignments", c.in)); got.num("totalAssignments") != c.want || got.Body["assignments"] == nil {
			t.Errorf("%v: %.200s", c.in, got.Raw)
		}
	}
}

// The store's metadata lookup knows what somebody owns; the cookie authenticates.
func TestLookup(t *testing.T) {
	w := newShop(t, applesim.Options{})
	ask := func(cookie string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.get("/service/config").Body["urls"].(map[string]any)["contentMetadataLookup"].(string)+
			"?version=2&id="+adam+","+tome+",1&p=mdm-lockup&caller=MDM&platform=itunes&cc=us&l=en", nil)
		if err != nil {
			t.Fatal(err)
		}
		if cookie != "" {
			req.Header.Set("Cookie", "itvt="+cookie)
		}
		out, err := w.send(req)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for cookie, want := range map[string]bool{"": false, "nonsense": false, w.token.Content: true} {
		out := ask(cookie)
		results, _ := out.Body["results"].(map[string]any)
		if out.Body["isAuthenticated"] != want || len(results) != 2 || results[tome].(map[string]any)["kind"] != "ebook" {
			t.Error(cookie, out.Raw)
		}
	}
}
