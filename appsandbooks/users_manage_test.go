package appsandbooks_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

func TestManageUsers(t *testing.T) {
	a := newApple(t)
	for _, path := range []string{"/users/create", "/users/update", "/users/retire"} {
		a.answer(path, 200, okEvent)
	}
	c, _ := newClient(t, a)
	users := []appsandbooks.RequestUser{{ClientUserID: "a", Email: "a@example.com"}, {ClientUserID: "b", ManagedAppleID: "b@example.com"}}
	e, err := c.CreateUsers(t.Context(), users)
	if err != nil || e.EventID != "event-1" || e.UID != "2222222222222222" {
		t.Fatalf("%+v, %v", e, err)
	}
	if _, err := c.UpdateUsers(t.Context(), users[:1]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.RetireUsers(t.Context(), []string{"a"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`POST /users/create {"users":[{"clientUserId":"a","email":"a@example.com"},{"clientUserId":"b","managedAppleId":"b@example.com"}]}`,
		`POST /users/update {"users":[{"clientUserId":"a","email":"a@example.com"}]}`,
		`POST /users/retire {"users":[{"clientUserId":"a"}]}`,
	}
	if diff := cmp.Diff(want, a.calls()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// What Apple would refuse is refused unsent, in Apple's numbers.
func TestManageUsersRefuses(t *testing.T) {
	a := newApple(t)
	c, _ := newClient(t, a)
	for number, users := range map[appsandbooks.ErrorNumber][]appsandbooks.RequestUser{
		9720: nil,
		9714: {{ClientUserID: "a"}, {ClientUserID: "b"}, {ClientUserID: "c"}, {ClientUserID: "d"}},
		9715: {{ClientUserID: "a"}, {ClientUserID: "a"}},
		9602: {{Email: "a@example.com"}},
	} {
		_, err := c.CreateUsers(t.Context(), users)
		if e, ok := errors.AsType[*appsandbooks.Error](err); !ok || e.Number != number || e.HTTPStatus != 0 {
			t.Errorf("%d: got %v", number, err)
		}
	}
	if n := len(a.calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}
