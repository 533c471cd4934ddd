package appsandbooks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func TestEventStatus(t *testing.T) {
	a := newApple(t)
	a.answer("/status", 200, `{"uId":"2","eventStatus":"FAILED","eventType":"CREATE","numRequested":3,"numCompleted":1,
		"failures":[{"errorNumber":9716,"errorMessage":"exists","errorInfo":{"clientUserIds":["a","b"],"assets":[{"adamId":"1","pricingParam":"STDQ"}]}},{"errorNumber":9999,"errorMessage":"new","errorInfo":null}]}`)
	c, _ := newClient(t, a)
	got, err := c.EventStatus(t.Context(), "event/1&x")
	if err != nil {
		t.Fatal(err)
	}
	want := &appsandbooks.EventStatus{
		Envelope: appsandbooks.Envelope{UID: "2"}, State: appsandbooks.Failed, Type: appsandbooks.Create, NumRequested: 3, NumCompleted: 1,
		Failures: []appsandbooks.Error{
			{Number: appsandbooks.UserAlreadyExists, Message: "exists", Info: appsandbooks.ErrorInfo{ClientUserIDs: []string{"a", "b"}, Assets: []appsandbooks.AssetKey{{AdamID: "1", PricingParam: "STDQ"}}}},
			{Number: 9999, Message: "new"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"GET /status?eventId=event%2F1%26x"}, a.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	a.answer("/status", 400, `{"errorNumber":9708}`)
	if _, err := c.EventStatus(t.Context(), "lost"); !appsandbooks.IsNumber(err, appsandbooks.EventNotFound) {
		t.Errorf("got %v", err)
	}
}
