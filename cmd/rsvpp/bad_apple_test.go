package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// Where Apple does not answer, or something else answers in its place, a token
// is refused with what to check, and nothing is stored.
func TestAppleUnreachable(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{bare: true, flags: map[string]string{"apple-url": fmt.Sprintf("http://127.0.0.1:%d/mdm/v2", closedPort())}})
	h.refused(h.send("POST", "/locations", h.token.Content), 503, "cannot be reached", "443", "not stored", "send it again")
	if l := h.place(); l.TokenState != "missing" {
		t.Errorf("the location is %+v", l)
	}
	h.pupils(1)
	h.refused(h.send("POST", "/locations/"+h.place().ID+"/check", nil), 409, "no content token")
	// A run is not started into the void, or says of everybody why not.
	a := h.send("POST", "/invitations", everybody{"selection": everybody{"all": true}})
	if a.status == 202 {
		var tasks api.List[api.Task]
		h.must("GET", "/tasks?kind=invite", nil, &tasks)
		task := h.finished(tasks.Items[0])
		if task.Done != 0 {
			t.Errorf("the run is %+v", task)
		}
		h.sentencesOf(task)
		return
	}
	h.refused(a, 409, "token")
}

// A token is being added while Apple answers nonsense: the sentence says who
// is to blame, and the next try goes.
func TestAppleAnswersNonsense(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault applesim.Fault
		word  string
	}{
		{applesim.HTMLIn200, "in Apple's place"},
		{applesim.TruncatedJSON, "Apple"},
		{applesim.ErrorIn200, "9603"},
		{applesim.Plain500, "Apple"},
		{applesim.Error9603, "9603"},
		{applesim.Busy503, "Apple"},
		{applesim.TooMany429, "Apple"},
		{applesim.CutBefore, "Apple"},
		{applesim.Hang, "Apple"},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			t.Parallel()
			h := openSite(t, siteOptions{
				bare: true, apple: applesim.Options{Faults: applesim.Faults{
					Chance: map[applesim.Fault]float64{c.fault: 1}, Run: 1 << 20, Total: 1 << 20, RetryAfter: 30 * time.Second, Hang: 20 * time.Second,
				}},
				flags: map[string]string{"take-over-after": "3s"},
			})
			began := time.Now()
			status := 503
			if c.fault == applesim.TooMany429 {
				status = 429
			}
			h.refused(h.send("POST", "/locations", h.token.Content), status, c.word, "not stored", "send it again")
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("the administrator waited %s", took)
			}
			if l := h.place(); l.TokenState != "missing" {
				t.Errorf("the location is %+v", l)
			}
			h.apple.SetFaults(applesim.FaultsNone())
			h.must("POST", "/locations?consent=true", h.token.Content, nil)
		})
	}
}

// Whatever Apple does in a campaign, on both databases: in the end everybody
// is invited, once, and what we show equals Apple's truth person by person.
func TestCampaignOnBadDays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		every := []applesim.Endpoint{applesim.ServiceConfig, applesim.UsersCreate, applesim.UsersRead, applesim.EventStatus}
		create := []applesim.Endpoint{applesim.UsersCreate}
		for _, c := range []struct {
			name   string
			where  []applesim.Endpoint
			faults []applesim.Fault
		}{
			{"500 and 9603", every, []applesim.Fault{applesim.Plain500, applesim.Error9603, applesim.ErrorIn200}},
			{"wait", every, []applesim.Fault{applesim.Busy503, applesim.TooMany429}},
			{"wait until", create, []applesim.Fault{applesim.Busy503Date, applesim.TooMany429In}},
			{"nonsense", every, []applesim.Fault{applesim.HTMLIn200, applesim.TruncatedJSON, applesim.CutBefore}},
			{"answer lost", create, []applesim.Fault{applesim.CutAfter, applesim.HTMLAfter, applesim.LateAnswer, applesim.Hang}},
			{"event lost", create, []applesim.Fault{applesim.EventLost, applesim.EventForgotten, applesim.EventLost}},
			{"event stuck", create, []applesim.Fault{applesim.EventStuck, applesim.EventMaintenance, applesim.ItemFailed}},
		} {
			t.Run(c.name, func(t *testing.T) {
				own := "" // each its own database
				if strings.HasPrefix(url, "postgres") {
					own = storetest.Postgres(t)
				}
				t.Parallel()
				h := openSite(t, siteOptions{database: own, flags: map[string]string{"take-over-after": "4s"}, apple: applesim.Options{
					Limits: slowLimits(50),
					Faults: applesim.Faults{RetryAfter: time.Second, Hang: 3 * time.Second},
				}})
				h.pupils(250)
				for _, e := range c.where {
					h.apple.Inject(e, c.faults...)
				}
				task := h.inviting()
				h.mended(task, 250)
				if n := h.apple.CountUsers(h.uid)[applesim.Registered]; n != 250 {
					t.Errorf("Apple has %d records", n)
				}
				for _, f := range c.faults {
					if h.apple.Calls().ByFault[f] == 0 {
						t.Errorf("the fault %q did not strike", f)
					}
				}
			})
		}
	})
}

