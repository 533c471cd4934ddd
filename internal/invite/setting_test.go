package invite_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-39: a password goes in, never comes out, and never goes to another server.
func TestMailPassword(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{})
	s := h.relay()
	s.Username, s.Password = "rsvpp", "s3cret-word"
	must(t, h.SaveMailSettings(t.Context(), anna, s))
	saved, err := h.MailSettings(t.Context())
	must(t, err)
	if saved.Password != "" || !saved.HasPassword || saved.Username != "rsvpp" {
		t.Errorf("%+v", saved)
	}
	if n := h.count("SELECT count(*) FROM settings WHERE value LIKE '%s3cret-word%'") + h.count("SELECT count(*) FROM entries WHERE before LIKE '%s3cret%' OR after LIKE '%s3cret%'"); n != 0 {
		t.Error("the password stands in the database")
	}
	moved := saved
	moved.Host = "evil.test"
	if err := h.SaveMailSettings(t.Context(), anna, moved); vpp.KindOf(err) != vpp.Invalid {
		t.Errorf("the password would go elsewhere: %v", err)
	}
	if _, err := h.TestMail(t.Context(), anna, moved, "me@school.test"); vpp.KindOf(err) != vpp.Invalid {
		t.Errorf("the password would be tested elsewhere: %v", err)
	}
	saved.FromName = "Helpdesk"
	must(t, h.SaveMailSettings(t.Context(), anna, saved))
	if again, _ := h.MailSettings(t.Context()); !again.HasPassword || again.FromName != "Helpdesk" {
		t.Errorf("%+v", again)
	}
	saved.ForgetPassword, saved.Username = true, ""
	must(t, h.SaveMailSettings(t.Context(), anna, saved))
	if again, _ := h.MailSettings(t.Context()); again.HasPassword {
		t.Error("the password was not forgotten")
	}
}

// The kept password is really used, by a job on a node that did not save it.
func TestMailSignsIn(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{})
	guarded, err := mailtest.NewServer(mailtest.Options{Username: "rsvpp", Password: "w0rd"})
	must(t, err)
	t.Cleanup(func() { must(t, guarded.Close()) })
	s := h.relay()
	s.Port, s.Username, s.Password = guarded.Port(), "rsvpp", "w0rd"
	must(t, h.SaveMailSettings(t.Context(), anna, s))
	report, err := h.TestMail(t.Context(), anna, func() invite.MailSettings { s, _ := h.MailSettings(t.Context()); return s }(), "me@school.test")
	must(t, err)
	if report.Outcome != vpp.DeliveryAccepted || len(report.Steps) < 4 {
		t.Errorf("%+v", report)
	}
	h.people(1)
	h.run(invite.Request{Selection: all()})
	h.appleConfirms()
	h.send()
	if n := guarded.Count(); n != 2 {
		t.Errorf("%d letters", n)
	}
}

func TestMailSettingsRefused(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{})
	if err := h.SaveMailSettings(t.Context(), anna, invite.MailSettings{Mode: "relay"}); err == nil {
		t.Error("a relay without a server was saved")
	}
	if n := h.count("SELECT count(*) FROM settings"); n != 0 {
		t.Errorf("%d settings saved", n)
	}
}

