package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The whole main job through the real rooms, on both databases: bring people
// in, invite them by mail, follow a link, and see who registered within two
// seconds because Apple said so (S0-11…S0-22).
func TestMainJob(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		apple, err := applesim.NewServer(applesim.Options{PlainHooks: true, EventDelay: applesim.Range{Max: 50 * time.Millisecond}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = apple.Close() })
		school, err := apple.AddLocation(applesim.Location{Name: "North School"})
		if err != nil {
			t.Fatal(err)
		}
		token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		post, err := mailtest.NewServer(mailtest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = post.Close() })
		v := startServer(t, map[string]string{"database": url, "apple-url": apple.BaseURL()})

		place, err := v.locations.Add(ctx, vpp.Server, []byte(token.Content), true)
		if err != nil {
			t.Fatal(err)
		}
		if place.Name != "North School" || place.NotifyURL == "" {
			t.Errorf("the location is %q, and Apple notifies %q", place.Name, place.NotifyURL)
		}
		err = v.invite.SaveMailSettings(ctx, vpp.Server, invite.MailSettings{
			Mode: "relay", Host: post.Host(), Port: post.Port(), Security: "none",
			FromName: "North School", FromAddress: "it@north.example",
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			in := vpp.UserInput{UserName: fmt.Sprint("pupil", i), FirstName: "Pupil", LastName: strconv.Itoa(i), Email: fmt.Sprintf("pupil%d@north.example", i)}
			if _, err := v.roster.Create(ctx, vpp.Server, "", in); err != nil {
				t.Fatal(err)
			}
		}
		task, err := v.invite.Start(ctx, vpp.Server, invite.Request{Selection: vpp.Selection{All: true}, IdempotencyKey: "once"})
		if err != nil {
			t.Fatal(err)
		}
		v.await(t, func() bool { task, err = v.tasks.Get(ctx, task.ID); return task.State() == vpp.TaskDone })
		if task.Done != 5 {
			t.Errorf("%d of 5 were invited: %+v", task.Done, task)
		}
		v.count(t, vpp.Invited, 5)

		letter, ok := post.Find("pupil3@north.example")
		if !ok {
			t.Fatal("pupil3 got no letter")
		}
		followLink(t, letter) // the link alone registers nobody (S0-12)
		if n := apple.CountUsers(school.UID)[applesim.Associated]; n != 0 {
			t.Errorf("%d are registered at Apple who only followed a link", n)
		}
		v.count(t, vpp.Invited, 5)
		acceptByMail(t, v, letter, "pupil3@home.example")
		began := time.Now()
		v.await(t, func() bool { c, _ := v.roster.Counts(ctx, ""); return c.Status[vpp.Registered] == 1 })
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("the sign-in showed after %s", took)
		}
		// S0-12, S1-13, S2-07: it is so at Apple and here, and of nobody else.
		if n := apple.CountUsers(school.UID)[applesim.Associated]; n != 1 {
			t.Errorf("%d are registered at Apple", n)
		}
		v.count(t, vpp.Invited, 4)
	})
}

// acceptByMail follows a letter's link through our page to the pretend Apple
// and signs in there.
func acceptByMail(t *testing.T, v *testServer, letter mailtest.Letter, account string) {
	t.Helper()
	apple := followLink(t, letter)
	signed, err := http.Post(apple, "application/x-www-form-urlencoded", strings.NewReader("account="+account+"&appleAccount="+account))
	if err != nil || signed.StatusCode != http.StatusOK {
		t.Fatalf("signing in at %s: %v %v", apple, signed, err)
	}
	_ = signed.Body.Close()
}

// followLink goes on from a letter to Apple, and returns where that is.
func followLink(t *testing.T, letter mailtest.Letter) (apple string) {
	t.Helper()
	var link string
	for _, l := range letter.Links {
		if strings.Contains(l, "/i/") {
			link = l
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(link)
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("the landing page %s: %v %v", link, page, err)
	}
	_ = page.Body.Close()
	on, err := client.Post(link+"/continue", "application/x-www-form-urlencoded", nil)
	if err != nil || on.StatusCode != http.StatusSeeOther {
		t.Fatalf("going on to Apple: %v %v", on, err)
	}
	_ = on.Body.Close()
	return on.Header.Get("Location")
}

// testServer is a server that listens on loopback until the test ends.
type testServer struct {
	*server
	changed <-chan string
}

func startServer(t *testing.T, flags map[string]string) *testServer {
	t.Helper()
	return startLogging(t, flags, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
}

func startLogging(t *testing.T, flags map[string]string, log *slog.Logger) *testServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{
		"data-dir": t.TempDir(), "public-url": "http://" + l.Addr().String(), "first-look": "200ms", "look-every": "100ms",
		"resend-after": "5s", "settle": "100ms", "take-over-after": "12s", "sweep-every": "1s", "mail-retry": "200ms",
	}
	maps.Copy(all, flags)
	s, err := resolve(settingTable(), all, func(string) (string, bool) { return "", false }, nil, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	v, err := openServer(t.Context(), s, serverOptions{logger: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- v.serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &testServer{v, v.hub.Subscribe(ctx, []string{vpp.TopicUsers, vpp.TopicTasks, vpp.TopicLocations, vpp.TopicDevices})}
}

// await waits until something is so, looking whenever something changed.
func (v *testServer) await(t *testing.T, so func() bool) {
	t.Helper()
	late := time.After(30 * time.Second)
	for !so() {
		select {
		case <-v.changed:
		case <-late:
			t.Fatal("it did not become so within 30 seconds")
		}
	}
}

func (v *testServer) count(t *testing.T, status vpp.VPPStatus, want int) {
	t.Helper()
	c, err := v.roster.Counts(t.Context(), "")
	if err != nil || c.Status[status] != want {
		t.Errorf("%d are %s, want %d (%v): %v", c.Status[status], status, want, c.Status, err)
	}
}
