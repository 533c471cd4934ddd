package program_test

import (
	"fmt"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-48: whatever Apple notifies of, a read is woken, once for each: a body
// that cannot be read, or a word that nobody knows, must not cost a day.
func TestNotifiedOfAnything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.settle(t)
		w.announced(t)
		const envelope = `{"notificationId":"%d","notificationType":%q,"uId":%q,"notification":%s}`
		for i, c := range []struct {
			kind, body      string
			users, licenses bool
		}{
			{"USER_ASSOCIATED", `{"associatedUsers":7}`, true, false},
			{"USER_MANAGEMENT", `"hush"`, true, false},
			{"ASSET_MANAGEMENT", `{"assignments":[{"adamId":true}]}`, false, true},
			{"ASSET_COUNT", `null`, false, true},
			{"UNLIMITED_ASSET", `{}`, false, true},
			{"SOMETHING_NEW", `[1]`, true, true},
		} {
			for _, fresh := range []bool{true, false} {
				storetest.Exec(t, w.db, "UPDATE tenders SET read_wanted_at = 0, library_wanted_at = 0")
				if err := w.Notified(t.Context(), school, "secret", fmt.Appendf(nil, envelope, i, c.kind, w.uid, c.body)); err != nil {
					t.Fatalf("%s: %v", c.kind, err)
				}
				users, err := w.db.ReadWanted(t.Context(), school)
				if err != nil {
					t.Fatal(err)
				}
				licenses, err := w.db.LibraryWanted(t.Context(), school)
				if err != nil || users.Since.IsZero() == (c.users && fresh) || licenses.Since.IsZero() == (c.licenses && fresh) {
					t.Errorf("%s, for the first time %v: users wanted at %s, licenses at %s, %v", c.kind, fresh, users.Since, licenses.Since, err)
				}
			}
		}
		for _, body := range []string{
			fmt.Sprintf(envelope, 99, "USER_ASSOCIATED", "another", `{"associatedUsers":[]}`),
			fmt.Sprintf(envelope, 98, "TEST_NOTIFICATION", "another", `null`),
			`{"notificationId":"97"}`, `<html>`,
		} {
			if err := w.Notified(t.Context(), school, "secret", []byte(body)); vpp.KindOf(err) != vpp.Invalid {
				t.Errorf("%s: %v", body, err)
			}
		}
	})
}
