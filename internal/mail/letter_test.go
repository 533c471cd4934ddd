package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// when is a fixed moment; letters carry it as their date.
var when = time.Date(2026, 3, 24, 10, 0, 0, 0, time.UTC)

// letterTo is a small good letter.
func letterTo(address string) mail.Letter {
	return mail.Letter{
		ToName: "Anna Example", ToAddress: address,
		Subject: "Invitation", Text: "Hello Anna,\n\nhttps://rsvpp.example.com/i/abc\n", HTML: "<p>Hello <a href=\"https://rsvpp.example.com/i/abc\">Sign In</a></p>",
		MessageID: "d1@rsvpp.example.com", Date: when,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"},
	}
}

// newServer starts a mail server that ends with the test.
func newServer(t testing.TB, o mailtest.Options) *mailtest.Server {
	t.Helper()
	server, err := mailtest.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// relayTo are settings that send through a server.
func relayTo(server *mailtest.Server) mail.Settings {
	return mail.Settings{
		Mode: mail.Relay, Host: server.Host(), Port: server.Port(), Security: mail.Plain,
		FromName: "Example School", FromAddress: "it@example.com", ReplyTo: "help@example.com",
		Timeout: 10 * time.Second, TrustedCA: server.CA(),
	}
}

// newSender makes a sender that ends with the test, before the server does.
func newSender(t testing.TB, s mail.Settings, ports mail.Ports) *mail.Sender {
	t.Helper()
	sender, err := mail.NewSender(s, ports)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sender.Close() })
	return sender
}

// wantOutcome fails unless the result has the outcome, and a sentence that
// holds the words whenever the letter was not accepted.
func wantOutcome(t *testing.T, got mail.Result, want mail.Outcome, words string) {
	t.Helper()
	if got.Outcome != want || !strings.Contains(got.Sentence, words) {
		t.Fatalf("outcome %q, sentence %q, answer %d %q; want %q with %q", got.Outcome, got.Sentence, got.Code, got.Answer, want, words)
	}
	if (want == mail.Accepted) != (got.Sentence == "") {
		t.Fatalf("outcome %q with sentence %q", got.Outcome, got.Sentence)
	}
}

