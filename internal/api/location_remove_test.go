package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// What removing a location would do is told, and done; one whose token is dead
// goes only without telling Apple.
func TestRemoveLocationAPI(t *testing.T) {
	h := open(t)
	c := h.client()
	token, err := h.apple.MintToken(h.apple.Locations()[0].UID, applesim.TokenOptions{})
	must(t, err)
	l, err := c.AddLocation(t.Context(), client.File{Name: "a.vpptoken", Reader: strings.NewReader(token.Content)}, true)
	must(t, err)
	before, err := c.PreviewRemoveLocation(t.Context(), l.ID)
	must(t, err)
	if before.Kept != "" || before.Untold != "" {
		t.Errorf("%+v", before)
	}
	must(t, h.apple.RevokeToken(token.Content))
	_, err = c.CheckLocation(t.Context(), l.ID)
	if err == nil {
		t.Fatal("a dead token passes")
	}
	before, err = c.PreviewRemoveLocation(t.Context(), l.ID)
	must(t, err)
	err = c.RemoveLocation(t.Context(), l.ID, false)
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != http.StatusConflict || p.Field != "without_apple" || p.Detail != before.Untold || before.Untold == "" {
		t.Errorf("%+v", err)
	}
	must(t, c.RemoveLocation(t.Context(), l.ID, true))
	all, err := c.Locations(t.Context())
	must(t, err)
	if len(all) != 1 || all[0].UID != "" || !all[0].Default || all[0].ID == l.ID {
		t.Errorf("%+v", all)
	}
}
