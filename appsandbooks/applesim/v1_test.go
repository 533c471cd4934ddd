package applesim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

type args map[string]any

// v1 asks version 1 in the way Apple documents: the token in a JSON body.
func (w *world) v1(name string, in args) answer {
	w.t.Helper()
	body := args{"sToken": w.token.Content}
	maps.Copy(body, in)
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.raw("POST", "/mdm/"+name, "application/json", string(text))
}

func (w *world) raw(method, path, contentType, body string) answer {
	w.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, in)
	if err != nil {
		w.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	out, err := w.send(req)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// good fails unless the answer is HTTP 200 with status 0.
func (w *world) good(a answer) answer {
	w.t.Helper()
	if a.Status != 200 || a.Body["status"] != 0.0 {
		w.t.Fatalf("HTTP %d: %.400s", a.Status, a.Raw)
	}
	return a
}

// bad fails unless the answer is HTTP 200 with status -1 and that error number: errors of version 1 travel inside 200.
func (w *world) bad(a answer, number int) {
	w.t.Helper()
	if a.Status != 200 || a.Body["status"] != -1.0 || a.num("errorNumber") != number || a.str("errorMessage") == "" {
		w.t.Fatalf("want %d, got HTTP %d: %.400s", number, a.Status, a.Raw)
	}
}

func (a answer) user() map[string]any {
	u, _ := a.Body["user"].(map[string]any)
	return u
}

func (a answer) items(key string) []map[string]any {
	var out []map[string]any
	list, _ := a.Body[key].([]any)
	for _, v := range list {
		out = append(out, v.(map[string]any))
	}
	return out
}

// The service config needs no token and answers GET and POST alike; every address in it leads somewhere on the same host.
func TestV1ServiceConfig(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	for _, base := range []string{"/mdm/", "/WebObjects/MZFinance.woa/wa/", "/"} {
		for _, method := range []string{"GET", "POST"} {
			c := w.good(w.raw(method, base+"VPPServiceConfigSrv", "", ""))
			if c.num("maxBatchAssociateLicenseCount") != 10 || c.num("maxBatchDisassociateLicenseCount") != 10 {
				t.Fatal(c.Raw)
			}
			for _, key := range []string{
				"clientConfigSrvUrl", "registerUserSrvUrl", "getUserSrvUrl", "getUsersSrvUrl", "editUserSrvUrl", "retireUserSrvUrl", "getLicensesSrvUrl",
				"getVPPAssetsSrvUrl", "manageVPPLicensesByAdamIdSrvUrl", "getAssignmentsSrvUrl",
			} {
				if !strings.HasPrefix(c.str(key), w.URL+"/mdm/") {
					t.Errorf("%s: %q", key, c.str(key))
				}
				w.bad(w.raw("POST", strings.TrimPrefix(c.str(key), w.URL), "", `{}`), 9601)
			}
			if !strings.Contains(c.str("invitationEmailUrl"), "%25inviteCode%25") || len(c.items("errorCodes")) < 40 {
				t.Error(c.Raw)
			}
		}
	}
	if out := w.raw("PUT", "/mdm/VPPServiceConfigSrv", "", ""); out.Status != 405 {
		t.Error(out.Status)
	}
	if out := w.raw("POST", "/mdm/noSuchSrv", "", "{}"); out.Status != 404 {
		t.Error(out.Status)
	}
}

// Registration is synchronous; the invitation's link is ready-made and leads to the sign-in page.
func TestV1Register(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.bad(w.v1("registerVPPUserSrv", args{"email": "a@example.org"}), 9600)
	w.bad(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u", "email": "nonsense"}), 9602)
	out := w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u", "email": "a@example.org"}))
	u := out.user()
	if u["status"] != "Registered" || u["email"] != "a@example.org" || u["itsIdHash"] != nil || u["licenses"] != nil || u["userId"].(float64) < 1 {
		t.Fatal(out.Raw)
	}
	if out.str("uId") != uid || out.Body["location"].(map[string]any)["locationName"] != "Library" || out.num("expirationMillis") == 0 || strings.Contains(out.Raw, "null") {
		t.Error(out.Raw)
	}
	// Again: the living user comes back unchanged.
	if again := w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u", "email": "b@example.org"})).user(); cmp.Diff(u, again) != "" {
		t.Error(cmp.Diff(u, again))
	}
	link := u["inviteUrl"].(string)
	page, err := http.PostForm(link, url.Values{"account": {"me@home.example"}})
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatal(page, err)
	}
	page.Body.Close()
	u = w.good(w.v1("getVPPUserSrv", args{"clientUserIdStr": "u"})).user()
	if u["status"] != "Associated" || u["itsIdHash"] == nil || u["inviteUrl"] != nil || u["inviteCode"] != nil {
		t.Error(u)
	}
}