// S0-17: the letter arrives with its link, as text and as HTML.
func TestLetterArrivesWhole(t *testing.T) {
	server := newServer(t, mailtest.Options{})
	sender := newSender(t, relayTo(server), mail.Ports{})
	letter := letterTo("anna@example.org")
	letter.ToName, letter.Subject = "Änna Exämple", "Einladung für Änna 🎉 – mit einem langen Betreff, der umgebrochen werden muss, weil er so lang ist"
	letter.Text += ".\n..dots at the beginning\nÜmläuts and a very long line " + strings.Repeat("x", 2000) + "\n"
	got := sender.Send(t.Context(), letter)
	wantOutcome(t, got, mail.Accepted, "")
	if got.Code != 250 || got.Enhanced != "2.0.0" || !strings.Contains(got.Answer, "queued") {
		t.Errorf("answer kept as %d %q %q (F-37)", got.Code, got.Enhanced, got.Answer)
	}
	read, ok := server.Find("anna@example.org")
	if !ok || read.Fault != "" {
		t.Fatalf("found %v, fault %q", ok, read.Fault)
	}
	text := strings.ReplaceAll(read.Text, "\r\n", "\n")
	if text != letter.Text || read.HTML != letter.HTML || read.Subject != letter.Subject || read.ToName != letter.ToName {
		t.Errorf("arrived changed: %+v", read)
	}
	if read.MessageID != letter.MessageID || read.FromName != "Example School" || len(read.Links) != 1 {
		t.Errorf("id %q, from %q, links %q", read.MessageID, read.FromName, read.Links)
	}
	for field, want := range map[string]string{"Auto-Submitted": "auto-generated", "Reply-To": "<help@example.com>", "Date": "Tue, 24 Mar 2026 10:00:00 +0000", "User-Agent": ""} {
		if got := read.Header.Get(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	for line := range strings.SplitSeq(string(read.Raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d bytes or with a bare line break: %.60q", len(line), line)
		}
	}
}

// The bad input: header injection through names, subjects, addresses.
func TestNothingInjectsHeaders(t *testing.T) {
	server := newServer(t, mailtest.Options{})
	sender := newSender(t, relayTo(server), mail.Ports{})
	const evil = "X\r\nBcc: victim@example.net\r\n\r\nbody"
	cases := map[string]struct {
		change func(*mail.Letter)
		want   mail.Outcome
	}{
		"name":         {func(l *mail.Letter) { l.ToName = evil }, mail.Accepted},
		"name quoted":  {func(l *mail.Letter) { l.ToName = `"<victim@example.net>, "` + "\u202e\n" }, mail.Accepted},
		"subject":      {func(l *mail.Letter) { l.Subject = evil }, mail.Accepted},
		"subject utf8": {func(l *mail.Letter) { l.Subject = "Ä" + evil + "\u2028Bcc: x@y.example" }, mail.Accepted},
		"address":      {func(l *mail.Letter) { l.ToAddress = "anna@example.org\r\nRCPT TO:<victim@example.net>" }, mail.Refused},
		"address >":    {func(l *mail.Letter) { l.ToAddress = "anna@example.org> SIZE=1" }, mail.Refused},
		"two":          {func(l *mail.Letter) { l.ToAddress = "anna@example.org,victim@example.net" }, mail.Refused},
		"id":           {func(l *mail.Letter) { l.MessageID = "a@b>\r\nBcc: x@y" }, mail.Refused},
		"header":       {func(l *mail.Letter) { l.Headers = map[string]string{"X-A": evil} }, mail.Refused},
		"header name":  {func(l *mail.Letter) { l.Headers = map[string]string{"X-A: b\r\nBcc": "x@y.example"} }, mail.Refused},
		"header bcc":   {func(l *mail.Letter) { l.Headers = map[string]string{"bCC": "victim@example.net"} }, mail.Refused},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			server.Box().Clear()
			letter := letterTo("anna@example.org")
			one.change(&letter)
			got := sender.Send(t.Context(), letter)
			if got.Outcome != one.want {
				t.Fatalf("%q: %s", got.Outcome, got.Sentence)
			}
			for _, read := range server.Letters() {
				if read.Header.Get("Bcc") != "" || len(read.To) != 1 || read.To[0] != "anna@example.org" || !strings.Contains(read.Text, "Hello Anna") {
					t.Fatalf("injected: %s", read.Raw)
				}
				if to, err := read.Header.AddressList("To"); err != nil || len(to) != 1 {
					t.Fatalf("To holds %v, %v", to, err)
				}
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	good := map[string]string{
		"anna@example.org":     "anna@example.org",
		"Anna.B+x@EXAMPLE.org": "Anna.B+x@example.org",
		"anna@bücher.example":  "anna@xn--bcher-kva.example",
		"änna@example.org":     "änna@example.org",
		"o'neill@example.org":  "o'neill@example.org",
		"anna@mail.intern":     "anna@mail.intern",
		"用户@例子.example":        "用户@xn--fsqu00a.example",
	}
	for typed, want := range good {
		if got, err := mail.ParseAddress(typed); err != nil || got.String() != want {
			t.Errorf("%q: %v, %v, want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{
		"", "anna", "@example.org", "anna@", "anna@@example.org", "a@b@example.org", ".anna@example.org", "an..na@example.org",
		"anna@[127.0.0.1]", "anna@127.0.0.1", "anna@exa mple.org", "\"a b\"@example.org", "anna@example..org", "anna@-example.org",
		"anna@example.org\x00", "anna@example.org\u2028", "\xff@example.org", "an\u00a0na@example.org", "\u200banna@example.org", "anna@exam\u200bple.org", strings.Repeat("a", 65) + "@example.org", "anna@" + strings.Repeat("a", 64) + ".org",
	} {
		if got, err := mail.ParseAddress(typed); err == nil {
			t.Errorf("%q was taken as %v", typed, got)
		}
	}
}

// Local parts outside ASCII travel with SMTPUTF8, or are refused with a sentence.
func TestNationalAddresses(t *testing.T) {
	modern := newServer(t, mailtest.Options{})
	sender := newSender(t, relayTo(modern), mail.Ports{})
	wantOutcome(t, sender.Send(t.Context(), letterTo("änna@bücher.example")), mail.Accepted, "")
	read, ok := modern.Find("änna@xn--bcher-kva.example")
	if !ok || !read.UTF8 {
		t.Fatalf("arrived %v, with SMTPUTF8 %v", ok, read.UTF8)
	}
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@bücher.example")), mail.Accepted, "")
	if read, _ := modern.Find("anna@xn--bcher-kva.example"); read.UTF8 {
		t.Error("SMTPUTF8 was asked for without need")
	}

	old := newServer(t, mailtest.Options{PlainASCII: true})
	sender = newSender(t, relayTo(old), mail.Ports{})
	wantOutcome(t, sender.Send(t.Context(), letterTo("änna@example.org")), mail.Refused, "letters outside A to Z")
	wantOutcome(t, sender.Send(t.Context(), letterTo("anna@bücher.example")), mail.Accepted, "")
}
