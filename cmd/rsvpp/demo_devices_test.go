package main

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/client"
)

// The demo's devices are on the Devices page, show an invitation, and Accept
// on their own page makes the person registered.
func TestDemoDevices(t *testing.T) {
	t.Parallel()
	p := &cli{out: io.Discard, err: io.Discard}
	o := demoOptions{people: "calm", users: 12, devices: 5, seed: 1}
	options := o.stage(0)
	s, err := p.openStage(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if err := s.furnish(t.Context(), inventPeople(o.users, o.seed, peopleShares{})); err != nil {
		t.Fatal(err)
	}
	g, err := p.demoDevices(t.Context(), s, o, options)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	counts, err := s.client.CountDevices(t.Context())
	if err != nil || counts.Total != 5 {
		t.Fatal(counts, err)
	}
	phone := g.fleet.all[0]
	if _, err := s.client.Invite(t.Context(), client.InvitationRequest{Selection: client.Selection{Users: []string{phone.owner}}, Channel: "device"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the prompt", func() bool { return len(phone.Prompts()) == 1 })
	page := ask(t, http.MethodGet, g.url(), nil)
	if !strings.Contains(page, `name="do" value="accept"`) || !strings.Contains(page, "iPhone") || strings.Contains(page, "inviteCode") {
		t.Errorf("the page: %s", page)
	}
	if page = ask(t, http.MethodPost, g.url()+"devices/0/0", url.Values{"do": {"accept"}}); !strings.Contains(page, "accepted") {
		t.Errorf("after Accept: %s", page)
	}
	eventually(t, "the person to be registered", func() bool {
		story, err := s.client.Story(t.Context(), phone.owner, "")
		return err == nil && story.Place.VPPStatus == client.Registered
	})
}

func ask(t *testing.T, method, address string, form url.Values) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("%s %s answers %s, %v", method, address, answer.Status, err)
	}
	return string(body)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("waited for %s in vain", what)
}