// One truth: what version 1 does is seen in version 2, and the other way round.
func TestV1AndV2AreOne(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	_, version, _ := w.walk(url.Values{})
	one := w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "one", "email": "one@example.org"})).user()
	if v2 := w.only("clientUserId=one"); v2["inviteCode"] != one["inviteCode"] || v2["email"] != "one@example.org" {
		t.Error(v2)
	}
	w.run("create", people(person{"clientUserId": "two", "email": "two@example.org"}))
	two := w.good(w.v1("getVPPUserSrv", args{"clientUserIdStr": "two"})).user()
	w.good(w.v1("editVPPUserSrv", args{"userId": two["userId"], "email": "new@example.org"}))
	w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "one"}))
	if w.only("clientUserId=two")["email"] != "new@example.org" || w.only("clientUserId=one")["status"] != "Retired" {
		t.Error("not seen in version 2")
	}
	if seen, _, _ := w.walk(url.Values{"sinceVersionId": {version}}); len(seen) != 2 {
		t.Error("the version did not move:", seen)
	}
	w.wantStatus(w.run("create", people(person{"clientUserId": "two"})), "FAILED", 0) // 9716: it lives
}

// The life of records: retired and never associated comes back to life, retired after association is made anew; userId wins.
func TestV1Life(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	register := func(id string) map[string]any {
		return w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": id})).user()
	}
	first := register("u")
	w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "u"}))
	w.bad(w.v1("getVPPUserSrv", args{"clientUserIdStr": "u"}), 9604)
	if again := w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "u"})).user(); again["status"] != "Retired" {
		t.Error("retiring twice by name is no error: ", again)
	}
	w.bad(w.v1("retireVPPUserSrv", args{"userId": first["userId"]}), 9618)
	w.bad(w.v1("editVPPUserSrv", args{"userId": first["userId"]}), 9618)
	if edited := w.good(w.v1("editVPPUserSrv", args{"clientUserIdStr": "u", "email": "late@example.org"})).user(); edited["email"] != "late@example.org" || edited["status"] != "Retired" {
		t.Error(edited)
	}
	w.bad(w.v1("editVPPUserSrv", args{"clientUserIdStr": "u", "managedAppleIDStr": "u@school.example"}), 9609)
	w.SetQuirks(applesim.Quirks{EditRetired9609: true})
	w.bad(w.v1("editVPPUserSrv", args{"clientUserIdStr": "u"}), 9609)
	w.SetQuirks(applesim.Quirks{})
	if back := register("u"); back["userId"] != first["userId"] || back["status"] != "Registered" {
		t.Error(back)
	}
	if _, err := w.Accept(first["inviteCode"].(string), "me@home.example"); err != nil {
		t.Fatal(err)
	}
	hash := w.good(w.v1("getVPPUserSrv", args{"userId": first["userId"]})).user()["itsIdHash"]
	w.good(w.v1("retireVPPUserSrv", args{"userId": fmt.Sprintf("%.0f", first["userId"])})) // numbers may be strings
	second := register("u")
	if second["userId"] == first["userId"] || second["inviteCode"] == first["inviteCode"] {
		t.Error("no new record")
	}
	for _, c := range []struct {
		name string
		in   args
		want any
	}{
		{"by name", args{"clientUserIdStr": "u"}, second["userId"]},
		{"by name and hash", args{"clientUserIdStr": "u", "itsIdHash": hash}, first["userId"]},
		{"by number", args{"userId": first["userId"]}, first["userId"]},
		{"number wins", args{"userId": first["userId"], "clientUserIdStr": "u", "itsIdHash": "x"}, first["userId"]},
	} {
		if got := w.good(w.v1("getVPPUserSrv", c.in)).user()["userId"]; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	w.bad(w.v1("getVPPUserSrv", args{"clientUserIdStr": "u", "itsIdHash": "another"}), 9604)
	w.bad(w.v1("getVPPUserSrv", args{"userId": 12345}), 9604)
	w.bad(w.v1("getVPPUserSrv", args{"userId": "many"}), 9602)
	w.bad(w.v1("getVPPUserSrv", nil), 9600)
	w.bad(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "nobody"}), 9609)
	w.bad(w.v1("editVPPUserSrv", args{"clientUserIdStr": "nobody", "email": "a@example.org"}), 9609)
}

