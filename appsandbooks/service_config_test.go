package appsandbooks_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
)

const configPath = "GET /service/config"

func TestServiceConfigIsCachedFiveMinutes(t *testing.T) {
	a := newApple(t)
	c, ck := newClient(t, a)
	for range 3 {
		s, err := c.ServiceConfig(t.Context())
		if err != nil || s.Limit(appsandbooks.MaxUsers) != 3 || s.ErrorCodes[0].Number != 9603 {
			t.Fatalf("%+v, %v", s, err)
		}
		s.Limits["maxUsers"] = 99 // the caller's copy
	}
	ck.forward(5*time.Minute - time.Second)
	_, _ = c.ServiceConfig(t.Context())
	if n := a.count(configPath); n != 1 {
		t.Fatalf("read %d times within five minutes", n)
	}
	a.mu.Lock()
	a.limits = `{"maxUsers":7}`
	a.mu.Unlock()
	ck.forward(time.Second)
	s, err := c.ServiceConfig(t.Context())
	if err != nil || s.Limit("maxUsers") != 7 || s.Limit(appsandbooks.MaxRequestPerSecond) != 0 {
		t.Fatalf("%+v, %v", s.Limits, err)
	}
}

func TestServiceConfigIsReadOnceForAll(t *testing.T) {
	a := newApple(t)
	arrived, release := make(chan struct{}, 100), make(chan struct{})
	a.handle("/service/config", func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		a.serviceConfig(w, r)
	})
	c, _ := newClient(t, a)
	impatient, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := c.ServiceConfig(impatient); left <- err }()
	<-arrived
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.ServiceConfig(t.Context()); err != nil {
				t.Errorf("one that waited on got %v", err)
			}
		})
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the impatient one got %v", err)
	}
	close(release)
	wg.Wait()
	// Two when the impatient one left before any other had come.
	if n := a.count(configPath); n > 2 {
		t.Fatalf("read %d times", n)
	}
}

func TestServiceConfigReadingEndsWhenNobodyWaits(t *testing.T) {
	a := newApple(t)
	arrived, gone := make(chan struct{}), make(chan struct{})
	a.answers("/service/config", func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(gone)
	}, a.serviceConfig)
	c, _ := newClient(t, a, func(cfg *appsandbooks.Config) { cfg.RequestTimeout = time.Hour })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { _, err := c.ServiceConfig(ctx); done <- err }()
	<-arrived
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		a.CloseClientConnections()
		t.Fatal("the reading goes on for nobody")
	}
	if _, err := c.ServiceConfig(t.Context()); err != nil {
		t.Fatalf("the next reading suffers: %v", err)
	}
}

func TestOlderServiceConfigServesForAWhile(t *testing.T) {
	a := newApple(t)
	c, ck := newClient(t, a)
	if _, err := c.ServiceConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.answer("/service/config", 500, "")
	ck.forward(6 * time.Minute)
	for range 3 {
		if _, err := c.ServiceConfig(t.Context()); err != nil {
			t.Fatalf("the older one does not serve: %v", err)
		}
	}
	if n := a.count(configPath); n != 2 || len(ck.sleeps()) != 0 {
		t.Fatalf("read %d times, slept %v", n, ck.sleeps())
	}
	ck.forward(30 * time.Second)
	_, _ = c.ServiceConfig(t.Context())
	if n := a.count(configPath); n != 3 {
		t.Fatalf("read %d times after half a minute", n)
	}
	ck.forward(time.Hour)
	if _, err := c.ServiceConfig(t.Context()); err == nil {
		t.Fatal("it serves for ever")
	}
}

func TestServiceConfigIsNotReadAnewDuringAHold(t *testing.T) {
	a := newApple(t)
	c, ck := newClient(t, a)
	if _, err := c.ServiceConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	ck.forward(6 * time.Minute)
	c.Hold(ck.Now().Add(time.Minute))
	if _, err := c.ServiceConfig(t.Context()); err != nil || a.count(configPath) != 1 || len(ck.sleeps()) != 0 {
		t.Fatalf("%v, read %d times, slept %v", err, a.count(configPath), ck.sleeps())
	}
}

