package applesim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// shape is what a JSON object may look like: a member whose name ends in ? may be absent, none may be null.
// Values: a string is a regular expression of a string's whole value, 0 an int32, true a bool, shape an object, []any a list of its element.
type shape map[string]any

const (
	anyText = `(?s).+`
	anyUUID = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`
	date    = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000` // section 1.1: UTC, offset without colon
	pricing = `STDQ|PLUS`
)

func (s shape) with(more shape) shape {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

// The shapes of Apple's pages, section 1.
func shapes() map[string]shape {
	envelope := shape{"uId": `\d{16}`, "tokenExpirationDate?": date, "mdmInfo?": shape{"id": anyText, "name": anyText, "metadata": `.*`}}
	page := envelope.with(shape{"currentPageIndex": 0, "nextPageIndex?": 0, "size": 0, "totalPages": 0, "versionId": anyUUID})
	user := shape{"clientUserId": anyText, "email?": anyText, "idHash?": anyText, "inviteCode?": `[0-9a-f]{32}`, "status": `Registered|Associated|Retired|Deleted`}
	key := shape{"adamId": `\d+`, "pricingParam": pricing}
	unlimited := key.with(shape{
		"productType": `App|Book`, "assignedCount": 0, "deviceAssignable": true, "revocable": true,
		"supportedPlatforms": []any{`iOS|macOS|tvOS|watchOS|visionOS`},
	})
	asset := unlimited.with(shape{"availableCount": 0, "retiredCount": 0, "totalCount": 0})
	assignment := key.with(shape{"clientUserId?": anyText, "serialNumber?": anyText, "idHash?": anyText, "userStatus?": `Registered|Associated|Retired`})
	failure := shape{
		"errorNumber": 0, "errorMessage": anyText,
		"errorInfo?": shape{"assets?": []any{key}, "clientUserIds?": []any{anyText}, "serialNumbers?": []any{anyText}},
	}
	return map[string]shape{
		"service/config": {
			"errorCodes": []any{shape{"errorNumber": 0, "errorMessage": anyText}}, "notificationTypes": []any{`[A-Z_]+`},
			"limits": shape{
				"maxUsers": 0, "maxAssets": 0, "maxClientUserIds": 0, "maxSerialNumbers": 0, "maxRevokeClientUserIds": 0, "maxRevokeSerialNumbers": 0,
				"maxRequestPerSecond": 0, "maxSubscriptions": 0, "maxSubscriptionClientUserIds": 0, "maxNotificationLength": 0,
				"maxMdmIdLength": 0, "maxMdmNameLength": 0, "maxMdmMetadataLength": 0,
			},
			"urls": shape{
				"clientConfig": anyText, "getUsers": anyText, "createUsers": anyText, "updateUsers": anyText, "retireUsers": anyText, "getAssets": anyText,
				"associateAssets": anyText, "disassociateAssets": anyText, "revokeAssets": anyText, "getAssignments": anyText, "eventStatus": anyText,
				"contentMetadataLookup": anyText, "invitationEmail": anyText,
			},
		},
		"client/config": envelope.with(shape{
			"countryISO2ACode": `[A-Z]{2}`, "defaultPlatform": `enterprisestore|volumestore`, "locationName": anyText, "websiteURL": `https://(business|school)\.apple\.com`,
			"notificationUrl?": anyText, "notificationAuthToken?": anyText, "subscribedNotificationTypes?": []any{`[A-Z_]+`},
		}),
		"users":       page.with(shape{"users": []any{user}}),
		"assets":      page.with(shape{"assets": []any{asset}, "unlimitedAssets?": []any{unlimited}}),
		"assignments": page.with(shape{"assignments": []any{assignment}}),
		"event":       envelope.with(shape{"eventId": anyUUID}),
		"status": envelope.with(shape{
			"eventStatus": `PENDING|COMPLETE|FAILED`, "eventType": `ASSOCIATE|DISASSOCIATE|REVOKE|CREATE|UPDATE|RETIRE`,
			"numRequested": 0, "numCompleted": 0, "failures?": []any{failure},
		}),
		"error": failure,
	}
}

// check says how a value differs from what it may be.
func check(path string, want, got any) error {
	switch want := want.(type) {
	case string:
		s, ok := got.(string)
		if !ok || !regexp.MustCompile(`^(?:`+want+`)$`).MatchString(s) {
			return fmt.Errorf("%s: %v is not %s", path, got, want)
		}
	case int:
		n, ok := got.(float64)
		if !ok || n != float64(int32(n)) {
			return fmt.Errorf("%s: %v is not an int32", path, got)
		}
	case bool:
		if _, ok := got.(bool); !ok {
			return fmt.Errorf("%s: %v is not a bool", path, got)
		}
	case []any:
		list, ok := got.([]any)
		if !ok {
			return fmt.Errorf("%s: %v is not a list", path, got)
		}
		for i, v := range list {
			if err := check(fmt.Sprintf("%s[%d]", path, i), want[0], v); err != nil {
				return err
			}
		}
	case shape:
		return checkObject(path, want, got)
	}
	return nil
}

func checkObject(path string, want shape, got any) error {
	in, ok := got.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: %v is not an object", path, got)
	}
	left := maps.Clone(in)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		plain := strings.TrimSuffix(name, "?")
		v, there := in[plain]
		if delete(left, plain); !there {
			if plain == name {
				return fmt.Errorf("%s: %s is missing", path, name)
			}
			continue
		}
		if err := check(path+"."+plain, want[name], v); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("%s: nobody knows %v", path, left)
	}
	return nil
}