// F-33: a letter without the link is refused; a good one is kept and previewed.
func TestLetter(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail()
	if l, err := h.Letter(t.Context()); err != nil || !strings.Contains(l.Text, "{{.Link}}") {
		t.Errorf("the first letter: %v %+v", err, l)
	}
	for name, l := range map[string]vpp.Letter{
		"no link":         {Subject: "s", Text: "t"},
		"broken variable": {Subject: "s", Text: "{{.Link}} {{.Nick}}"},
		"two lines":       {Subject: "s\nBcc: x@y.test", Text: "{{.Link}}"},
	} {
		if err := h.SaveLetter(t.Context(), anna, l); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
	good := vpp.Letter{Subject: "Hello {{.FirstName}}", Text: "Go to {{.Link}}, says {{.SenderName}}"}
	must(t, h.SaveLetter(t.Context(), anna, good))
	if l, _ := h.Letter(t.Context()); l != good {
		t.Errorf("%+v", l)
	}
	id := h.person(1, "a@school.test", "")
	preview, err := h.PreviewLetter(t.Context(), good, id, "")
	must(t, err)
	if preview.Subject != "Hello Person" || !strings.Contains(preview.Text, "says IT") || strings.Contains(preview.Text, "rsvpp.test/i/") {
		t.Errorf("%+v", preview)
	}
	if n := h.count("SELECT count(*) FROM entries WHERE action = 'letter.save' AND before <> '' AND after <> ''"); n != 1 {
		t.Errorf("%d history entries", n)
	}
}

// F-20, F-27, S0-11: a copied link is on record, counts as handed over, and
// dies when it is withdrawn.
func TestCopyLink(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{})
	id := h.person(1, "", "")
	if _, err := h.CopyLink(t.Context(), anna, id, ""); vpp.KindOf(err) != vpp.Conflict {
		t.Errorf("without a record: %v", err)
	}
	h.run(invite.Request{Selection: all(), Channel: vpp.ChannelLink})
	if _, err := h.CopyLink(t.Context(), anna, id, ""); vpp.KindOf(err) != vpp.Conflict {
		t.Errorf("before Apple confirms: %v", err)
	}
	h.appleConfirms()
	if s := h.story(id); s.Status != vpp.NotInvited {
		t.Errorf("invited before anything was handed over: %s", s.Status)
	}
	link, err := h.CopyLink(t.Context(), anna, id, "")
	must(t, err)
	if s := h.story(id); s.Status != vpp.Invited || s.Invitation.CopiedAt.IsZero() {
		t.Errorf("%s %+v", s.Status, s.Invitation)
	}
	if n := h.count("SELECT count(*) FROM entries WHERE action = 'invite.copy_link' AND actor = 'anna' AND from_ip = '192.0.2.7'"); n != 1 {
		t.Errorf("%d history entries", n)
	}
	if n := h.count("SELECT count(*) FROM entries WHERE after LIKE '%/i/%' OR summary LIKE '%/i/%'"); n != 0 {
		t.Error("the link stands in the history")
	}
	token := strings.TrimPrefix(link.URL, "https://rsvpp.test/i/")
	must(t, h.Withdraw(t.Context(), anna, id, ""))
	if w, err := h.Peek(t.Context(), token); err != nil || w.State != invite.WelcomeWithdrawn || w.FullName != "" {
		t.Errorf("withdrawn: %v %+v", err, w)
	}
	again, err := h.CopyLink(t.Context(), anna, id, "")
	must(t, err)
	if w, err := h.Peek(t.Context(), token); again.URL == link.URL || err != nil || w.State != invite.WelcomeReplaced {
		t.Errorf("the withdrawn link came back to life: %v %+v", err, w)
	}
}

// A letter that is being tried while the settings change does not wait for the
// mistake that was just mended.
func TestSettingsChangeWhileSending(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail()
		ids := h.people(1)
		task, err := h.Start(t.Context(), anna, invite.Request{Selection: vpp.Selection{IDs: ids}})
		must(t, err)
		must(t, h.Expand(t.Context(), vpp.ExpandTask{TaskID: task.ID}))
		h.exec("UPDATE program_users SET apple_status = 'Registered', pending = '', created_at = 1")
		h.exec("UPDATE deliveries SET ready_at = 1")
		h.server.SetFaults(mailtest.Faults{LoseAnswer: 1, Slow: 1, SlowBy: 300 * time.Millisecond})
		sent := make(chan error, 1)
		go func() { sent <- h.Send(context.WithoutCancel(t.Context()), vpp.SendMail{}) }()
		for end := time.Now().Add(20 * time.Second); h.server.Connections() == 0; {
			if time.Now().After(end) {
				t.Fatal("nothing is sent")
			}
			time.Sleep(time.Millisecond)
		}
		next := h.relay()
		next.FromName = "IT, mended"
		must(t, h.SaveMailSettings(t.Context(), anna, next))
		must(t, <-sent)
		if n := h.count("SELECT count(*) FROM deliveries WHERE outcome = 'deferred'"); n != 1 {
			t.Fatalf("%d letters were put off", n)
		}
		if n := h.count("SELECT count(*) FROM deliveries WHERE next_attempt_at > $1", h.now().UnixMilli()); n != 0 {
			t.Error("the letter waits its full time")
		}
	})
}

// Test letters leave a line in the history and are rationed for each who sends
// them, whichever kind they are.
func TestTrialsAreRationed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail()
		letter, err := h.Letter(t.Context())
		must(t, err)
		for i := range 20 {
			if i%2 == 0 {
				_, err = h.TestMail(t.Context(), anna, h.relay(), "me@school.test")
			} else {
				_, err = h.TestLetter(t.Context(), anna, letter, "me@school.test", "", "")
			}
			must(t, err)
		}
		_, err = h.TestLetter(t.Context(), anna, letter, "me@school.test", "", "")
		if vpp.KindOf(err) != vpp.Exhausted {
			t.Errorf("one more letter: %v", err)
		}
		if _, err = h.TestMail(t.Context(), anna, h.relay(), "me@school.test"); vpp.KindOf(err) != vpp.Exhausted {
			t.Errorf("one more mail: %v", err)
		}
		if n := h.count("SELECT count(*) FROM entries WHERE action = 'mail.test' AND actor = 'anna' AND summary LIKE '%me@school.test%'"); n != 20 || h.server.Count() != 20 {
			t.Errorf("%d letters, %d lines in the history", h.server.Count(), n)
		}
		_, err = h.TestLetter(t.Context(), vpp.Actor{ID: "2", Name: "ben"}, letter, "me@school.test", "", "")
		must(t, err)
		h.pass(11 * time.Minute)
		_, err = h.TestLetter(t.Context(), anna, letter, "me@school.test", "", "")
		must(t, err)
	})
}
