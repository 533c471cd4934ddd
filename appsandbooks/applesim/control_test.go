package applesim_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

func (w *world) act(name string, in args) answer {
	w.t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	out := w.raw("POST", "/internal/"+name, "application/json", string(text))
	if out.Status != 200 {
		w.t.Fatalf("%s: HTTP %d %s", name, out.Status, out.Raw)
	}
	return out
}

// The control addresses are closed by default, to other machines, to proxies, to strangers' pages and to names that a stranger may point here.
func TestControlIsClosed(t *testing.T) {
	shut := newWorld(t, applesim.Options{})
	for _, path := range []string{"/", "/internal/state", "/internal/get_stoken"} {
		if out := shut.raw("GET", path, "", ""); out.Status != 404 {
			t.Error(path, out.Status)
		}
	}
	w := newWorld(t, applesim.Options{Control: true, BaseURL: "https://apple.test"})
	for _, c := range []struct {
		name   string
		change func(r *http.Request)
		status int
	}{
		{"this machine", func(*http.Request) {}, 200},
		{"IPv6", func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:5", "[::1]:8099" }, 200},
		{"by the name of the base address", func(r *http.Request) { r.Host = "apple.test" }, 200},
		{"another machine", func(r *http.Request) { r.RemoteAddr = "192.0.2.7:1234" }, 403},
		{"a proxy", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.7") }, 403},
		{"a name that somebody points here", func(r *http.Request) { r.Host = "evil.example:8099" }, 403},
		{"a stranger's page", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"an older stranger's page", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "POST", "http://localhost:8099/internal/outage", strings.NewReader(`{"kind":"none"}`))
			r.RemoteAddr = "127.0.0.1:1234"
			c.change(r)
			out := httptest.NewRecorder()
			w.Apple.ServeHTTP(out, r)
			if out.Code != c.status {
				t.Errorf("HTTP %d, want %d: %s", out.Code, c.status, out.Body)
			}
		})
	}
}

// Section 6: get_stoken as vppsim had it; it works at once.
func TestGetSToken(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true, Locations: []applesim.Location{{UID: "2"}}})
	first := w.raw("GET", "/internal/get_stoken", "", "")
	again := w.raw("GET", "/internal/get_stoken", "", "")
	if first.str("sToken") == "" || first.str("sToken") != again.str("sToken") || first.str("uId") != "2" {
		t.Fatal(first.Raw, again.Raw)
	}
	if mine := w.raw("GET", "/internal/get_stoken?uId="+uid, "", ""); mine.str("sToken") != w.token.Content {
		t.Error(mine.Raw)
	}
	if err := w.RevokeToken(w.token.Content); err != nil {
		t.Fatal(err)
	}
	w.token.Content = w.raw("GET", "/internal/get_stoken?uId="+uid, "", "").str("sToken")
	w.good(w.v1("getVPPUsersSrv", nil))
	if out := w.raw("GET", "/internal/get_stoken?uId=9", "", ""); out.Status != 404 {
		t.Error(out.Status)
	}
}

// Ownership: the last writer wins, and everybody sees it on every answer (section 1.5).
func TestTheft(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	mine := map[string]any{"id": "mine", "name": "rsvpp", "metadata": ""}
	claim := func() { w.want(w.post("/client/config", map[string]any{"mdmInfo": mine}), 200, 0) }
	owner := func() any {
		info, _ := w.get("/users").Body["mdmInfo"].(map[string]any)
		return info["id"]
	}
	claim()
	for name, steal := range map[string]func() error{
		"by method":     func() error { return w.SetOwner(uid, applesim.Stranger()) },
		"by front door": func() error { return w.rival(t).Claim(t.Context()) },
		"by address":    func() error { w.act("steal", args{"uId": uid}); return nil },
		"by address and front door": func() error {
			w.act("steal", args{"uId": uid, "frontDoor": true})
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			if owner() != "mine" {
				t.Fatal(owner())
			}
			if err := steal(); err != nil {
				t.Fatal(err)
			}
			if owner() != applesim.Stranger().ID || w.Owner(uid) != applesim.Stranger() {
				t.Error(owner())
			}
			claim()
		})
	}
	w.act("release", args{"uId": uid})
	if owner() != nil || w.Owner(uid) != (applesim.Owner{}) {
		t.Error(owner())
	}
	if err := w.SetOwner("9", applesim.Stranger()); err == nil {
		t.Error("no such location")
	}
	rival := w.rival(t)
	if err := w.RevokeToken(rival.Token.Content); err != nil {
		t.Fatal(err)
	}
	if err := rival.Claim(t.Context()); err == nil || !strings.Contains(err.Error(), "9625") {
		t.Error(err)
	}
}

