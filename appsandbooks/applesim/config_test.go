package applesim_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Section 5's invariants of service/config, and section 1.4.
func TestServiceConfigInvariants(t *testing.T) {
	w := newWorld(t, applesim.Options{Limits: applesim.DocumentedLimits()})
	out := w.want(w.get("/service/config"), 200, 0)
	limits := out.Body["limits"].(map[string]any)
	for key, want := range map[string]float64{"maxUsers": 100, "maxRequestPerSecond": 15, "maxNotificationLength": 512, "maxMdmMetadataLength": 255} {
		if limits[key] != want {
			t.Errorf("%s = %v, want %v", key, limits[key], want)
		}
	}
	urls := out.Body["urls"].(map[string]any)
	for key := range strings.FieldsSeq("clientConfig getUsers createUsers updateUsers retireUsers getAssets associateAssets disassociateAssets revokeAssets getAssignments eventStatus contentMetadataLookup") {
		text, _ := urls[key].(string)
		u, err := url.Parse(text)
		if err != nil || "http://"+u.Host != w.URL || u.RawQuery != "" {
			t.Errorf("%s: %q", key, text)
		}
	}
	if mail, _ := urls["invitationEmail"].(string); !strings.HasPrefix(mail, w.URL) || !strings.Contains(mail, "=%25inviteCode%25&") {
		t.Error(mail)
	}
	if len(out.Body["errorCodes"].([]any)) != 38 || len(out.Body["notificationTypes"].([]any)) != 4 || out.Body["uId"] != nil {
		t.Error(out.Raw)
	}
}

// Section 1.4: limits may change under a client.
func TestLimitsChange(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	l := applesim.UnlimitedRate()
	l.MaxUsers = 2
	w.SetLimits(l)
	w.want(w.post("/users/create", crowd("u", 3)), 400, 9714)
}

// Section 1.5: client/config, and 1.3: the envelope.
func TestClientConfigRead(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	out := w.want(w.get("/client/config"), 200, 0)
	for key, want := range map[string]string{
		"uId": uid, "countryISO2ACode": "DE", "locationName": "Library", "defaultPlatform": "enterprisestore", "websiteURL": "https://business.apple.com",
	} {
		if out.str(key) != want {
			t.Errorf("%s = %q, want %q", key, out.str(key), want)
		}
	}
	if _, err := time.Parse("2006-01-02T15:04:05-0700", out.str("tokenExpirationDate")); err != nil {
		t.Error(err)
	}
	if _, there := out.Body["mdmInfo"]; there {
		t.Error("mdmInfo before anybody wrote it")
	}
	w.SetQuirks(applesim.Quirks{NullMDMInfo: true, ExpirationInLast15Days: true})
	out = w.get("/client/config")
	if v, there := out.Body["mdmInfo"]; !there || v != nil || out.str("tokenExpirationDate") != "" {
		t.Error(out.Raw)
	}
}

// F-86, section 1.5: the ownership rule: mdmInfo is echoed on every response, the last writer wins.
func TestMDMInfoEcho(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	for _, id := range []string{"first", "second"} {
		info := map[string]any{"id": id, "name": "n", "metadata": ""}
		w.want(w.post("/client/config", map[string]any{"mdmInfo": info}), 200, 0)
		for _, out := range []answer{w.get("/client/config"), w.get("/users"), w.post("/users/create", crowd(id, 1))} {
			if got := out.Body["mdmInfo"].(map[string]any)["id"]; got != id || out.str("uId") != uid {
				t.Error(out.Raw)
			}
		}
	}
}