// A service config that cannot be trusted is not used, and the token goes nowhere.
func TestServiceConfigThatCannotBeTrusted(t *testing.T) {
	for _, tc := range []struct{ name, key, url, limits, want string }{
		{name: "another host", key: "getUsers", url: "http://192.0.2.1/users", want: "names the host"},
		{name: "another port", key: "getUsers", url: "http://127.0.0.1:1/users", want: "names the host"},
		{name: "another scheme", key: "createUsers", url: "https://127.0.0.1/users", want: "scheme"},
		{name: "no URL", key: "eventStatus", url: "/status", want: "absolute"},
		{name: "a query", key: "retireUsers", url: "SELF/users?x=1", want: "more than"},
		{name: "a user", key: "retireUsers", url: "http://me@HOST/users", want: "more than"},
		{name: "template without a place", key: "invitationEmail", url: "https://invite.example/join", want: "no place"},
		{name: "template in clear", key: "invitationEmail", url: "http://invite.example/%25inviteCode%25", want: "not https"},
		{name: "limit 0", limits: `{"maxUsers":0}`, want: "maxUsers is 0"},
		{name: "negative limit", limits: `{"maxUsers":10,"maxRequestPerSecond":-1}`, want: "maxRequestPerSecond is -1"},
		{name: "enormous limit", limits: `{"maxUsers":2147483647}`, want: "cannot be meant"},
		{name: "more users than a request can hold", limits: `{"maxUsers":10001}`, want: "maxUsers is 10001"},
		{name: "an endless claim", limits: `{"maxUsers":100,"maxMdmMetadataLength":999999}`, want: "maxMdmMetadataLength is 999999"},
		{name: "no limits", limits: `{}`, want: "lacks limits"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := newApple(t)
			if tc.limits != "" {
				a.limits = tc.limits
			}
			if tc.key != "" {
				a.urls[tc.key] = strings.NewReplacer("SELF", a.URL, "HOST", strings.TrimPrefix(a.URL, "http://")).Replace(tc.url)
			}
			c, _ := newClient(t, a)
			_, err := c.Users(t.Context(), appsandbooks.UsersQuery{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
			if n := len(a.calls()); n != 0 {
				t.Fatalf("%d calls went out", n)
			}
		})
	}
}

func TestMissingURLFailsItsOwnCallAlone(t *testing.T) {
	a := newApple(t)
	a.handle("/service/config", status(200, `{"limits":{"maxUsers":1},"urls":{"getUsers":"`+a.URL+`/users"}}`))
	a.answer("/users", 200, okUsers)
	c, _ := newClient(t, a)
	if _, err := c.Users(t.Context(), appsandbooks.UsersQuery{}); err != nil {
		t.Fatal(err)
	}
	for _, call := range []func() error{
		func() error { _, err := c.EventStatus(t.Context(), "e"); return err },
		func() error { _, err := c.InvitationURL(t.Context(), "code"); return err },
	} {
		if _, ok := errors.AsType[*appsandbooks.ServiceConfigError](call()); !ok {
			t.Errorf("got %v", call())
		}
	}
}

func TestInvitationURL(t *testing.T) {
	a := newApple(t)
	c, _ := newClient(t, a)
	link, err := c.InvitationURL(t.Context(), "0a1b&2c")
	if want := "https://invite.example/join?inviteCode=0a1b%262c&mt=8"; err != nil || link.Reveal() != want {
		t.Fatalf("%s, %v; want %s", link.Reveal(), err, want)
	}
	if _, err := c.InvitationURL(t.Context(), ""); !appsandbooks.IsNumber(err, 9602) {
		t.Fatalf("an empty code gives %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tc := range []struct{ base, token string }{
		{"http://vpp.example/mdm/v2", bearer},
		{"ftp://localhost", bearer},
		{"https://user:pw@vpp.example", bearer},
		{"https://vpp.example/?a=b", bearer},
		{"not a url\x00", bearer},
		{"/mdm/v2", bearer},
		{"", ""},
		{"", "two\nlines"},
	} {
		if _, err := appsandbooks.New(appsandbooks.Config{BaseURL: tc.base, Token: appsandbooks.Secret(tc.token)}); err == nil {
			t.Errorf("%q, token %q: no error", tc.base, tc.token)
		}
	}
	for _, base := range []string{"", "http://localhost:1/", "http://[::1]:8080/mdm/v2", "https://vpp.example/mdm/v2"} {
		if _, err := appsandbooks.New(appsandbooks.Config{BaseURL: base, Token: bearer}); err != nil {
			t.Errorf("%q: %v", base, err)
		}
	}
}
