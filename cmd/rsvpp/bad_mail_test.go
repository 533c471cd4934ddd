package main

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// Whatever a mail server does, each letter's outcome and a sentence stand in
// the task, "Invited" is shown only where a letter was taken, and once the
// server is mended everybody gets the letter that was meant, under the same
// Message-ID, and no second record (S0-17).
func TestBadMailServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		faults mailtest.Faults
		words  []string // of the sentence while it lasts
	}{
		{"greets and hangs up", mailtest.Faults{HangUp: 1}, []string{"hung up"}},
		{"421", mailtest.Faults{Busy: 1}, []string{"busy"}},
		{"refuses the sender", mailtest.Faults{RefuseSender: true}, []string{"sender"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := openSite(t, siteOptions{mail: mailtest.Options{Faults: c.faults}})
			h.pupils(4)
			task := h.inviting()
			h.deferred(task, c.words...)
			h.post.SetFaults(mailtest.None())
			h.mended(task, 4)
		})
	}
}

// deferred waits until a letter was tried and put off, and checks what is said.
func (h *site) deferred(task api.Task, words ...string) {
	h.t.Helper()
	var seen api.TaskItem
	h.until("a letter was put off", func() bool {
		for _, i := range h.items(task) {
			if i.State == "waiting" && i.Detail != "" && strings.Contains(i.Detail, words[0]) {
				seen = i
				return true
			}
		}
		h.sentencesOf(task)
		return false
	})
	h.sentence(seen.Detail, words[1:]...)
	var story api.Story
	h.must("GET", "/users/"+seen.UserID+"/story", nil, &story)
	if d := story.Deliveries[0]; d.Outcome != "deferred" || d.NextAttemptAt == nil || d.Sentence == "" {
		h.t.Errorf("the delivery is %+v", d)
	}
	if story.Place.VPPStatus != "not_invited" {
		h.t.Errorf("nothing was handed over, but the status is %s", story.Place.VPPStatus)
	}
	if task := h.task(task.ID); task.Finished || task.Failed != 0 {
		h.t.Errorf("the task is %+v", task)
	}
}

// sentencesOf checks that whatever a task says is fit for people.
func (h *site) sentencesOf(task api.Task) {
	h.t.Helper()
	for _, i := range h.items(task) {
		if i.State == "failed" || i.State == "skipped" {
			h.sentence(i.Detail)
		}
	}
}

// mended checks that a run ends well for n people.
func (h *site) mended(task api.Task, n int) {
	h.t.Helper()
	if task = h.finished(task); task.Done != n || task.State != "done" {
		h.t.Errorf("the run is %+v", task)
	}
	if s := h.statuses(); s["invited"] != n {
		h.t.Errorf("the statuses are %v", s)
	}
	h.once(n)
	h.truth()
}

// Greylisting passes by itself.
func TestGreylisting(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{mail: mailtest.Options{Faults: mailtest.Faults{Greylist: 1}}})
	h.pupils(4)
	task := h.inviting()
	h.mended(task, 4)
	var story api.Story
	h.must("GET", "/users/"+h.people()[0].ID+"/story", nil, &story)
	if d := story.Deliveries[0]; len(story.Deliveries) != 1 || d.Attempts != 2 || d.Outcome != "accepted" || d.Answer == "" {
		t.Errorf("the delivery is %+v", d)
	}
	if n := h.post.Count(); n != 4 {
		t.Errorf("%d letters were taken", n)
	}
}

// An answer lost after the final dot is told as it is, and the letter comes
// again under the same Message-ID.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{mail: mailtest.Options{Faults: mailtest.Faults{LoseAnswer: 1}}})
	h.pupils(4)
	h.mended(h.inviting(), 4)
	if n := h.post.Count(); n != 8 {
		t.Errorf("%d letters were taken, each should have been taken twice", n)
	}
}

// What a server refuses for good ends that delivery alone; with another
// address a resend reaches the person, without a second record at Apple.
func TestRefusedLetters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, word string
		faults     mailtest.Faults
	}{
		{"unknown address", "address", mailtest.Faults{Unknown: []string{"pupil1@north.example"}}},
		{"after DATA", "554", halfRefused("pupil1@north.example", "pupil0@north.example", "pupil2@north.example")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := openSite(t, siteOptions{mail: mailtest.Options{Faults: c.faults}})
			h.pupils(3)
			task := h.finished(h.inviting())
			if task.Done != 2 || task.Failed != 1 || task.State != "failed" {
				t.Fatalf("the run is %+v", task)
			}
			item := h.item(task, "pupil1@north.example")
			h.sentence(item.Detail)
			if item.State != "failed" {
				t.Errorf("the item is %+v", item)
			}
			var story api.Story
			h.must("GET", "/users/"+item.UserID+"/story", nil, &story)
			if d := story.Deliveries[0]; d.Outcome != "refused" || d.Answer == "" || story.Place.VPPStatus != "not_invited" {
				t.Errorf("the delivery is %+v, the status %s", d, story.Place.VPPStatus)
			}
			h.post.SetFaults(mailtest.None())
			h.must("PATCH", "/users/"+item.UserID, everybody{"email": "right@north.example"}, nil)
			again := h.finished(h.inviting())
			if again.Done != 1 || again.Failed != 0 {
				t.Errorf("with the right address: %+v %+v", again, h.items(again))
			}
			if _, there := h.post.Find("right@north.example"); !there || h.statuses()["invited"] != 3 {
				t.Errorf("the statuses are %v", h.statuses())
			}
			h.once(3)
			h.truth()
			if n := h.apple.CountUsers(h.uid)["Registered"]; n != 3 {
				t.Errorf("Apple has %d records", n)
			}
		})
	}
}

