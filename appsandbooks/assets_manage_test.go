package appsandbooks_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func TestManageAssets(t *testing.T) {
	a := newApple(t)
	for _, path := range []string{"/assets/associate", "/assets/disassociate", "/assets/revoke"} {
		a.answer(path, 200, okEvent)
	}
	c, _ := newClient(t, a)
	given := []appsandbooks.AssetKey{{AdamID: "1"}, {AdamID: "1", PricingParam: appsandbooks.PLUS}}
	m := appsandbooks.ManageAssets{Assets: given, ClientUserIDs: []string{"a", "b"}, SerialNumbers: []string{"C02ABC"}}
	e, err := c.AssociateAssets(t.Context(), m)
	if err != nil || e.EventID != "event-1" || e.UID != "2222222222222222" {
		t.Fatalf("%+v, %v", e, err)
	}
	if given[0].PricingParam != "" {
		t.Error("the caller's assets were changed")
	}
	if _, err := c.DisassociateAssets(t.Context(), appsandbooks.ManageAssets{Assets: given[:1], SerialNumbers: []string{"C02ABC"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.RevokeAssets(t.Context(), appsandbooks.RevokeAssets{ClientUserIDs: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`POST /assets/associate {"assets":[{"adamId":"1","pricingParam":"STDQ"},{"adamId":"1","pricingParam":"PLUS"}],"clientUserIds":["a","b"],"serialNumbers":["C02ABC"]}`,
		`POST /assets/disassociate {"assets":[{"adamId":"1","pricingParam":"STDQ"}],"serialNumbers":["C02ABC"]}`,
		`POST /assets/revoke {"clientUserIds":["a"]}`,
	}
	if diff := cmp.Diff(want, a.calls()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// What Apple would refuse is refused unsent, in Apple's numbers (section 1.13).
func TestManageAssetsRefuses(t *testing.T) {
	a := newApple(t)
	a.limits = `{"maxAssets":2,"maxClientUserIds":3,"maxSerialNumbers":3,"maxRevokeClientUserIds":1,"maxRevokeSerialNumbers":1}`
	c, _ := newClient(t, a)
	one := []appsandbooks.AssetKey{{AdamID: "1"}}
	for _, tc := range []struct {
		name   string
		number appsandbooks.ErrorNumber
		assets []appsandbooks.AssetKey
		users  []string
		serial []string
	}{
		{"no assets", 9718, nil, []string{"a"}, nil},
		{"no targets", 9719, one, nil, []string{}},
		{"too many assets", 9700, []appsandbooks.AssetKey{{AdamID: "1"}, {AdamID: "2"}, {AdamID: "3"}}, []string{"a"}, nil},
		{"too many users", 9701, one, []string{"a", "b", "c", "d"}, nil},
		{"too many devices", 9702, one, []string{"a"}, []string{"a", "b", "c", "d"}},
		{"asset twice", 9703, []appsandbooks.AssetKey{{AdamID: "1"}, {AdamID: "1", PricingParam: "STDQ"}}, []string{"a"}, nil},
		{"user twice", 9704, one, []string{"a", "b", "a"}, nil},
		{"device twice", 9705, one, nil, []string{"a", "b", "a"}},
		{"asset without a name", 9602, []appsandbooks.AssetKey{{PricingParam: "STDQ"}}, []string{"a"}, nil},
		{"user without a name", 9602, one, []string{""}, nil},
		{"device without a name", 9602, one, nil, []string{""}},
	} {
		m := appsandbooks.ManageAssets{Assets: tc.assets, ClientUserIDs: tc.users, SerialNumbers: tc.serial}
		_, err := c.AssociateAssets(t.Context(), m)
		_, back := c.DisassociateAssets(t.Context(), m)
		for _, err := range []error{err, back} {
			if e, ok := errors.AsType[*appsandbooks.Error](err); !ok || e.Number != tc.number || e.HTTPStatus != 0 {
				t.Errorf("%s: got %v, want %d", tc.name, err, tc.number)
			}
		}
	}
	for number, r := range map[appsandbooks.ErrorNumber]appsandbooks.RevokeAssets{
		9719: {},
		9701: {ClientUserIDs: []string{"a", "b"}},
		9702: {SerialNumbers: []string{"a", "b"}},
	} {
		if _, err := c.RevokeAssets(t.Context(), r); !appsandbooks.IsNumber(err, number) {
			t.Errorf("revoke: got %v, want %d", err, number)
		}
	}
	if n := len(a.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
