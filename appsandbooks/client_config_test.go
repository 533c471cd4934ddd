package appsandbooks_test

import (
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
