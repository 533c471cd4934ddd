package api_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// Apple's notifications are read page by page, the newest first (pain 28).
func TestNotificationsAPI(t *testing.T) {
	h := open(t)
	c := h.client()
	token, err := h.apple.MintToken(h.apple.Locations()[0].UID, applesim.TokenOptions{})
	must(t, err)
	l, err := c.AddLocation(t.Context(), client.File{Name: "a.vpptoken", Reader: strings.NewReader(token.Content)}, true)
	must(t, err)
	for _, id := range []string{"1", "2", "3"} {
		storetest.Exec(t, h.db, `INSERT INTO notification_log (id, location_id, at, apple_id, kind, outcome, problem, body, size)
			VALUES ($1, $2, 1, $1, 'NEW', 'anything', 'odd', '{}', 2)`, id, l.ID)
	}
	page, err := c.ListNotifications(t.Context(), l.ID, client.Page{Limit: 2})
	must(t, err)
	if len(page.Items) != 2 || page.Next != "2" || page.Items[0].AppleID != "3" || page.Items[0].Sentence == "" || page.Items[0].Problem != "odd" || page.Items[0].Body != "{}" || page.Items[0].At.IsZero() {
		t.Errorf("%+v", page)
	}
	var all []string
	for n, err := range c.Notifications(t.Context(), l.ID) {
		must(t, err)
		all = append(all, n.AppleID)
	}
	if strings.Join(all, " ") != "3 2 1" {
		t.Error(all)
	}
	if _, err := c.ListNotifications(t.Context(), "none", client.Page{}); err == nil {
		t.Error("of a location that is not")
	}
}