func (w *world) rival(t *testing.T) applesim.Rival {
	t.Helper()
	r, err := w.Rival(uid, applesim.Stranger())
	if err != nil {
		t.Fatal(err)
	}
	r.Client = w.web
	return r
}

// Section 3: a newer download revokes the older token; the renewed one belongs to the same location.
func TestReplaceToken(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	old := w.token.Content
	renewed, err := w.ReplaceToken(uid)
	if err != nil || renewed.UID != uid {
		t.Fatal(renewed, err)
	}
	w.want(w.get("/client/config"), 401, 9625)
	w.token = renewed
	if w.want(w.get("/client/config"), 200, 0).str("uId") != uid || old == renewed.Content {
		t.Error("another location")
	}
	made := w.act("new_token", args{"uId": uid, "revokeOlder": true, "days": 10})
	w.want(w.get("/client/config"), 401, 9625)
	file := w.raw("GET", "/internal/vpptoken?n="+strings.TrimSuffix(jsonText(made.Body["n"]), ".0"), "", "")
	if file.Raw != made.str("sToken") || !strings.Contains(file.Header.Get("Content-Disposition"), `filename="Library.vpptoken"`) {
		t.Error(file.Header, file.Raw)
	}
	if raw, err := base64.StdEncoding.DecodeString(file.Raw); err != nil || !strings.Contains(string(raw), "expDate") {
		t.Error(string(raw), err)
	}
	other := w.act("add_location", args{"name": "Another", "managedDomains": "a.example, b.example"})
	if other.str("uId") == uid || len(w.Locations()) != 2 || len(w.Locations()[1].ManagedDomains) != 2 {
		t.Error(other.Raw)
	}
	if out := w.raw("GET", "/internal/vpptoken?n=99", "", ""); out.Status != 404 {
		t.Error(out.Status)
	}
}