// shaped fails unless the answer is JSON of that shape.
func (w *world) shaped(name string, a answer) answer {
	w.t.Helper()
	if kind := a.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		w.t.Errorf("%s: Content-Type %q", name, kind)
	}
	var body any
	if err := json.Unmarshal([]byte(a.Raw), &body); err != nil {
		w.t.Fatal(name, err, a.Raw)
	}
	if err := check(name, shapes()[name], body); err != nil {
		w.t.Errorf("%v\n%.500s", err, a.Raw)
	}
	return a
}

// Section 1, answer by answer: the members, their types, what is never null, dates, Content-Type.
func TestEveryAnswerHasItsShape(t *testing.T) {
	w := handed(t, applesim.Options{PageSize: 3, Quirks: applesim.Quirks{UnknownAssigneeAsync: true}})
	shop(w)
	hook, _ := newHook(t, nil)
	w.shaped("client/config", w.get("/client/config"))
	w.shaped("client/config", w.post("/client/config", object{
		"mdmInfo":         object{"id": "a", "name": "b", "metadata": ""},
		"notificationUrl": hook, "notificationAuthToken": "s", "notificationTypes": []string{"ASSET_COUNT"},
	}))
	w.shaped("service/config", w.get("/service/config"))
	for path, name := range map[string]string{
		"/users": "users", "/users?pageIndex=1": "users", "/users?clientUserId=nobody": "users", "/users?retiredOnly=true": "users",
		"/assets": "assets", "/assets?pageIndex=1": "assets", "/assets?unlimited=true&pageIndex=2": "assets", "/assets?adamId=0": "assets",
		"/assignments": "assignments", "/assignments?pageIndex=1&includeUserState=true": "assignments", "/assignments?serialNumber=no": "assignments",
	} {
		if out := w.shaped(name, w.get(path)); out.Body["mdmInfo"] == nil {
			t.Error(path, "without mdmInfo")
		}
	}
	for path, body := range map[string]any{
		"/users/create": crowd("u", 7), "/users/update": crowd("x", 2), "/users/retire": crowd("x", 1),
		"/assets/associate":    give([]string{"u0", "gone"}, []string{"C9"}, asset("1", "STDQ"), asset("2", "PLUS")),
		"/assets/disassociate": give([]string{"u0"}, nil, asset("1", "STDQ")),
		"/assets/revoke":       object{"clientUserIds": []string{"u0", "gone"}},
	} {
		e := w.shaped("event", w.post(path, body))
		s := w.shaped("status", w.get("/status?eventId="+e.str("eventId")))
		if n := s.num("numCompleted"); n < 0 || n > s.num("numRequested") || (s.str("eventStatus") == "FAILED") != (s.Body["failures"] != nil) {
			t.Error(s.Raw)
		}
	}
}