// A record marked Deleted is found by its number alone, and listed nowhere.
func TestV1Deleted(t *testing.T) {
	w := newWorld(t, applesim.Options{Quirks: applesim.Quirks{SameAccount: applesim.OldDeleted}})
	first := w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"})).user()
	w.accept(t, "u")
	w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "u"}))
	w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"}))
	w.accept(t, "u")
	if got := w.good(w.v1("getVPPUserSrv", args{"userId": first["userId"]})).user()["status"]; got != "Deleted" {
		t.Error(got)
	}
	w.bad(w.v1("retireVPPUserSrv", args{"userId": first["userId"]}), 9620)
	if users := w.good(w.v1("getVPPUsersSrv", args{"includeRetired": 1})).items("users"); len(users) != 1 {
		t.Error(users)
	}
}

func (w *world) accept(t *testing.T, id string) {
	t.Helper()
	if _, err := w.Accept(w.User(uid, id)[0].InviteCode, "me@home.example"); err != nil {
		t.Fatal(err)
	}
}

// Managed Apple Accounts associate at once.
func TestV1Managed(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	in := args{"clientUserIdStr": "u", "managedAppleIDStr": "u@school.example"}
	if u := w.good(w.v1("registerVPPUserSrv", in)).user(); u["status"] != "Associated" || u["itsIdHash"] == nil {
		t.Error(u)
	}
	w.bad(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "v", "managedAppleIDStr": "u@school.example"}), 9641)
	w.bad(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "v", "managedAppleIDStr": "u@elsewhere.example"}), 9635)
	w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "v"}))
	if u := w.good(w.v1("editVPPUserSrv", args{"clientUserIdStr": "v", "managedAppleIDStr": "v@school.example"})).user(); u["status"] != "Associated" {
		t.Error(u)
	}
}

