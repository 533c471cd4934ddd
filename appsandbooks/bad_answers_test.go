package appsandbooks_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// everyCall is all that can be asked of Apple, with the path it goes to.
var everyCall = map[string]struct {
	path string
	ask  func(*testing.T, *appsandbooks.Client) error
}{
	"Users": {"/users", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
		return err
	}},
	"Assets": {"/assets", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.Assets(t.Context(), appsandbooks.AssetsQuery{})
		return err
	}},
	"Assignments": {"/assignments", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.Assignments(t.Context(), appsandbooks.AssignmentsQuery{})
		return err
	}},
	"CreateUsers": {"/users/create", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.CreateUsers(t.Context(), []appsandbooks.RequestUser{{ClientUserID: "a"}})
		return err
	}},
	"RetireUsers": {"/users/retire", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.RetireUsers(t.Context(), []string{"a"})
		return err
	}},
	"AssociateAssets": {"/assets/associate", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.AssociateAssets(t.Context(), appsandbooks.ManageAssets{Assets: []appsandbooks.AssetKey{{AdamID: "1"}}, ClientUserIDs: []string{"a"}})
		return err
	}},
	"RevokeAssets": {"/assets/revoke", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.RevokeAssets(t.Context(), appsandbooks.RevokeAssets{ClientUserIDs: []string{"a"}})
		return err
	}},
	"EventStatus": {"/status", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.EventStatus(t.Context(), "e")
		return err
	}},
	"ClientConfig": {"/client/config", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.ClientConfig(t.Context())
		return err
	}},
	"SetClientConfig": {"/client/config", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.SetClientConfig(t.Context(), appsandbooks.ClientConfigChange{MDMInfo: &appsandbooks.MDMInfo{ID: "1", Name: "n"}})
		return err
	}},
	"ServiceConfig": {"/service/config", func(t *testing.T, c *appsandbooks.Client) error {
		_, err := c.ServiceConfig(t.Context())
		return err
	}},
}

