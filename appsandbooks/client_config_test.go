package appsandbooks_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func TestClientConfig(t *testing.T) {
	a := newApple(t)
	a.answer("/client/config", 200, `{"uId":"2","countryISO2ACode":"US","defaultPlatform":"enterprisestore","locationName":"Head Office","websiteURL":"https://business.apple.com",
		"notificationUrl":"https://mdm.example/hook","notificationAuthToken":"hush","subscribedNotificationTypes":["USER_MANAGEMENT","NEW_ONE"],"mdmInfo":{"id":"1","name":"n","metadata":""}}`)
	c, _ := newClient(t, a)
	url, token := "https://mdm.example/hook", appsandbooks.Secret("hush")
	got, err := c.SetClientConfig(t.Context(), appsandbooks.ClientConfigChange{
		MDMInfo: &appsandbooks.MDMInfo{ID: "1", Name: "n"}, NotificationURL: &url, NotificationAuthToken: &token,
		NotificationTypes: []appsandbooks.NotificationType{appsandbooks.UserManagement},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &appsandbooks.ClientConfig{
		Envelope:         appsandbooks.Envelope{UID: "2", MDMInfo: &appsandbooks.MDMInfo{ID: "1", Name: "n"}},
		CountryISO2ACode: "US", DefaultPlatform: "enterprisestore", LocationName: "Head Office", WebsiteURL: "https://business.apple.com",
		NotificationURL: url, NotificationAuthToken: token,
		SubscribedNotificationTypes: []appsandbooks.NotificationType{appsandbooks.UserManagement, "NEW_ONE"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := c.SetClientConfig(t.Context(), appsandbooks.ClientConfigChange{NotificationTypes: []appsandbooks.NotificationType{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ClientConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	sent := []string{
		`POST /client/config {"mdmInfo":{"id":"1","name":"n","metadata":""},"notificationUrl":"https://mdm.example/hook","notificationAuthToken":"hush","notificationTypes":["USER_MANAGEMENT"]}`,
		`POST /client/config {"notificationTypes":[]}`,
		`GET /client/config`,
	}
	if diff := cmp.Diff(sent, a.calls()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// What Apple would refuse is refused unsent, in Apple's numbers (section 1.5).
func TestSetClientConfigRefuses(t *testing.T) {
	a := newApple(t)
	a.limits = `{"maxUsers":3,"maxNotificationLength":40,"maxMdmIdLength":4,"maxMdmNameLength":5,"maxMdmMetadataLength":6}`
	c, _ := newClient(t, a)
	notify := func(url string, token appsandbooks.Secret) appsandbooks.ClientConfigChange {
		return appsandbooks.ClientConfigChange{NotificationURL: &url, NotificationAuthToken: &token}
	}
	claim := func(id, name, metadata string) appsandbooks.ClientConfigChange {
		return appsandbooks.ClientConfigChange{MDMInfo: &appsandbooks.MDMInfo{ID: id, Name: name, Metadata: metadata}}
	}
	typed := notify("", "")
	typed.NotificationTypes = []appsandbooks.NotificationType{appsandbooks.AssetCount}
	const ok = "https://mdm.example/hook"
	for _, tc := range []struct {
		name   string
		number appsandbooks.ErrorNumber
		change appsandbooks.ClientConfigChange
	}{
		{"claim without id", 9723, claim("", "name", "m")},
		{"claim without name", 9723, claim("id", "", "m")},
		{"long id", 9724, claim("12345", "name", "")},
		{"long name", 9725, claim("id", "123456", "")},
		{"long metadata", 9713, claim("id", "name", "1234567")},
		{"url alone", 9710, appsandbooks.ClientConfigChange{NotificationURL: new(ok)}},
		{"token alone", 9710, appsandbooks.ClientConfigChange{NotificationAuthToken: new(appsandbooks.Secret("t"))}},
		{"url cleared alone", 9710, notify("", "t")},
		{"token cleared alone", 9710, notify(ok, "")},
		{"types without url", 9710, typed},
		{"long url", 9711, notify(ok+strings.Repeat("x", 40), "t")},
		{"long token", 9711, notify(ok, appsandbooks.Secret(strings.Repeat("x", 41)))},
		{"ftp", 9712, notify("ftp://mdm.example/hook", "t")},
		{"no url", 9712, notify("mdm.example/hook", "t")},
		{"a query", 9712, notify(ok+"?a=b", "t")},
		{"a user", 9712, notify("https://me@mdm.example/hook", "t")},
		{"a token of two lines", 9602, notify(ok, "two\nlines")},
	} {
		_, err := c.SetClientConfig(t.Context(), tc.change)
		if e, is := errors.AsType[*appsandbooks.Error](err); !is || e.Number != tc.number || e.HTTPStatus != 0 {
			t.Errorf("%s: got %v, want %d", tc.name, err, tc.number)
		}
	}
	if n := len(a.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// Characters are counted, not bytes; all empty clears; mdmInfo may be null.
func TestSetClientConfigAtTheEdge(t *testing.T) {
	a := newApple(t)
	a.limits = `{"maxUsers":3,"maxMdmNameLength":5}`
	a.answer("/client/config", 200, `{"uId":"2","mdmInfo":null,"countryISO2ACode":null}`)
	c, _ := newClient(t, a)
	for _, change := range []appsandbooks.ClientConfigChange{
		{MDMInfo: &appsandbooks.MDMInfo{ID: "id", Name: "äöüßé"}},
		{MDMInfo: &appsandbooks.MDMInfo{}},
		{NotificationURL: new(""), NotificationAuthToken: new(appsandbooks.Secret("")), NotificationTypes: []appsandbooks.NotificationType{}},
	} {
		got, err := c.SetClientConfig(t.Context(), change)
		if err != nil || got.MDMInfo != nil || got.UID != "2" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	sent := []string{
		`POST /client/config {"mdmInfo":{"id":"id","name":"äöüßé","metadata":""}}`,
		`POST /client/config {"mdmInfo":{"id":"","name":"","metadata":""}}`,
		`POST /client/config {"notificationUrl":"","notificationAuthToken":"","notificationTypes":[]}`,
	}
	if diff := cmp.Diff(sent, a.calls()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}