// Parameters are JSON whatever the Content-Type says; forms and queries are taken too; null means not given.
func TestV1Parameters(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	token := w.token.Content
	body := `{"sToken":"` + token + `","clientUserIdStr":"u","userId":null}`
	form := url.Values{"sToken": {token}, "clientUserIdStr": {"u"}}.Encode()
	w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"}))
	for _, c := range []struct{ name, method, query, contentType, body string }{
		{"JSON", "POST", "", "application/json", body},
		{"JSON without a type", "POST", "", "", body},
		{"JSON as text", "POST", "", "text/plain", body},
		{"JSON as form", "POST", "", "application/x-www-form-urlencoded", body},
		{"form as JSON", "POST", "", "application/json", form},
		{"form", "POST", "", "application/x-www-form-urlencoded", form},
		{"query", "POST", "?" + form, "", ""},
		{"GET", "GET", "?" + form, "", ""},
		{"GET with a body", "GET", "", "application/json", body},
		{"spaces about the token", "POST", "", "application/json", `{"sToken":"  ` + token + `\r\n","clientUserIdStr":"u"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out := w.raw(c.method, "/mdm/getVPPUserSrv"+c.query, c.contentType, c.body); out.user()["clientUserIdStr"] != "u" {
				t.Error(out.Status, out.Raw)
			}
		})
	}
	for _, body := range []string{`{"sToken":`, `{"a":1}{}`, `[1]`, `{"clientUserIdStr":{"a":1},"sToken":"` + token + `"}`, "%zz", `{"a":` + strings.Repeat("[", 20000)} {
		if out := w.raw("POST", "/mdm/registerVPPUserSrv", "", body); out.num("errorNumber") != 9602 && out.num("errorNumber") != 9601 {
			t.Error(body[:min(len(body), 40)], out.Raw)
		}
	}
}

// Tokens answer as in version 2, inside HTTP 200. A legacy token is good here and nowhere else.
func TestV1Tokens(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Now: now.Now})
	good := w.token.Content
	for _, c := range []struct {
		name    string
		change  func(string) error
		read    int
		write   int
		v2, v2w [2]int
	}{
		{"revoked", w.RevokeToken, 9625, 9625, [2]int{401, 9625}, [2]int{401, 9625}},
		{"expired", w.ExpireToken, 9621, 9621, [2]int{401, 9621}, [2]int{401, 9621}},
		{"invalid", w.InvalidateToken, 9622, 9622, [2]int{200, 9622}, [2]int{200, 9622}},
		{"read-only", func(c string) error { return w.SetTokenReadOnly(c, true) }, 0, 9637, [2]int{200, 0}, [2]int{403, 9637}},
		{"legacy", func(c string) error { return w.SetTokenLegacy(c, true) }, 0, 0, [2]int{403, 9647}, [2]int{403, 9647}},
	} {
		t.Run(c.name, func(t *testing.T) {
			token, err := w.MintToken(uid, applesim.TokenOptions{})
			if err != nil || c.change(token.Content) != nil {
				t.Fatal(err)
			}
			w.token = token
			check := func(out answer, number int) {
				t.Helper()
				if number == 0 {
					w.good(out)
				} else {
					w.bad(out, number)
				}
			}
			check(w.v1("getVPPUsersSrv", nil), c.read)
			check(w.v1("VPPClientConfigSrv", nil), c.read)
			check(w.v1("registerVPPUserSrv", args{"clientUserIdStr": c.name}), c.write)
			check(w.v1("VPPClientConfigSrv", args{"clientContext": "x"}), c.write)
			w.want(w.get("/users"), c.v2[0], c.v2[1])
			w.want(w.post("/users/create", crowd(c.name, 1)), c.v2w[0], c.v2w[1])
			if err := w.RestoreToken(token.Content); err != nil {
				t.Fatal(err)
			}
			if c.name == "revoked" || c.name == "expired" || c.name == "invalid" {
				w.good(w.v1("getVPPUsersSrv", nil))
			}
		})
	}
	w.token.Content = good
	w.SetQuirks(applesim.Quirks{InvalidToken401: true})
	w.token.Content = "bm9uc2Vuc2U="
	w.want(w.get("/users"), 401, 9622)
	w.bad(w.v1("getVPPUsersSrv", nil), 9622)
	w.token.Content = good
	if out := w.v1("getVPPUsersSrv", nil); out.str("tokenExpDate") != "" {
		t.Error("tokenExpDate belongs to the last 15 days")
	}
	if err := w.SetTokenExpiry(good, now.Now().AddDate(0, 0, 10)); err != nil {
		t.Fatal(err)
	}
	if out := w.v1("getVPPUsersSrv", nil); out.str("tokenExpDate") != "2031-02-13T04:05:06+0000" || out.Body["expirationMillis"] != float64(now.Now().AddDate(0, 0, 10).UnixMilli()) {
		t.Error(out.Raw)
	}
}

// clientContext is version 1's mark of ownership, until version 2 is used: section 2.5, and 1.5 on the interplay.
func TestV1ClientContext(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	c := w.good(w.v1("VPPClientConfigSrv", nil))
	if c.str("clientContext") != "" || c.str("countryCode") != "DE" || c.str("defaultPlatform") != "enterprisestore" || c.str("appleId") == "" {
		t.Error(c.Raw)
	}
	mine := `{"hostname":"mdm.example","guid":"b92"}`
	if got := w.good(w.v1("VPPClientConfigSrv", args{"clientContext": mine})).str("clientContext"); got != mine {
		t.Error(got)
	}
	if got := w.good(w.v1("getVPPUsersSrv", nil)).str("clientContext"); got != mine {
		t.Error("not on every answer:", got)
	}
	w.bad(w.v1("VPPClientConfigSrv", args{"clientContext": strings.Repeat("x", 256)}), 9602)
	if got := w.good(w.v1("VPPClientConfigSrv", args{"clientContext": ""})).str("clientContext"); got != "" {
		t.Error("not cleared:", got)
	}
	w.want(w.get("/client/config"), 200, 0)
	if got := w.good(w.v1("getVPPUsersSrv", nil)).str("clientContext"); got != "token being used in v2" {
		t.Error(got)
	}
	w.v1("VPPClientConfigSrv", args{"clientContext": mine})
	if got := w.good(w.v1("getVPPUsersSrv", nil)).str("clientContext"); got != "token being used in v2" {
		t.Error(got)
	}
}

// Section 2.3: batches end with sinceModifiedToken, in a row or five at a time; the token brings what changed since.
func TestV1Batches(t *testing.T) {
	w := newWorld(t, applesim.Options{PageSize: 3})
	for i := range 10 {
		w.good(w.v1("registerVPPUserSrv", args{"clientUserIdStr": fmt.Sprint("u", i)}))
	}
	w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "u4"}))
	names := func(a answer) (out []string) {
		for _, u := range a.items("users") {
			out = append(out, u["clientUserIdStr"].(string))
		}
		return out
	}
	read := func(in args) (seen []string, since string) {
		t.Helper()
		for n := 0; ; n++ {
			out := w.good(w.v1("getVPPUsersSrv", in))
			seen = append(seen, names(out)...)
			if out.num("batchCount") != len(names(out)) || (out.Body["totalCount"] != nil) != (n == 0) {
				t.Error(out.Raw)
			}
			if since = out.str("sinceModifiedToken"); since != "" {
				if out.Body["batchToken"] != nil {
					t.Error("a batchToken at the end would be walked for ever")
				}
				return seen, since
			}
			in = args{"batchToken": out.str("batchToken")} // it remembers the rest
		}
	}
	all, since := read(args{"includeRetired": "1"})
	if strings.Join(all, " ") != "u0 u1 u2 u3 u4 u5 u6 u7 u8 u9" {
		t.Error(all)
	}
	if living, _ := read(nil); len(living) != 9 {
		t.Error(living)
	}
	if gone, _ := read(args{"includeRetired": 0, "includeRetiredOnly": true}); strings.Join(gone, " ") != "u4" {
		t.Error(gone)
	}
	if none, _ := read(args{"sinceModifiedToken": since}); len(none) != 0 {
		t.Error(none)
	}

	first := w.good(w.v1("getVPPUsersSrv", args{"includeRetired": 1}))
	if first.str("totalBatchCount") != "3" || first.num("totalCount") != 10 {
		t.Fatal(first.Raw)
	}
	for k := 3; k >= 1; k-- {
		out := w.good(w.v1("getVPPUsersSrv", args{"batchToken": first.str("batchToken"), "overrideIndex": k}))
		if names(out)[0] != fmt.Sprint("u", 3*k) || (out.str("sinceModifiedToken") != "") != (k == 3) {
			t.Error(k, out.Raw)
		}
	}
	w.bad(w.v1("getVPPUsersSrv", args{"batchToken": first.str("batchToken"), "overrideIndex": 4}), 9602)
	w.bad(w.v1("getVPPUsersSrv", args{"batchToken": first.str("batchToken"), "overrideIndex": 0}), 9602)
	w.bad(w.v1("getVPPUsersSrv", args{"batchToken": "H4sIAAAA"}), 9633)
	w.bad(w.v1("getVPPUsersSrv", args{"sinceModifiedToken": first.str("batchToken")}), 9602)

	w.good(w.v1("editVPPUserSrv", args{"clientUserIdStr": "u2", "email": "a@example.org"}))
	w.good(w.v1("retireVPPUserSrv", args{"clientUserIdStr": "u7"}))
	if changed, _ := read(args{"sinceModifiedToken": since, "includeRetired": 1}); strings.Join(changed, " ") != "u2 u7" {
		t.Error(changed)
	}
	if changed, _ := read(args{"sinceModifiedToken": since}); strings.Join(changed, " ") != "u2" {
		t.Error(changed)
	}
	// Another location's token does not fit.
	if _, err := w.AddLocation(applesim.Location{UID: "2"}); err != nil {
		t.Fatal(err)
	}
	other, err := w.MintToken("2", applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.token = other
	w.bad(w.v1("getVPPUsersSrv", args{"batchToken": first.str("batchToken")}), 9629)
	w.bad(w.v1("getVPPUsersSrv", args{"sinceModifiedToken": since}), 9629)
	if err := w.ForgetVersions(uid); err != nil {
		t.Fatal(err)
	}
}

// Faults and limits reach version 1 in its own clothes.
func TestV1Faults(t *testing.T) {
	limits := applesim.UnlimitedRate()
	w := newWorld(t, applesim.Options{Limits: limits})
	w.Inject(applesim.V1UsersRead, applesim.Error9603, applesim.Busy503, applesim.TooMany429, applesim.Plain500)
	w.bad(w.v1("getVPPUsersSrv", nil), 9603)
	if out := w.v1("getVPPUsersSrv", nil); out.Status != 503 || out.Header.Get("Retry-After") == "" {
		t.Error(out.Status, out.Raw)
	}
	w.bad(w.v1("getVPPUsersSrv", nil), 9646)
	if out := w.v1("getVPPUsersSrv", nil); out.Status != 500 {
		t.Error(out.Status)
	}
	w.good(w.v1("getVPPUsersSrv", nil))
	if n := w.Calls().Of(applesim.V1UsersRead); n != 5 {
		t.Error(n, "calls")
	}
	limits.MaxRequestPerSecond = 2
	w.SetLimits(limits)
	w.v1("getVPPUsersSrv", nil)
	w.v1("getVPPUsersSrv", nil)
	w.bad(w.v1("getVPPUsersSrv", nil), 9646)
	w.SetLimits(applesim.UnlimitedRate())
	w.SetQuirks(applesim.Quirks{OldAddressMoved: true})
	w.bad(w.raw("POST", "/WebObjects/MZFinance.woa/wa/getVPPUsersSrv", "", `{"sToken":"`+w.token.Content+`"}`), 9617)
	w.good(w.raw("POST", "/WebObjects/MZFinance.woa/wa/VPPServiceConfigSrv", "", ""))
	w.bad(w.v1("associateVPPLicenseSrv", nil), 9634)
}

// Section 1.13 and 2.4: the ways in which the whole service is away.
func TestOutages(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	set := func(o applesim.Outage) {
		if err := w.SetOutage(o); err != nil {
			t.Fatal(err)
		}
	}
	set(applesim.OutageUnavailable)
	if out := w.get("/users"); out.Status != 503 || out.num("errorNumber") != 9729 || out.Header.Get("Retry-After") == "" {
		t.Error(out.Status, out.Raw)
	}
	if out := w.v1("VPPServiceConfigSrv", nil); out.Status != 503 {
		t.Error(out.Status)
	}
	set(applesim.OutageRemoved)
	w.want(w.get("/users"), 410, 9634)
	w.want(w.get("/service/config"), 200, 0)
	w.bad(w.v1("getVPPUsersSrv", nil), 9634)
	set(applesim.OutageMaintenance)
	w.want(w.get("/users"), 200, 0)
	w.bad(w.v1("getVPPUsersSrv", nil), 9644)
	if number, _ := w.failure(w.wantStatus(w.run("create", crowd("u", 1)), "FAILED", 0)); number != 9644 {
		t.Error(number)
	}
	set(applesim.OutageNone)
	w.wantStatus(w.run("create", crowd("u", 1)), "COMPLETE", 1)
	if w.SetOutage("holiday") == nil {
		t.Error("no error")
	}
}
