package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// The demo's dozen has every kind, devices that come and go, and people who
// accept with another account than is signed in on their device, which stands
// among the conflicts (F-10).
func TestDemoDozen(t *testing.T) {
	t.Parallel()
	p := &cli{out: io.Discard, err: io.Discard}
	o := demoOptions{people: "calm", users: 60, devices: demoDozen, seed: 1}
	options := o.stage(0)
	options.settings["mdm-account-every"] = "2s"
	s, err := p.openStage(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.furnish(t.Context(), inventPeople(o.users, o.seed, peopleShares{managed: 15})); err != nil {
		t.Fatal(err)
	}
	g, err := p.demoDevices(t.Context(), s, o, options)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	page := ask(t, http.MethodGet, g.url(), nil)
	for _, words := range []string{"Shared iPad", "user enrollment", "NotNow", "Is switched off", "Removes its profile", "somebody else&#39;s account"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page lacks %q", words)
		}
	}

	const other, plain = 3, 0
	if g.toys[10].Kind != mdmtest.SharedIPad || len(g.toys[10].People) == 0 || g.toys[other].shopper != withAnother {
		t.Fatal("the dozen has changed")
	}
	people := client.Selection{Users: []string{g.toys[other].gadget.owner, g.toys[plain].gadget.owner}}
	if _, err := s.client.Invite(t.Context(), client.InvitationRequest{Selection: people, Channel: "device"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "both prompts", func() bool { return len(g.toys[other].Prompts())+len(g.toys[plain].Prompts()) == 2 })
	ask(t, http.MethodPost, g.url()+"devices/3/0", url.Values{"do": {"accept"}})
	ask(t, http.MethodPost, g.url()+"devices/0/0", url.Values{"do": {"accept"}})
	eventually(t, "the right and the wrong account", func() bool {
		right, err1 := s.client.ListDevices(t.Context(), client.DeviceFilter{Account: "right"}, client.Page{})
		wrong, err2 := s.client.ListConflicts(t.Context(), client.AccountOnDevice, "", client.Page{})
		return err1 == nil && err2 == nil && len(right.Items) == 1 && right.Items[0].UDID == g.toys[plain].UDID &&
			len(wrong.Items) == 1 && wrong.Items[0].Device.Name == g.toys[other].Name
	})

	here := func() bool { return g.known(t, s, g.toys[plain].UDID) }
	if page = ask(t, http.MethodPost, g.url()+"devices/0/manner", url.Values{"do": {"gone"}}); !strings.Contains(page, "Has left") || here() {
		t.Errorf("after its profile was removed: %s", page)
	}
	ask(t, http.MethodPost, g.url()+"devices/0/manner", url.Values{"do": {"answer"}})
	eventually(t, "the device to be back", here)
	ask(t, http.MethodPost, g.url()+"devices/0/manner", url.Values{"do": {"refuse"}})
	if g.toys[plain].Do.Refuse != mdmtest.RefuseLink {
		t.Error("it does not refuse")
	}
}

// known says whether a device is enrolled, by our server.
func (g *playground) known(t *testing.T, s *stage, udid string) bool {
	t.Helper()
	list, err := s.client.ListDevices(t.Context(), client.DeviceFilter{}, client.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list.Items {
		if d.UDID == udid {
			return d.GoneAt.IsZero()
		}
	}
	return false
}
