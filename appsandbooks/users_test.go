package appsandbooks_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func TestUsersPage(t *testing.T) {
	a := newApple(t)
	a.answer("/users", 200, `{"uId":"2222222222222222","mdmInfo":null,"tokenExpirationDate":"2031-02-03T04:05:06+0000",
		"users":[{"clientUserId":"a","email":"a@example.com","inviteCode":"00ff","status":"Registered"},
			{"clientUserId":"b","idHash":"not base64!","status":"Associated","news":{"x":[1]}},
			{"clientUserId":"a","status":"Retired","email":null},{"status":"Suspended"}],
		"currentPageIndex":1,"nextPageIndex":2,"totalPages":3,"size":4,"versionId":"v"}`)
	c, _ := newClient(t, a)
	page, err := c.Users(t.Context(), appsandbooks.UsersQuery{ActiveOnly: true, ClientUserID: "a b&c", PageIndex: 1, SinceVersionID: "s+/="})
	if err != nil {
		t.Fatal(err)
	}
	want := []appsandbooks.User{
		{ClientUserID: "a", Email: "a@example.com", InviteCode: "00ff", Status: appsandbooks.Registered},
		{ClientUserID: "b", IDHash: "not base64!", Status: appsandbooks.Associated},
		{ClientUserID: "a", Status: appsandbooks.Retired},
		{Status: "Suspended"},
	}
	if diff := cmp.Diff(want, page.Users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if page.MDMInfo != nil || page.UID != "2222222222222222" || *page.NextPageIndex != 2 || page.TotalPages != 3 || page.Size != 4 || page.VersionID != "v" {
		t.Errorf("%+v", page)
	}
	ask := "GET /users?activeOnly=true&clientUserId=a+b%26c&pageIndex=1&sinceVersionId=s%2B%2F%3D"
	if diff := cmp.Diff([]string{ask}, a.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestQueriesThatAreNotSent(t *testing.T) {
	a := newApple(t)
	c, _ := newClient(t, a)
	for _, q := range []appsandbooks.UsersQuery{{ActiveOnly: true, RetiredOnly: true}, {PageIndex: -1}} {
		if _, err := c.Users(t.Context(), q); err == nil {
			t.Errorf("%+v: no error", q)
		}
	}
	if n := len(a.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