// halfRefused finds a seed with which one address is refused after DATA and
// the others are not.
func halfRefused(one string, others ...string) mailtest.Faults {
	for seed := uint64(1); ; seed++ {
		f := mailtest.Faults{Seed: seed, RefuseData: 0.3}
		good := f.Unreachable(one)
		for _, o := range others {
			good = good && !f.Unreachable(o)
		}
		if good {
			return f
		}
	}
}

// Nothing is sent over a connection that cannot be trusted, a refused
// password stops the run for everybody at once, and a closed port says which.
func TestBadMailSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		server mailtest.Options
		change func(*api.MailSettings)
		words  []string
	}{
		{"wrong name", mailtest.Options{Encryption: mailtest.STARTTLS, Certificate: mailtest.WrongName}, nil, []string{"another name"}},
		{"expired", mailtest.Options{Encryption: mailtest.STARTTLS, Certificate: mailtest.Expired}, nil, []string{"expired"}},
		{"unknown authority", mailtest.Options{Encryption: mailtest.TLS, Certificate: mailtest.UnknownAuthority}, nil, []string{"authority"}},
		{"no STARTTLS", mailtest.Options{}, func(m *api.MailSettings) { m.Security = "starttls-required" }, []string{"STARTTLS"}},
		{"TLS to a plain port", mailtest.Options{}, func(m *api.MailSettings) { m.Security, m.TimeoutSeconds = "tls", 2 }, []string{"TLS"}},
		{
			"wrong password",
			mailtest.Options{Encryption: mailtest.STARTTLS, Username: "rsvpp", Password: "right-password"},
			func(m *api.MailSettings) { m.Username, m.Password = "rsvpp", "wrong-password" },
			[]string{"password"},
		},
		{"closed port", mailtest.Options{}, func(m *api.MailSettings) { m.Port = closedPort() }, []string{"does not answer on port"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := openSite(t, siteOptions{mail: c.server})
			good := func(m *api.MailSettings) {
				m.TrustedCA = string(h.post.CA())
				switch c.server.Encryption {
				case mailtest.STARTTLS:
					m.Security = "starttls-required"
				case mailtest.TLS:
					m.Security = "tls"
				}
				if c.server.Username != "" {
					m.Username, m.Password = c.server.Username, c.server.Password
				}
			}
			var tried api.MailSettings
			h.useMail(func(m *api.MailSettings) {
				good(m)
				if c.change != nil {
					c.change(m)
				}
				tried = *m
			})
			var test api.MailTest
			h.must("POST", "/mail/test", everybody{"to": "me@north.example", "settings": tried}, &test)
			h.sentence(test.Sentence, c.words...)
			if test.Outcome == "accepted" {
				t.Errorf("the test letter was %s", test.Outcome)
			}
			if strings.Contains(test.Sentence+test.Answer, "wrong-password") {
				t.Errorf("the password stands in %+v", test)
			}
			h.pupils(3)
			task := h.inviting()
			h.deferred(task, c.words...)
			if n := h.post.Count(); n != 0 {
				t.Errorf("%d letters went out", n)
			}
			h.mend(c.server, good)
			h.mended(task, 3)
		})
	}
}

// mend puts a mail server there that is as it should be.
func (h *site) mend(o mailtest.Options, good func(*api.MailSettings)) {
	h.t.Helper()
	o.Certificate = mailtest.Good
	post, err := mailtest.NewServer(o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = post.Close() })
	h.post = post
	h.useMail(good)
}

func closedPort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 1
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// A mail server that goes away in the middle of a run and comes back: nobody
// is forgotten, nobody gets a second invitation.
func TestMailServerComesBack(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{mail: mailtest.Options{Faults: mailtest.Faults{Slow: 1, SlowBy: 10 * time.Millisecond}}})
	h.pupils(60)
	task := h.inviting()
	h.until("some letters are out", func() bool { return h.post.Count() > 5 })
	address, was := h.post.Addr(), h.post.Letters
	_ = h.post.Close()
	h.deferred(task, "mail server")
	back, err := mailtest.NewServer(mailtest.Options{Addr: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = back.Close() })
	for _, l := range was() {
		back.Box().Add(l)
	}
	h.post = back
	h.mended(task, 60)
}

// Whoever mends the mail settings does not wait for the back-off to pass:
// letters that were put off go at once.
func TestMendedSettingsHurryLetters(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{flags: map[string]string{"mail-retry": "1h"}})
	h.useMail(func(m *api.MailSettings) { m.Port = closedPort() })
	h.pupils(3)
	task := h.inviting()
	h.deferred(task, "does not answer on port")
	// A letter that is still being tried with the old settings is put off after
	// the hurry, for an hour.
	h.until("all letters were put off", func() bool {
		return !slices.ContainsFunc(h.items(task), func(i api.TaskItem) bool {
			return i.State != "waiting" || !strings.Contains(i.Detail, "does not answer on port")
		})
	})
	h.useMail(nil)
	h.mended(task, 3)
}
