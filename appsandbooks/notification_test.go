package appsandbooks_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func notification(kind, body string) string {
	return `{"notificationId":"n","notificationType":"` + kind + `","uId":"2","news":[{}],"notification":` + body + `}`
}

// Section 1.11, every type, and what has been seen besides Apple's pages.
var notifications = []struct {
	kind, body string
	want       appsandbooks.Notification
}{
	{"TEST_NOTIFICATION", `{}`, appsandbooks.Notification{}},
	{"UNLIMITED_ASSET", `{"what":["Apple","does"],"not":"say"}`, appsandbooks.Notification{}},
	{"SOMETHING_NEW", `null`, appsandbooks.Notification{}},
	{
		"USER_MANAGEMENT", `{"eventId":"e","type":"CREATE","result":"FAILURE","users":[{"clientUserId":"a","inviteCode":"00ff","status":"Registered"}],"error":{"errorNumber":9641,"errorMessage":"bound"},"news":1}`,
		appsandbooks.Notification{Managed: &appsandbooks.ManagedUsers{
			Outcome: appsandbooks.Outcome{
				EventID: "e", Type: appsandbooks.Create, Result: appsandbooks.Failure,
				Error: &appsandbooks.Error{Number: appsandbooks.AccountAlreadyBound, Message: "bound"},
			},
			Users: []appsandbooks.User{{ClientUserID: "a", InviteCode: "00ff", Status: appsandbooks.Registered}},
		}},
	},
	{
		"USER_ASSOCIATED", `{"associatedUsers":[{"clientUserId":"a","email":"a@example.com","idHash":"h","inviteCode":"00ff","status":"Associated"}]}`,
		appsandbooks.Notification{Associated: &appsandbooks.AssociatedUsers{
			Users: []appsandbooks.User{{ClientUserID: "a", Email: "a@example.com", IDHash: "h", InviteCode: "00ff", Status: appsandbooks.Associated}},
		}},
	},
	{
		"ASSET_MANAGEMENT", `{"assignments":[{"adamId":"1","pricingParam":"STDQ","serialNumber":"C02"},{"adamId":2,"clientUserId":"a","pricingParam":"PLUS"}],"eventId":"e","result":"SUCCESS","type":"REVOKE","error":null}`,
		appsandbooks.Notification{ManagedAssets: &appsandbooks.ManagedAssets{
			Outcome: appsandbooks.Outcome{EventID: "e", Type: appsandbooks.Revoke, Result: appsandbooks.Success},
			Assignments: []appsandbooks.Assignment{
				{AdamID: "1", PricingParam: "STDQ", SerialNumber: "C02"}, {AdamID: "2", PricingParam: "PLUS", ClientUserID: "a"},
			},
		}},
	},
	{
		"ASSET_MANAGEMENT", `{"eventId":"e","type":"ASSOCIATE","result":"FAILURE","failures":[{"errorNumber":9709,"errorMessage":"none left","errorInfo":{"assets":[{"adamId":1,"pricingParam":"STDQ"}],"serialNumbers":["C02"]}}]}`,
		appsandbooks.Notification{ManagedAssets: &appsandbooks.ManagedAssets{Outcome: appsandbooks.Outcome{
			EventID: "e", Type: appsandbooks.Associate, Result: appsandbooks.Failure, Error: &noneLeft, Failures: []appsandbooks.Error{noneLeft},
		}}},
	},
	{
		"ASSET_COUNT", `{"adamId":"408709785","countDelta":-12,"pricingParam":"STDQ"}`,
		appsandbooks.Notification{AssetCount: &appsandbooks.AssetCountChange{Asset: appsandbooks.AssetKey{AdamID: "408709785", PricingParam: "STDQ"}, CountDelta: -12}},
	},
	{
		"ASSET_COUNT", `{"adamId":408709785,"countDelta":12}`,
		appsandbooks.Notification{AssetCount: &appsandbooks.AssetCountChange{Asset: appsandbooks.AssetKey{AdamID: "408709785"}, CountDelta: 12}},
	},
	{
		"SUBSCRIPTION_COUNT", `{"parentAdamId":54321,"adamId":12345,"counts":{"available":{"renewing":15,"expiring":5},"total":{"renewing":100,"expiring":20}}}`,
		appsandbooks.Notification{SubscriptionCount: seats("54321", "12345")},
	},
	{
		"SUBSCRIPTION_COUNT", `{"parentAdamId":"54321","adamId":"12345","counts":{"available":{"renewing":15,"expiring":5},"total":{"renewing":100,"expiring":20},"assigned":null}}`,
		appsandbooks.Notification{SubscriptionCount: seats("54321", "12345")},
	},
	{
		"SUBSCRIPTION_MANAGEMENT", `{"assignments":[{"adamId":12345,"clientUserId":"a","renewing":true},{"adamId":"12346","clientUserId":"b","renewing":false}],"eventId":"e","result":"SUCCESS","type":"DISASSOCIATE"}`,
		appsandbooks.Notification{ManagedSubscriptions: &appsandbooks.ManagedSubscriptions{
			Outcome:     appsandbooks.Outcome{EventID: "e", Type: appsandbooks.Disassociate, Result: appsandbooks.Success},
			Assignments: []appsandbooks.SubscriptionAssignment{{AdamID: "12345", ClientUserID: "a", Renewing: true}, {AdamID: "12346", ClientUserID: "b"}},
		}},
	},
}

