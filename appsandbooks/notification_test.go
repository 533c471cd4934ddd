package appsandbooks_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

const (
	nTest       = `{"notificationId":"n1","notificationType":"TEST_NOTIFICATION","uId":"2","notification":{}}`
	nManaged    = `{"notificationId":"n2","notificationType":"USER_MANAGEMENT","uId":"2","notification":{"eventId":"e","type":"CREATE","result":"FAILURE","users":[{"clientUserId":"a","inviteCode":"00ff","status":"Registered"}],"error":{"errorNumber":9641,"errorMessage":"bound"}}}`
	nAssociated = `{"notificationId":"n3","notificationType":"USER_ASSOCIATED","uId":"2","notification":{"associatedUsers":[{"clientUserId":"a","email":"a@example.com","idHash":"h","inviteCode":"00ff","status":"Associated"}]}}`
	nAsset      = `{"notificationId":"n4","notificationType":"ASSET_COUNT","uId":"2","notification":{"adamId":"1","pricingParam":"STDQ","countDelta":-3}}`
	nNew        = `{"notificationId":"n5","notificationType":"SOMETHING_NEW","uId":"2"}`
)

func TestDecodeNotification(t *testing.T) {
	for _, tc := range []struct {
		body string
		want appsandbooks.Notification
	}{
		{nTest, appsandbooks.Notification{ID: "n1", Type: appsandbooks.TestNotification, UID: "2", Raw: appsandbooks.RawJSON("{}")}},
		{nManaged, appsandbooks.Notification{ID: "n2", Type: appsandbooks.UserManagement, UID: "2", Managed: &appsandbooks.ManagedUsers{
			EventID: "e", Type: appsandbooks.Create, Result: appsandbooks.Failure,
			Users: []appsandbooks.User{{ClientUserID: "a", InviteCode: "00ff", Status: appsandbooks.Registered}},
			Error: &appsandbooks.Error{Number: appsandbooks.AccountAlreadyBound, Message: "bound"},
		}}},
		{nAssociated, appsandbooks.Notification{ID: "n3", Type: appsandbooks.UserAssociated, UID: "2", Associated: &appsandbooks.AssociatedUsers{
			Users: []appsandbooks.User{{ClientUserID: "a", Email: "a@example.com", IDHash: "h", InviteCode: "00ff", Status: appsandbooks.Associated}},
		}}},
		{nAsset, appsandbooks.Notification{ID: "n4", Type: appsandbooks.AssetCount, UID: "2", Raw: appsandbooks.RawJSON(`{"adamId":"1","pricingParam":"STDQ","countDelta":-3}`)}},
		{nNew, appsandbooks.Notification{ID: "n5", Type: "SOMETHING_NEW", UID: "2"}},
	} {
		got, err := appsandbooks.DecodeNotification([]byte(tc.body))
		if err != nil {
			t.Fatalf("%s: %v", tc.want.Type, err)
		}
		if len(tc.want.Raw) == 0 && tc.want.Type != "SOMETHING_NEW" {
			if len(got.Raw) == 0 {
				t.Errorf("%s: the raw body is lost", tc.want.Type)
			}
			got.Raw = nil
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.want.Type, diff)
		}
	}
}

func TestNotNotifications(t *testing.T) {
	for _, body := range []string{
		"", "null", "[]", "<html>", `{"notificationId":`, "{}",
		`{"notificationId":"n","notificationType":"TEST_NOTIFICATION"}`,
		`{"notificationId":"n","uId":"2"}`,
		`{"notificationType":"TEST_NOTIFICATION","uId":"2"}`,
		`{"notificationId":1,"notificationType":"TEST_NOTIFICATION","uId":"2"}`,
		`{"notificationId":"n","notificationType":"USER_ASSOCIATED","uId":"2"}`,
		`{"notificationId":"n","notificationType":"USER_ASSOCIATED","uId":"2","notification":null}`,
		`{"notificationId":"n","notificationType":"USER_MANAGEMENT","uId":"2","notification":{"users":"hush"}}`,
	} {
		_, err := appsandbooks.DecodeNotification([]byte(body))
		if _, ok := errors.AsType[*appsandbooks.NotificationError](err); !ok {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func FuzzDecodeNotification(f *testing.F) {
	for _, s := range []string{nTest, nManaged, nAssociated, nAsset, nNew, "null", "{"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := appsandbooks.DecodeNotification(body)
		if err != nil {
			if _, ok := errors.AsType[*appsandbooks.NotificationError](err); !ok {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		if n.ID == "" || n.UID == "" || n.Type == "" {
			t.Fatalf("incomplete: %+v", n)
		}
		if (n.Type == appsandbooks.UserManagement) != (n.Managed != nil) || (n.Type == appsandbooks.UserAssociated) != (n.Associated != nil) {
			t.Fatalf("the body does not fit the type: %+v", n)
		}
	})
}