// The table in 1.13 for every endpoint: 401 without and with bad tokens, 403 for readers, 405, 415, 404, each with Apple's error body.
func TestEveryEndpointRefuses(t *testing.T) {
	w := newWorld(t, applesim.Options{Quirks: applesim.Quirks{InvalidToken401: true, NoContentTypeRefused: true}})
	reader, err := w.MintToken(uid, applesim.TokenOptions{ReadOnly: true})
	w.must(err)
	expired, err := w.MintToken(uid, applesim.TokenOptions{ExpiresAt: time.Now().Add(-time.Hour)})
	w.must(err)
	revoked, err := w.MintToken(uid, applesim.TokenOptions{})
	w.must(err)
	w.must(w.RevokeToken(revoked.Content))
	ask := func(method, path, token, kind string, status, number int) {
		t.Helper()
		out, err := w.do(method, path, token, kind, object{})
		w.must(err)
		w.shaped("error", w.want(out, status, number))
	}
	paths := map[string]string{
		"/client/config": "GET POST", "/users": "GET", "/users/create": "POST", "/users/update": "POST", "/users/retire": "POST", "/assets": "GET",
		"/assets/associate": "POST", "/assets/disassociate": "POST", "/assets/revoke": "POST", "/assignments": "GET", "/status": "GET", "/service/config": "GET",
	}
	const kind = "application/json"
	for path, allowed := range paths {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			if !strings.Contains(allowed, method) {
				ask(method, path, w.token.Content, kind, 405, 9726)
				ask(method, path, "", "", 405, 9726)
				continue
			}
			if path == "/service/config" {
				continue // without a token, and with any
			}
			ask(method, path, "", kind, 401, 9601)
			ask(method, path, "made up", kind, 401, 9722)
			ask(method, path, "bm9ib2R5", kind, 401, 9622)
			ask(method, path, expired.Content, kind, 401, 9621)
			ask(method, path, revoked.Content, kind, 401, 9625)
			if method == "POST" {
				ask(method, path, reader.Content, kind, 403, 9637)
				for _, other := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"} {
					ask(method, path, w.token.Content, other, 415, 9727)
				}
			}
		}
	}
	out, err := w.do("DELETE", "/client/config", w.token.Content, "", nil)
	if w.must(err); out.Header.Get("Allow") != "GET, POST" {
		t.Error(out.Header)
	}
	for _, path := range []string{"", "/", "/assets/", "/nothing", "/users/create/x"} {
		if out := w.get(path); out.Status != 404 {
			t.Error(path, out.Status)
		}
	}
}

// Sections 1.13 and 7: the other ways in which refusals arrive.
func TestRefusalQuirks(t *testing.T) {
	w := newWorld(t, applesim.Options{Quirks: applesim.Quirks{AuthErrorsIn200: true}})
	out, err := w.do("GET", "/assets", "", "", nil)
	w.must(err)
	w.want(out, 200, 9601)
	w.SetQuirks(applesim.Quirks{Empty401: true, InvalidToken401: true})
	out, err = w.do("GET", "/assets", "bm9ib2R5", "", nil)
	if w.must(err); out.Status != 401 || out.Raw != "" {
		t.Error(out)
	}
}

// Over TLS every address handed out is https, the invitation's too: there are clients that follow no other.
func TestAddressesOverTLS(t *testing.T) {
	w := newWorld(t, applesim.Options{})
	s := httptest.NewTLSServer(w.Apple)
	defer s.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/mdm/v2/service/config", nil)
	w.must(err)
	res, err := s.Client().Do(req)
	w.must(err)
	defer res.Body.Close()
	var config struct{ URLs map[string]string }
	w.must(json.NewDecoder(res.Body).Decode(&config))
	for name, text := range config.URLs {
		if !strings.HasPrefix(text, s.URL+"/") {
			t.Error(name, text)
		}
	}
	if len(config.URLs) != 13 {
		t.Error(config.URLs)
	}
}

// Section 5's invariants of service/config: a client walks by its addresses alone.
func TestServiceConfigLeadsEverywhere(t *testing.T) {
	w := handed(t, applesim.Options{Limits: applesim.DocumentedLimits()})
	out := w.want(w.get("/service/config"), 200, 0)
	for name, n := range out.Body["limits"].(map[string]any) {
		if n.(float64) <= 0 {
			t.Error(name, n)
		}
	}
	urls := out.Body["urls"].(map[string]any)
	for _, name := range []string{"clientConfig", "getUsers", "getAssets", "getAssignments"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, urls[name].(string), nil)
		w.must(err)
		req.Header.Set("Authorization", "Bearer "+w.token.Content)
		page, err := w.send(req)
		w.must(err)
		w.want(page, 200, 0)
		if page.str("uId") == "" {
			t.Error(name, page.Raw)
		}
	}
}
