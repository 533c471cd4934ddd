package appsandbooks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

// Section 1.7: every parameter, every field, and the three ways of the unlimited.
func TestAssetsPage(t *testing.T) {
	a := newApple(t)
	a.answer("/assets", 200, `{"uId":"2222222222222222","assets":[
			{"adamId":"408709785","pricingParam":"STDQ","productType":"App","assignedCount":3,"availableCount":6,"retiredCount":1,"totalCount":10,
			 "deviceAssignable":true,"revocable":true,"supportedPlatforms":["iOS","visionOS","teaOS"],"news":{"x":[1]}},
			{"adamId":"1","pricingParam":"STDQ","productType":"App","assignedCount":7,"availableCount":2147483647,"totalCount":2147483647}],
		"unlimitedAssets":[{"adamId":"2","pricingParam":"PLUS","productType":"Book","assignedCount":1,"supportedPlatforms":null}],
		"currentPageIndex":1,"nextPageIndex":2,"totalPages":3,"size":3,"versionId":"v"}`)
	c, _ := newClient(t, a)
	page, err := c.Assets(t.Context(), appsandbooks.AssetsQuery{
		AdamID: "408709785", PricingParam: appsandbooks.STDQ, ProductType: appsandbooks.App, Revocable: new(true), DeviceAssignable: new(false),
		MinAvailableCount: new(0), MaxAvailableCount: new(9), MinAssignedCount: new(1), MaxAssignedCount: new(1), Unlimited: new(true), PageIndex: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []appsandbooks.Asset{
		{
			AdamID: "408709785", PricingParam: "STDQ", ProductType: "App", AssignedCount: 3, AvailableCount: 6, RetiredCount: 1, TotalCount: 10,
			DeviceAssignable: true, Revocable: true, SupportedPlatforms: []string{"iOS", "visionOS", "teaOS"},
		},
		{AdamID: "1", PricingParam: "STDQ", ProductType: "App", AssignedCount: 7, AvailableCount: 2147483647, TotalCount: 2147483647, Unlimited: true},
		{AdamID: "2", PricingParam: "PLUS", ProductType: "Book", AssignedCount: 1, Unlimited: true},
	}
	if diff := cmp.Diff(want, page.Assets); diff != "" {
		t.Errorf("assets (-want +got):\n%s", diff)
	}
	if page.UID != "2222222222222222" || *page.NextPageIndex != 2 || page.TotalPages != 3 || page.VersionID != "v" {
		t.Errorf("%+v", page)
	}
	ask := "GET /assets?adamId=408709785&deviceAssignable=false&maxAssignedCount=1&maxAvailableCount=9&minAssignedCount=1&minAvailableCount=0" +
		"&pageIndex=1&pricingParam=STDQ&productType=App&revocable=true&unlimited=true"
	if diff := cmp.Diff([]string{ask}, a.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestAssignmentsPage(t *testing.T) {
	a := newApple(t)
	a.answer("/assignments", 200, `{"uId":"2222222222222222","assignments":[
			{"adamId":"1","pricingParam":"STDQ","clientUserId":"a","idHash":"h","userStatus":"Associated"},
			{"adamId":"1","pricingParam":"STDQ","serialNumber":"C02ABC","clientUserId":null}],
		"currentPageIndex":0,"totalPages":1,"size":2,"versionId":"v"}`)
	c, _ := newClient(t, a)
	page, err := c.Assignments(t.Context(), appsandbooks.AssignmentsQuery{
		AdamID: "1", PricingParam: appsandbooks.PLUS, ClientUserID: "a", ExcludeInactiveUsers: true, IncludeUserState: true, SinceVersionID: "s",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []appsandbooks.Assignment{
		{AdamID: "1", PricingParam: "STDQ", ClientUserID: "a", IDHash: "h", UserStatus: appsandbooks.Associated},
		{AdamID: "1", PricingParam: "STDQ", SerialNumber: "C02ABC"},
	}
	if diff := cmp.Diff(want, page.Assignments); diff != "" {
		t.Errorf("assignments (-want +got):\n%s", diff)
	}
	if _, err := c.Assignments(t.Context(), appsandbooks.AssignmentsQuery{SerialNumber: "C02ABC"}); err != nil {
		t.Fatal(err)
	}
	asked := []string{
		"GET /assignments?adamId=1&clientUserId=a&excludeInactiveUsers=true&includeUserState=true&pricingParam=PLUS&sinceVersionId=s",
		"GET /assignments?serialNumber=C02ABC",
	}
	if diff := cmp.Diff(asked, a.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestAssetQueriesThatAreNotSent(t *testing.T) {
	a := newApple(t)
	c, _ := newClient(t, a)
	for _, q := range []appsandbooks.AssetsQuery{
		{PageIndex: -1}, {MinAssignedCount: new(-1)}, {MaxAvailableCount: new(1 << 31)}, {MinAvailableCount: new(2), MaxAvailableCount: new(1)},
	} {
		if _, err := c.Assets(t.Context(), q); err == nil {
			t.Errorf("%+v: no error", q)
		}
	}
	for _, q := range []appsandbooks.AssignmentsQuery{{PageIndex: -1}, {ClientUserID: "a", SerialNumber: "b"}} {
		if _, err := c.Assignments(t.Context(), q); err == nil {
			t.Errorf("%+v: no error", q)
		}
	}
	if n := len(a.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
