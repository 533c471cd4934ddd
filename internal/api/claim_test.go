package api_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
)

// F-56 through the API: who has a location is told, and it is taken only from
// the server that was seen.
func TestClaimAPI(t *testing.T) {
	h := open(t)
	c := h.client()
	token, err := h.apple.MintToken(h.apple.Locations()[0].UID, applesim.TokenOptions{})
	must(t, err)
	claim := func(id string) {
		t.Helper()
		other, err := appsandbooks.New(appsandbooks.Config{BaseURL: h.apple.BaseURL(), Token: appsandbooks.Secret(token.Content)})
		must(t, err)
		_, err = other.SetClientConfig(t.Context(), appsandbooks.ClientConfigChange{MDMInfo: &appsandbooks.MDMInfo{ID: id, Name: "MDM " + id}})
		must(t, err)
	}
	refused := func(err error, field, part string) {
		t.Helper()
		p, ok := errors.AsType[*client.Problem](err)
		if !ok || p.Status != http.StatusConflict || p.Field != field || !strings.Contains(p.Detail, part) {
			t.Errorf("%+v", err)
		}
	}
	file := func() client.File { return client.File{Name: "a.vpptoken", Reader: strings.NewReader(token.Content)} }

	claim("other")
	_, err = c.AddLocation(t.Context(), file(), true)
	refused(err, "claim", "“MDM other” manages Example School")
	l, err := c.TakeOverLocation(t.Context(), file(), true)
	must(t, err)
	if l.ClaimState != "others" || l.Claim == nil || l.Claim.Name != "MDM other" || l.Elsewhere == "" { // cmd's room takes it over at once
		t.Errorf("%+v", l)
	}
	claim("third")
	l, err = c.TakeBack(t.Context(), l.ID, "other")
	refused(err, "claim", "Meanwhile “MDM third”")
	all, err := c.Locations(t.Context())
	must(t, err)
	l, err = c.TakeBack(t.Context(), all[0].ID, all[0].Claim.ID)
	must(t, err)
	if l.ClaimState != "ours" || !l.ReadFirst || l.Elsewhere != "" || l.ClaimedAt.IsZero() {
		t.Errorf("%+v", l)
	}
	_, err = c.TakeBack(t.Context(), l.ID, "third")
	refused(err, "claim", "nobody to take it back from")

	l, err = c.MoveOut(t.Context(), l.ID)
	must(t, err)
	if l.ClaimState != "moved_out" || l.MovedAt.IsZero() {
		t.Errorf("%+v", l)
	}
	var out bytes.Buffer
	must(t, c.HandOver(t.Context(), l.ID, &out))
	key, err := c.Signer(t.Context())
	must(t, err)
	i, err := c.MoveIn(t.Context(), l.ID, key, client.File{Name: "x.jsonl", Reader: &out})
	if err == nil || i.ID != "" { // nobody is in it
		t.Errorf("a file without people: %+v %v", i, err)
	}
}