// Whatever answers in Apple's place: a clear error, nothing quoted from it, no
// crash. What may have been done is said to be unknown.
func TestEveryCallAgainstBadAnswers(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"uId":"2","users":[`)
		for range 1000 {
			_, _ = fmt.Fprint(w, strings.Repeat(`{"email":"hush-hush"},`, 100))
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"HTML":          status(200, "<!doctype html><title>hush-hush</title>"),
		"empty":         status(200, ""),
		"null":          status(200, "null"),
		"a list":        status(200, `["hush-hush"]`),
		"nothing in it": status(200, "{}"),
		"cut JSON":      status(200, `{"uId":"2","eventId":"e","eventStatus":"COMPLETE","users":[{"email":"hush-hush"`),
		"cut off":       half,
		"endless":       endless,
		"deep":          status(200, `{"uId":"2","x":`+strings.Repeat("[", 50_000)+strings.Repeat("]", 50_000)+"}"),
		"wrong types": status(200, `{"uId":2,"users":"hush-hush","assets":7,"assignments":{},"eventId":[],"eventStatus":{},
			"countryISO2ACode":1,"limits":7,"urls":"hush-hush","totalPages":"many","failures":"hush-hush","mdmInfo":"hush-hush"}`),
		"9622 within 200":           status(200, `{"errorNumber":9622,"errorMessage":"x","users":7}`),
		"the other shape with 200":  status(200, `{"errors":[{"code":"40300","title":"hm"}]}`),
		"a number beyond all bound": status(403, `{"errors":[{"code":"99999999999999999999","title":"hm"}]}`),
		"HTML with 403":             status(403, "<html>hush-hush"),
		"204":                       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"redirect":                  status(302, "", "Location", "https://elsewhere.example/hush-hush"),
	} {
		for call, k := range everyCall {
			t.Run(call+"/"+name, func(t *testing.T) {
				a := newApple(t)
				a.handle(k.path, h)
				c, _ := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.MaxBody, cfg.MaxWait = 200<<10, -1 })
				err := k.ask(t, c)
				if err == nil {
					t.Fatal("no error")
				}
				if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), bearer) {
					t.Errorf("the error tells too much: %v", err)
				}
				_, apples := errors.AsType[*appsandbooks.Error](err)
				post := !strings.Contains("Users Assets Assignments EventStatus ClientConfig ServiceConfig", call)
				refused := strings.Contains(name, "403") || name == "redirect" || name == "a number beyond all bound"
				if unknown := errors.Is(err, appsandbooks.ErrOutcomeUnknown); post && !apples && !refused && !unknown || !post && unknown {
					t.Errorf("is the outcome unknown? %v: %v", unknown, err)
				}
				if e, ok := errors.AsType[*appsandbooks.Error](err); ok && e.Number > 99999 {
					t.Errorf("the number is %d", e.Number)
				}
			})
		}
	}
}

// What Apple may add tomorrow does no harm today.
func TestUnknownWordsAreKept(t *testing.T) {
	a := newApple(t)
	a.answer("/users", 200, `{"uId":"2","users":[{"clientUserId":"a","status":"Suspended"}],"totalPages":1,"tokenExpirationDate":1927862400000}`)
	a.answer("/assets", 200, `{"uId":"2","assets":[{"adamId":1,"pricingParam":"GOLD","productType":"Film","supportedPlatforms":["teaOS"]}],"totalPages":1,"tokenExpirationDate":"soon"}`)
	a.answer("/assignments", 200, `{"uId":"2","assignments":[{"adamId":"1","groupId":"g","userStatus":"Suspended"}],"totalPages":1,"tokenExpirationDate":"1999-01-01T00:00:00+0000"}`)
	a.answer("/status", 200, `{"uId":"2","eventStatus":"PAUSED","eventType":"JUGGLE","failures":null}`)
	c, _ := newClient(t, a)
	users, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
	if err != nil || users.Users[0].Status != "Suspended" || !users.TokenExpirationDate.Time.IsZero() {
		t.Errorf("%+v, %v", users, err)
	}
	assets, err := c.Assets(t.Context(), appsandbooks.AssetsQuery{})
	if err != nil || assets.Assets[0].Key() != (appsandbooks.AssetKey{AdamID: "1", PricingParam: "GOLD"}) || assets.TokenExpirationDate.Text != "soon" {
		t.Errorf("%+v, %v", assets, err)
	}
	assignments, err := c.Assignments(t.Context(), appsandbooks.AssignmentsQuery{})
	if err != nil || assignments.Assignments[0].Key() != (appsandbooks.AssetKey{AdamID: "1", PricingParam: "STDQ"}) {
		t.Errorf("%+v, %v", assignments, err)
	}
	if past := assignments.TokenExpirationDate.Time; past.Year() != 1999 { // a token past its day by some clock is Apple's to refuse
		t.Errorf("%v", past)
	}
	event, err := c.EventStatus(t.Context(), "e")
	if err != nil || event.State != "PAUSED" || event.Type != "JUGGLE" {
		t.Errorf("%+v, %v", event, err)
	}
}

// Strange members of service config are as good as absent, and spoil nothing beside them.
func TestServiceConfigWithStrangeMembers(t *testing.T) {
	a := newApple(t)
	a.handle("/service/config", status(200, `{"limits":{"maxUsers":1,"maxNew":null,"maxOdd":"7","maxHalf":1.5},
		"urls":{"getUsers":"`+a.URL+`/users","news":null,"list":[],"getAssets":null},"errorCodes":null,"notificationTypes":["NEW"]}`))
	a.answer("/users", 200, okUsers)
	c, _ := newClient(t, a)
	s, err := c.ServiceConfig(t.Context())
	if err != nil || len(s.Limits) != 1 || s.Limit(appsandbooks.MaxUsers) != 1 || len(s.URLs) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
		t.Error(err)
	}
	_, err = c.Assets(t.Context(), appsandbooks.AssetsQuery{})
	if _, ok := errors.AsType[*appsandbooks.ServiceConfigError](err); !ok {
		t.Errorf("got %v", err)
	}
}

// Every address is checked: the token goes to no other host, whichever call names it.
func TestTokenGoesToNoOtherHost(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was called") }))
	defer elsewhere.Close()
	for _, key := range []string{
		"clientConfig", "getUsers", "createUsers", "updateUsers", "retireUsers", "getAssets", "associateAssets",
		"disassociateAssets", "revokeAssets", "getAssignments", "eventStatus",
	} {
		a := newApple(t)
		a.urls[key] = elsewhere.URL + "/x"
		c, _ := newClient(t, a)
		for name, k := range everyCall {
			if err := k.ask(t, c); err == nil {
				t.Errorf("%s elsewhere: %s works", key, name)
			} else if _, ok := errors.AsType[*appsandbooks.ServiceConfigError](err); !ok {
				t.Errorf("%s elsewhere: %s gives %v", key, name, err)
			}
		}
		if n := len(a.calls()); n != 0 {
			t.Errorf("%s elsewhere: %d calls", key, n)
		}
	}
}

// A server whose clock is hours away is waited for as long as it says, no longer.
func TestClocksThatDiffer(t *testing.T) {
	a := newApple(t)
	a.answers("/users", status(503, e9729, "Retry-After", "Sun, 02 Feb 2031 20:00:20 GMT", "Date", "Sun, 02 Feb 2031 20:00:00 GMT"), status(200, okUsers))
	c, ck := newClient(t, a)
	if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
		t.Fatal(err)
	}
	if got := ck.sleeps(); len(got) != 1 || got[0] != 20*time.Second {
		t.Errorf("slept %v", got)
	}
}
