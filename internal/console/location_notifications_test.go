package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Pain 28: what Apple told is shown as it came, behind the location's page, page
// by page.
func TestNotificationsPage(t *testing.T) {
	h := open(t)
	b := h.anna()
	token := h.token("Gymnasium Berlin", applesim.TokenOptions{})
	seen := b.upload("/locations/add", token.Content)
	path := b.post("/locations/add/confirm", "token", seen.hidden("token"), "consent", "1").header.Get("Location")
	b.get(path).says(http.StatusOK, path+"/notifications")
	b.get(path+"/notifications").says(http.StatusOK, "Apple does not notify this server")
	for i := range 60 {
		storetest.Exec(t, h.db, `INSERT INTO notification_log (id, location_id, at, apple_id, kind, outcome, problem, body, size)
			VALUES ($1, $2, 1, 'apple-id', 'USER_ASSOCIATED', $3, '', $4, 17)`, fmt.Sprintf("n%02d", i), strings.TrimPrefix(path, "/locations/"),
			string(vpp.NotedRepeat), fmt.Sprintf(`{"<b>number":%d}`, i))
	}
	first := b.get(path+"/notifications").says(http.StatusOK, "USER_ASSOCIATED", "Told before: nothing was done.", "apple-id", "{&#34;&lt;b&gt;number&#34;:59}", "17 bytes", "/notifications?after=n10")
	if strings.Contains(first.body, "number&#34;:9}") {
		t.Error("all on one page")
	}
	b.get(path+"/notifications?after=n10").says(http.StatusOK, "{&#34;&lt;b&gt;number&#34;:9}")
	b.get("/locations/none/notifications").says(http.StatusNotFound)
}