// Section 1.5 and the table in 1.13: what POST client/config refuses.
func TestClientConfigRefusals(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	long := strings.Repeat("ä", 101)
	notify := func(url, secret any) map[string]any {
		return map[string]any{"notificationUrl": url, "notificationAuthToken": secret}
	}
	info := func(id, name, meta any) map[string]any {
		return map[string]any{"mdmInfo": map[string]any{"id": id, "name": name, "metadata": meta}}
	}
	for _, c := range []struct {
		name   string
		body   any
		number int
	}{
		{"no metadata", map[string]any{"mdmInfo": map[string]any{"id": "a", "name": "b"}}, 9723},
		{"null name", info("a", nil, "c"), 9723},
		{"wrong case", map[string]any{"mdmInfo": map[string]any{"ID": "a", "name": "b", "metadata": "c"}}, 9723},
		{"long id", info(long, "b", "c"), 9724},
		{"long name", info("a", long, "c"), 9725},
		{"long metadata", info("a", "b", strings.Repeat("m", 256)), 9713},
		{"address without secret", map[string]any{"notificationUrl": "https://hook.example/"}, 9710},
		{"secret without address", map[string]any{"notificationAuthToken": "s"}, 9710},
		{"types without address", map[string]any{"notificationTypes": []string{"USER_ASSOCIATED"}}, 9710},
		{"long secret", notify("https://hook.example/", strings.Repeat("s", 513)), 9711},
		{"ftp", notify("ftp://hook.example/", "s"), 9712},
		{"query", notify("https://hook.example/?a=b", "s"), 9712},
		{"no host", notify("https:///x", "s"), 9712},
		{"unknown type", map[string]any{"notificationTypes": []string{"USER_PARTY"}}, 9602},
		{"unreachable", notify("http://127.0.0.1:1/", "s"), 9728},
		{"no JSON", `{"mdmInfo":`, 9602},
		{"100 characters are not 100 bytes", info(strings.Repeat("ä", 100), "b", "c"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			status := 400
			if c.number == 0 {
				status = 200
			}
			w.want(w.post("/client/config", c.body), status, c.number)
		})
	}
}

// Without PlainHooks only https will do (9712).
func TestPlainHookRefused(t *testing.T) {
	a, err := applesim.New(applesim.Options{Locations: []applesim.Location{{UID: uid}}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	token, _ := a.MintToken(uid, applesim.TokenOptions{})
	out := record(a, "POST", "/mdm/v2/client/config", token.Content, `{"notificationUrl":"http://127.0.0.1/","notificationAuthToken":"s"}`)
	if !strings.Contains(out.Body.String(), "9712") {
		t.Error(out.Body)
	}
}

// Sections 1.5 and 1.11: the TEST_NOTIFICATION arrives while the POST is open, and its receiver may ask us meanwhile (pitfall 15).
func TestTestNotification(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	status := 204
	url, notes := newHook(t, func(n note) int {
		if out, err := w.do("GET", "/client/config", w.token.Content, "", nil); err != nil || out.str("notificationUrl") != "" && status == 204 {
			t.Error("inside:", err, out.Raw)
		}
		return status
	})
	w.subscribe(url, "USER_ASSOCIATED", "USER_MANAGEMENT")
	if n := w.next(notes, "TEST_NOTIFICATION"); n.Auth != "Bearer hush" || n.UID != uid || n.ID == "" || n.Body == nil {
		t.Errorf("%+v", n)
	}
	out := w.get("/client/config")
	if out.str("notificationUrl") != url || out.str("notificationAuthToken") != "hush" || len(out.Body["subscribedNotificationTypes"].([]any)) != 2 {
		t.Error(out.Raw)
	}

	status = 500
	body := map[string]any{"notificationUrl": url + "2", "notificationAuthToken": "other"}
	w.want(w.post("/client/config", body), 400, 9728)
	w.SetQuirks(applesim.Quirks{TestFailureNumber: 9712})
	w.want(w.post("/client/config", body), 400, 9712)
	if w.get("/client/config").str("notificationUrl") != url {
		t.Error("a refused configuration was kept")
	}
}

// Section 1.5, SIM: omitted is unchanged, empty address and secret clear; and the other way round.
func TestPartialClientConfig(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	url, _ := newHook(t, nil)
	w.subscribe(url, "USER_ASSOCIATED")
	info := map[string]any{"mdmInfo": map[string]any{"id": "a", "name": "b", "metadata": "c"}}
	w.want(w.post("/client/config", info), 200, 0)
	if w.get("/client/config").str("notificationUrl") != url {
		t.Error("an omitted address was dropped")
	}
	cleared := map[string]any{"notificationUrl": "", "notificationAuthToken": ""}
	w.SetQuirks(applesim.Quirks{ClearingRefused: true})
	w.want(w.post("/client/config", cleared), 400, 9712)
	w.SetQuirks(applesim.Quirks{})
	if out := w.want(w.post("/client/config", cleared), 200, 0); out.str("notificationUrl") != "" {
		t.Error("not cleared")
	}
	w.subscribe(url, "USER_ASSOCIATED")
	w.SetQuirks(applesim.Quirks{PostReplacesConfig: true})
	w.want(w.post("/client/config", info), 200, 0)
	if w.get("/client/config").str("notificationUrl") != "" {
		t.Error("not replaced")
	}
}