func jsonText(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// Every act of the control addresses does what it says.
func TestControlActs(t *testing.T) {
	now := newClock()
	w := newWorld(t, applesim.Options{Control: true, Now: now.Now})
	change := func(to string, status, number int, more args) {
		t.Helper()
		in := args{"sToken": w.token.Content, "to": to}
		maps.Copy(in, more)
		w.act("change_token", in)
		w.want(w.get("/users"), status, number)
	}
	change("revoked", 401, 9625, nil)
	change("good", 200, 0, nil)
	change("expired", 401, 9621, nil)
	change("good", 200, 0, nil)
	change("invalid", 200, 9622, nil)
	w.act("quirk", args{"set": "InvalidToken401"})
	change("invalid", 401, 9622, nil)
	w.act("quirk", args{"set": "InvalidToken401=false"})
	change("good", 200, 0, nil)
	change("legacy", 403, 9647, nil)
	change("both", 200, 0, nil)
	change("read-only", 200, 0, nil)
	w.want(w.post("/users/create", crowd("u", 1)), 403, 9637)
	change("read-write", 200, 0, nil)
	w.act("quirk", args{"set": "ExpirationInLast15Days"})
	change("until", 200, 0, args{"until": 16})
	if date := w.get("/users").str("tokenExpirationDate"); date != "" {
		t.Error(date)
	}
	change("until", 200, 0, args{"until": "2031-02-10T00:00:00Z"})
	if date := w.get("/users").str("tokenExpirationDate"); date != "2031-02-10T00:00:00+0000" {
		t.Error(date)
	}

	w.run("create", crowd("u", 6))
	if out := w.act("accept", args{"uId": uid, "users": 2}); out.str("done") != "2 accepted." {
		t.Error(out.Raw)
	}
	w.act("accept", args{"inviteCode": w.User(uid, "u5")[0].InviteCode, "account": "me@home.example"})
	w.act("retire", args{"uId": uid, "clientUserIdStr": "u5"})
	if got := w.CountUsers(uid); cmp.Diff(map[applesim.Status]int{"Registered": 3, "Associated": 2, "Retired": 1}, got) != "" {
		t.Error(got)
	}
	w.act("buy", args{"uId": uid, "adamId": "42", "licenses": 7})
	w.act("buy", args{"uId": uid, "adamId": 42, "licenses": "-2"})
	w.act("buy", args{"uId": uid, "adamId": "43", "productType": "Book"})
	if s := w.Assets(uid); len(s) != 2 || s[0].Total != 5 || s[1].ProductType != "Book" || s[1].Total != 1 {
		t.Error(s)
	}
	w.act("time_lapse", args{"invitations": []args{{"interval": "1s", "usersPerEvent": 1, "maximumEvents": 2}}})
	now.add(time.Minute)
	if n := w.CountUsers(uid)[applesim.Associated]; n != 4 {
		t.Error(n)
	}
	w.act("time_lapse", args{"interval": "1h", "usersPerEvent": "5", "maximumEvents": ""})
	state := w.raw("GET", "/internal/state", "", "")
	if l := state.items("timeLapses"); len(l) != 1 || !strings.Contains(state.Raw, `"interval":"1h0m0s"`) {
		t.Error(state.Raw)
	}
	w.act("stop_time_lapse", nil)
	w.act("outage", args{"kind": "removed"})
	w.want(w.get("/users"), 410, 9634)
	w.act("outage", args{"kind": "none"})
	w.act("inject", args{"endpoint": "GET users", "faults": []string{"", "500"}})
	w.want(w.get("/users"), 200, 0)
	if out := w.get("/users"); out.Status != 500 {
		t.Error(out.Status)
	}
	version := w.get("/users").str("versionId")
	w.act("forget_versions", args{"uId": uid})
	w.want(w.get("/users?sinceVersionId="+version), 400, 9721)
	w.act("faults", args{"level": "some"})
	w.act("faults", args{"level": "none"})
	for name, in := range map[string]args{
		"outage": {"kind": "holiday"}, "quirk": {"set": "Nonsense"}, "faults": {"level": "all"}, "inject": {"endpoint": "GET users", "faults": "earthquake"},
		"accept": {"users": "many"}, "retire": {"uId": uid, "clientUserIdStr": "nobody"}, "buy": {"uId": uid, "adamId": "x"}, "time_lapse": {"nonsense": 1},
		"change_token": {"n": 0, "to": "gold"}, "new_token": {"uId": "9"}, "steal": {"uId": "9"}, "add_location": {"uId": uid},
	} {
		text, _ := json.Marshal(in)
		if out := w.raw("POST", "/internal/"+name, "", string(text)); out.Status/100 != 4 || out.str("error") == "" {
			t.Error(name, out.Status, out.Raw)
		}
	}
}

// The page shows everything, escapes it, and its buttons lead back to it.
func TestPage(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	w.run("create", people(person{"clientUserId": "<b>u</b>", "email": "a@example.org"}))
	page := w.raw("GET", "/", "", "")
	link := w.v1("getVPPUserSrv", args{"clientUserIdStr": "<b>u</b>"}).user()["inviteCode"].(string)
	for _, want := range []string{"Library", uid, "&lt;b&gt;u&lt;/b&gt;", link, "Sign in", "Another server takes it", "/internal/vpptoken?n=0", "1 Registered"} {
		if !strings.Contains(page.Raw, want) {
			t.Error("not on the page:", want)
		}
	}
	if !strings.HasPrefix(page.Header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(page.Raw, "<script") {
		t.Error(page.Header)
	}
	w.web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	form := url.Values{"back": {"/#" + uid}, "uId": {uid}}
	out := w.raw("POST", "/internal/steal", "application/x-www-form-urlencoded", form.Encode())
	if place := out.Header.Get("Location"); out.Status != 303 || !strings.HasPrefix(place, "/?said=Another+MDM") || !strings.HasSuffix(place, "#"+uid) {
		t.Error(out.Status, place)
	}
	form.Set("back", "https://evil.example/#x")
	form.Set("uId", "9")
	out = w.raw("POST", "/internal/steal", "application/x-www-form-urlencoded", form.Encode())
	if place := out.Header.Get("Location"); out.Status != 303 || !strings.HasPrefix(place, "/?problem=no+location") {
		t.Error(out.Status, place)
	}
}

// Token states, owners, clientContext and the use of version 2 outlive a restart.
func TestRestartV1(t *testing.T) {
	o := applesim.Options{File: filepath.Join(t.TempDir(), "apple.jsonl")}
	old := newWorld(t, o)
	old.good(old.v1("VPPClientConfigSrv", args{"clientContext": "mine"}))
	batch := old.good(old.v1("getVPPUsersSrv", nil)).str("sinceModifiedToken")
	old.good(old.v1("registerVPPUserSrv", args{"clientUserIdStr": "u"}))
	other, err := old.MintToken(uid, applesim.TokenOptions{})
	if err != nil || old.SetTokenReadOnly(other.Content, true) != nil || old.SetOwner(uid, applesim.Stranger()) != nil {
		t.Fatal(err)
	}
	before := truth(old.Apple)
	old.Close()
	a, err := applesim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if d := cmp.Diff(before, truth(a)); d != "" {
		t.Error(d)
	}
	if a.Owner(uid) != applesim.Stranger() || a.Tokens(uid)[1].State(time.Now()) != "read-only" {
		t.Error(a.Owner(uid), a.Tokens(uid))
	}
	out := record(a, "POST", "/mdm/getVPPUsersSrv", "", `{"sToken":"`+old.token.Content+`","sinceModifiedToken":"`+batch+`"}`)
	if !strings.Contains(out.Body.String(), `"clientContext":"mine"`) || strings.Count(out.Body.String(), "clientUserIdStr") != 1 {
		t.Error(out.Body)
	}
}
