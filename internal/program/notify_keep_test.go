package program_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Pain 28: what Apple sent is kept as it came, with what it woke or why
// nothing, the latest of each location; invite codes are not, and nothing at
// all of who does not know the secret.
func TestNotificationsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.settle(t)
		w.announced(t)
		const envelope = `{"notificationId":"%s","notificationType":%q,"uId":%q,"notification":%s}`
		send := func(secret, body string, kind vpp.Kind) {
			t.Helper()
			if err := w.Notified(t.Context(), school, secret, []byte(body)); (kind == "" && err != nil) || kind != "" && vpp.KindOf(err) != kind {
				t.Errorf("%s: %v", body, err)
			}
		}
		send("wrong", fmt.Sprintf(envelope, "forged", "USER_ASSOCIATED", w.uid, `{}`), vpp.Denied)
		people := `{ "associatedUsers" : [ {"clientUserId":"c1", "inviteCode" : "S3CR\"ET", "status":"Associated"} ] }`
		for _, id := range []string{"1", "1"} {
			send("secret", fmt.Sprintf(envelope, id, "USER_ASSOCIATED", w.uid, people), "")
		}
		send("secret", fmt.Sprintf(envelope, "2", "USER_MANAGEMENT", w.uid, `{"eventId":"e","result":"SUCCESS","type":"CREATE","users":[]}`), "")
		send("secret", fmt.Sprintf(envelope, "3", "ASSET_COUNT", w.uid, `null`), "")
		send("secret", fmt.Sprintf(envelope, "4", "SOMETHING_NEW", w.uid, `{"inviteUrl":"https://SECRET","n":[1`+"\x00"+`]}`), vpp.Invalid)
		send("secret", fmt.Sprintf(envelope, "5", "SOMETHING_NEW", w.uid, `{"codes":{"inviteCodes":["SECRET"]},"after":"SECRET"}`), "")
		send("secret", fmt.Sprintf(envelope, "6", "TEST_NOTIFICATION", w.uid, `null`), "")
		send("secret", fmt.Sprintf(envelope, "7", "ASSET_COUNT", "another", `{}`), vpp.Invalid)
		send("secret", `<html>`+strings.Repeat("é", 20_000), vpp.Invalid)

		var got []string
		page := vpp.Page{Limit: 4}
		for {
			list, err := w.Notifications(t.Context(), school, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range list.Items {
				got = append(got, fmt.Sprint(n.AppleID, " ", n.Type, " ", n.Outcome))
				if strings.Contains(n.Body, "SECRET") || strings.Contains(n.Body, "S3CR") || n.Outcome.Sentence() == "" || n.At.IsZero() || len(n.Body) > 16<<10 {
					t.Errorf("%+v", n)
				}
				switch n.AppleID {
				case "1":
					if want := fmt.Sprintf(envelope, "1", "USER_ASSOCIATED", w.uid, strings.Replace(people, `"S3CR\"ET"`, `"(not kept)"`, 1)); n.Body != want || n.Problem != "" {
						t.Errorf("kept %s, want %s; %s", n.Body, want, n.Problem)
					}
				case "3":
					if !strings.Contains(n.Problem, "its type ASSET_COUNT needs a body") {
						t.Errorf("%+v", n)
					}
				case "":
					if n.Problem == "" || n.Type == "" && n.Size != 6+40_000 && !strings.Contains(n.Body, "SOMETHING_NEW") {
						t.Errorf("%d %s", n.Size, n.Problem)
					}
				}
			}
			if page.After = list.Next; list.Next == "" {
				break
			}
		}
		want := []string{
			"  unreadable", "7 ASSET_COUNT elsewhere", "6 TEST_NOTIFICATION test", "5 SOMETHING_NEW anything", "  unreadable", "3 ASSET_COUNT licenses",
			"2 USER_MANAGEMENT event", "1 USER_ASSOCIATED repeat", "1 USER_ASSOCIATED users",
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("kept %q, want %q", got, want)
		}

		// The sweep leaves the latest of each location.
		storetest.Exec(t, w.db, "INSERT INTO locations (id, name, is_default, created_at) VALUES ('other', 'Other', FALSE, 1)")
		for i := range vpp.KeptNotifications + 5 {
			for _, l := range []vpp.LocationID{school, "other"} {
				storetest.Exec(t, w.db, `INSERT INTO notification_log (id, location_id, at, apple_id, kind, outcome, problem, body, size)
					VALUES ($1, $2, 1, '', '', 'test', '', '', 0)`, fmt.Sprintf("z%s%04d", l, i), string(l))
			}
		}
		if err := w.db.ForgetNotifications(t.Context(), time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		for _, l := range []vpp.LocationID{school, "other"} {
			list, err := w.Notifications(t.Context(), l, vpp.Page{Limit: 1000})
			if err != nil || len(list.Items) != vpp.KeptNotifications || list.Next != "" || list.Items[0].ID != fmt.Sprintf("z%s%04d", l, vpp.KeptNotifications+4) {
				t.Errorf("%d are kept: %v", len(list.Items), err)
			}
		}
		if _, err := w.Notifications(t.Context(), "none", vpp.Page{}); vpp.KindOf(err) != vpp.NotFound {
			t.Error(err)
		}
	})
}
