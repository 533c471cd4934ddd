package applesim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// Section 1.12: a client that asks for subscriptions gets Apple's shapes, whatever it asks.
func TestNobodyHasSubscriptions(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	for _, path := range []string{"/subscriptions", "/subscriptions/assignments", "/subscriptions/admins"} {
		if out := w.want(w.get(path), 200, 0); out.str("uId") != uid || out.Body["nextCursor"] != nil {
			t.Error(path, out.Raw)
		}
		w.shaped("error", w.want(w.get(path+"?cursor=x"), 400, 9812))
		w.shaped("error", w.want(w.post(path, object{}), 405, 9726))
	}
	if out := w.want(w.post("/subscriptions/enable", nil), 200, 0); out.Body["subscriptionManagement"] != true {
		t.Error(out.Raw)
	}
	if out := w.want(w.post("/subscriptions/disable", nil), 200, 0); out.Body["subscriptionManagement"] != false {
		t.Error(out.Raw)
	}
	who := object{"adamIds": []int{5}, "clientUserIds": []string{"u"}}
	w.shaped("error", w.want(w.post("/subscriptions/associate", who), 400, 9813))
	w.shaped("error", w.want(w.post("/subscriptions/disassociate", who), 400, 9815))
	w.shaped("error", w.want(w.post("/subscriptions/admins/add", who), 400, 9811))
	out, err := w.do("GET", "/subscriptions", "", "", nil)
	w.must(err)
	w.want(out, 401, 9601)
	w.shaped("error", w.want(w.get("/subscriptions/nothing"), 404, 9602))
	w.shaped("error", w.want(w.get("/nothing"), 404, 9602))
}

// Section 1.13: the store's lookup has the other error shape.
func TestLookupErrors(t *testing.T) {
	w := newWorld(t, applesim.Options{Quirks: applesim.Quirks{LookupForbidden: true}})
	const lookup = "/WebObjects/MZStorePlatform.woa/wa/lookup"
	for _, c := range []struct {
		method, query, cookie string
		status                int
		code                  string
	}{
		{"GET", "?id=1", "made-up", 403, "40300"}, {"GET", "", "", 400, "40005"}, {"POST", "?id=1", "", 405, "40500"}, {"GET", "?id=1", "", 200, ""}, {"GET", "?id=1", w.token.Content, 200, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, w.URL+lookup+c.query, nil)
		w.must(err)
		if c.cookie != "" {
			req.Header.Set("Cookie", "itvt="+c.cookie)
		}
		out, err := w.send(req)
		w.must(err)
		var in struct {
			Errors []struct{ ID, Status, Code, Title, Detail string }
		}
		w.must(json.Unmarshal([]byte(out.Raw), &in))
		switch {
		case out.Status != c.status:
			t.Error(c, out.Status, out.Raw)
		case c.code != "" && (len(in.Errors) != 1 || in.Errors[0].Code != c.code || in.Errors[0].ID == "" || in.Errors[0].Title == "" || in.Errors[0].Status == ""):
			t.Error(c, out.Raw)
		}
	}
}

// A path is taken as it came: a POST to //mdm/… is nobody's, and is not sent elsewhere as a GET.
func TestPathsAreNotCleaned(t *testing.T) {
	w := newWorld(t, applesim.Options{Control: true})
	for _, path := range []string{"//mdm/v2/users/create", "/mdm/v2//users/create", "/mdm/../mdm/v2/users/create", "/somewhere"} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1/", strings.NewReader(`{"users":[{"clientUserId":"u"}]}`))
		r.URL.Path, r.RemoteAddr = path, "127.0.0.1:5"
		r.Header.Set("Authorization", "Bearer "+w.token.Content)
		out := httptest.NewRecorder()
		w.Apple.ServeHTTP(out, r)
		if out.Code != http.StatusNotFound {
			t.Errorf("%s: HTTP %d, %s", path, out.Code, out.Header().Get("Location"))
		}
	}
}

// Section 2.2: how many licenses one call of version 1 may move is a limit like others.
func TestV1BatchLimits(t *testing.T) {
	limits := applesim.UnlimitedRate()
	limits.MaxBatchAssociate, limits.MaxBatchDisassociate = 3, 2
	w := newWorld(t, applesim.Options{Limits: limits})
	w.stock(applesim.App(app, 9))
	config := w.raw("GET", "/mdm/VPPServiceConfigSrv", "", "")
	if config.num("maxBatchAssociateLicenseCount") != 3 || config.num("maxBatchDisassociateLicenseCount") != 2 {
		t.Error(config.Raw)
	}
	manage := func(verb string, serials ...string) answer {
		return w.v1("manageVPPLicensesByAdamIdSrv", args{"adamIdStr": app, verb + "SerialNumbers": serials})
	}
	w.bad(manage("associate", "1", "2", "3", "4"), 9602)
	w.good(manage("associate", "1", "2", "3"))
	w.bad(manage("disassociate", "1", "2", "3"), 9602)
	w.good(manage("disassociate", "1", "2"))
}

// Section 2.2: the push token of VPPClientConfigSrv is kept, by either name, and echoed as apnToken.
func TestV1PushToken(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	w.good(w.v1("VPPClientConfigSrv", args{"clientContext": "mine"}))
	ask := func(in args) string { return w.good(w.v1("VPPClientConfigSrv", in)).str("apnToken") }
	const hexed, plain = "c0ffee00c0ffee00", "wP/uAMD/7gA="
	for _, c := range []struct {
		in   args
		want string
	}{{nil, ""}, {args{"apnToken": hexed}, hexed}, {nil, hexed}, {args{"notificationToken": plain}, plain}, {args{"apnToken": ""}, ""}} {
		if got := ask(c.in); got != c.want {
			t.Errorf("%v: %q, want %q", c.in, got, c.want)
		}
	}
	w.bad(w.v1("VPPClientConfigSrv", args{"apnToken": "no token"}), 9623)
	w.bad(w.v1("VPPClientConfigSrv", args{"notificationToken": []int{1}}), 9623)
	if c := w.good(w.v1("VPPClientConfigSrv", nil)).str("clientContext"); c != "mine" {
		t.Error(c)
	}
	reader, err := w.MintToken(uid, applesim.TokenOptions{ReadOnly: true})
	w.must(err)
	w.bad(w.v1("VPPClientConfigSrv", args{"sToken": reader.Content, "apnToken": hexed}), 9637)
}