var noneLeft = appsandbooks.Error{Number: appsandbooks.NotEnoughLicenses, Message: "none left", Info: appsandbooks.ErrorInfo{
	Assets: []appsandbooks.AssetKey{{AdamID: "1", PricingParam: "STDQ"}}, SerialNumbers: []string{"C02"},
}}

func seats(parent, adam string) *appsandbooks.SubscriptionSeats {
	s := &appsandbooks.SubscriptionSeats{ParentAdamID: parent, AdamID: adam}
	s.Counts.Available = appsandbooks.Seats{Renewing: 15, Expiring: 5}
	s.Counts.Total = appsandbooks.Seats{Renewing: 100, Expiring: 20}
	return s
}

func TestDecodeNotification(t *testing.T) {
	for _, tc := range notifications {
		got, err := appsandbooks.DecodeNotification([]byte(notification(tc.kind, tc.body)))
		if err != nil {
			t.Errorf("%s: %v", tc.kind, err)
			continue
		}
		want := tc.want
		want.ID, want.Type, want.UID, want.Raw = "n", appsandbooks.NotificationType(tc.kind), "2", appsandbooks.RawJSON(tc.body)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tc.kind, tc.body, diff)
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
		notification("USER_MANAGEMENT", `{"users":"hush"}`),
		notification("USER_MANAGEMENT", `{"users":[7]}`),
		notification("ASSET_COUNT", `{"adamId":"1","countDelta":"many"}`),
		notification("ASSET_COUNT", `{"adamId":1.5}`),
		notification("ASSET_COUNT", `[]`),
		notification("ASSET_MANAGEMENT", `{"assignments":[{"adamId":true}]}`),
		notification("SUBSCRIPTION_COUNT", `{"counts":7}`),
		notification("SUBSCRIPTION_MANAGEMENT", `{"assignments":[{"renewing":"yes"}]}`),
	} {
		_, err := appsandbooks.DecodeNotification([]byte(body))
		if _, ok := errors.AsType[*appsandbooks.NotificationError](err); !ok {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func FuzzDecodeNotification(f *testing.F) {
	for _, tc := range notifications {
		f.Add([]byte(notification(tc.kind, tc.body)))
	}
	f.Add([]byte("null"))
	f.Add([]byte("{"))
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
		filled := map[appsandbooks.NotificationType]bool{
			appsandbooks.UserManagement: n.Managed != nil, appsandbooks.UserAssociated: n.Associated != nil,
			appsandbooks.AssetManagement: n.ManagedAssets != nil, appsandbooks.AssetCount: n.AssetCount != nil,
			appsandbooks.SubscriptionManagement: n.ManagedSubscriptions != nil, appsandbooks.SubscriptionCount: n.SubscriptionCount != nil,
		}
		for kind, is := range filled {
			if is != (n.Type == kind) {
				t.Fatalf("the body does not fit the type: %+v", n)
			}
		}
	})
}
