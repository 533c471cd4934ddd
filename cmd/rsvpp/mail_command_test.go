package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-37, S0-11: letters come back through the command, as a mail server's pipe
// does it, and through the SMTP door; the people are not invited any more.
func TestLettersComeBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newScene(t, filepath.Join(dir, "a.db"), map[string]string{"data-dir": dir, "bounce-listen": "127.0.0.1:0"})
	key, err := s.server.bootstrap(t.Context(), "owner", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := s.server.invite.MailSettings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settings.BounceTo = "bounces@north.example"
	if err := s.server.invite.SaveMailSettings(t.Context(), vpp.Server, settings); err != nil {
		t.Fatal(err)
	}
	ben, eve := s.enrol(t, "ben"), s.enrol(t, "eve")
	letter := func(name string) mailtest.Letter {
		t.Helper()
		l, ok := s.post.Find(name + "@north.example")
		if !ok || !strings.HasPrefix(l.From, "bounces+") {
			t.Fatalf("the letter to %s is from %q", name, l.From)
		}
		return l
	}
	w := world{env: map[string]string{"RSVPP_SERVER": s.server.url, "RSVPP_API_KEY": key}}
	pipe := func(raw []byte) (int, string) {
		var out, errs strings.Builder
		p := w.cli(&out, &errs)
		p.in = strings.NewReader(string(raw))
		return p.run(t.Context(), []string{"mail", "bounce"}), out.String() + errs.String()
	}
	if status, said := pipe(mailtest.ReturnOf(letter("ben"), mailtest.Failed)); status != exitOK || !strings.Contains(said, "came back") {
		t.Errorf("%d %s", status, said)
	}
	if p := s.standing(t, ben); p.VPPStatus() != vpp.NotInvited || p.Step() != vpp.StepMailBounced {
		t.Errorf("Ben: %+v", p)
	}
	if status, said := pipe([]byte("Subject: Hello\r\n\r\nHello\r\n")); status != exitOK || !strings.Contains(said, "says nothing") {
		t.Errorf("%d %s", status, said)
	}
	door := regexp.MustCompile(`letters that come back are taken" address=(\S+)`).FindStringSubmatch(s.log.text())
	if door == nil {
		t.Fatal("no door is open")
	}
	returned := letter("eve")
	if err := mailtest.GiveBack(door[1], returned, mailtest.Failed); err != nil {
		t.Fatal(err)
	}
	if p := s.standing(t, eve); p.VPPStatus() != vpp.NotInvited {
		t.Errorf("Eve: %+v", p)
	}
	if _, said, _ := w.run(t, "mail", "dkim", "--new-key"); !strings.Contains(said, "rsvpp._domainkey.north.example TXT") {
		t.Error(said)
	}
}