// The token is revoked in the middle of a campaign: it stops with the reason,
// nothing is lost, and with the renewed token it goes on where it stopped.
func TestTokenRevokedInCampaign(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		h := openSite(t, siteOptions{database: url, apple: applesim.Options{Limits: slowLimits(10), EventDelay: applesim.Range{Min: 50 * time.Millisecond, Max: 100 * time.Millisecond}}})
		h.pupils(300)
		task := h.inviting()
		records := func() int { return h.apple.CountUsers(h.uid)[applesim.Registered] }
		h.until("Apple has some of the people", func() bool { return records() >= 100 })
		if err := h.apple.RevokeToken(h.token.Content); err != nil {
			t.Fatal(err)
		}
		h.until("the location says so", func() bool { return h.place().TokenState == "revoked" })
		l := h.place()
		h.sentence(l.ReadProblem, "revoked", "newest token")
		if task = h.task(task.ID); task.Finished || task.Failed != 0 {
			t.Errorf("the task gave up: %+v", task)
		}
		if n := records(); n == 300 {
			t.Error("the token was revoked after the campaign")
		}
		// Who asks meanwhile hears the same.
		h.refused(h.send("POST", "/locations/"+l.ID+"/check", nil), 403, "revoked")
		h.must("PUT", "/locations/"+l.ID+"/token", h.mint(applesim.TokenOptions{}).Content, nil)
		if l := h.place(); l.TokenState != "valid" {
			t.Errorf("after the renewal: %+v", l)
		}
		h.mended(task, 300)
		if l := h.place(); l.ReadProblem != "" {
			t.Errorf("the location still says %q", l.ReadProblem)
		}
	})
}

func slowLimits(perCall int) applesim.Limits {
	l := applesim.UnlimitedRate()
	l.MaxUsers, l.MaxRequestPerSecond = perCall, 20
	return l
}

// A Managed Apple Account that cannot be linked does not stop anybody: who has
// an address is invited instead, who has none gets the reason (9635, 9641).
func TestManagedAccountsFallBack(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{place: applesim.Location{Name: "North School", ManagedDomains: []string{"managed.example"}, BlockedAccounts: []string{"blocked@managed.example", "bare@managed.example"}}})
	add := func(id, email, account string) {
		h.must("POST", "/users", everybody{"external_id": id, "full_name": "Person " + id, "email": email, "managed_apple_id": account}, nil)
	}
	add("good", "good@north.example", "good@managed.example")
	add("foreign", "foreign@north.example", "x@elsewhere.example") // 9635
	add("blocked", "blocked@north.example", "blocked@managed.example")
	add("bare", "", "bare@managed.example")                      // 9635, no address
	add("twin", "twin@north.example", "taken@managed.example")   // one of the two gets 9641
	add("twin2", "twin2@north.example", "taken@managed.example") //
	for i := range 20 {
		add(fmt.Sprint("p", i), fmt.Sprintf("p%d@north.example", i), "")
	}
	task := h.finished(h.inviting())
	if task.Failed != 1 || task.Done != 25 {
		t.Errorf("the run is %+v", task)
	}
	for _, i := range h.items(task) {
		if i.FullName == "Person bare" {
			h.sentence(i.Detail, "Managed Apple Account", "invite the person by e-mail")
		} else if i.State != "done" {
			t.Errorf("%s: %s %s", i.FullName, i.State, i.Detail)
		}
	}
	fell := 0
	for _, p := range h.people() {
		want := "invited"
		switch p.ExternalID {
		case "good":
			want = "registered"
		case "bare":
			want = "not_invited"
		case "twin", "twin2":
			if p.VPPStatus == "registered" {
				continue
			}
		}
		if p.VPPStatus != want {
			t.Errorf("%s is %s, want %s", p.FullName, p.VPPStatus, want)
		}
		if p.ManagedError == 9635 || p.ManagedError == 9641 {
			fell++
			var story api.Story
			h.must("GET", "/users/"+p.ID+"/story", nil, &story)
			told := false
			for _, e := range story.Events {
				told = told || strings.Contains(e.Title+e.Detail, "Managed Apple Account")
			}
			if !told {
				t.Errorf("nobody says why %s was invited instead: %+v", p.FullName, story.Events)
			}
		}
	}
	if fell != 3 && fell != 4 {
		t.Errorf("%d fell back", fell)
	}
	h.truth()
}
