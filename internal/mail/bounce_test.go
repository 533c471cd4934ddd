package mail_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail"
)

const bounceAddress = "bounces@example.com"

// report is a message in parts, as mail servers send it.
func report(header, kind string, parts ...string) []byte {
	text := header + "\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=" + kind + "; boundary=b1\n\n"
	for _, part := range parts {
		text += "--b1\n" + part + "\n"
	}
	return []byte(strings.ReplaceAll(text+"--b1--\n", "\n", "\r\n"))
}

func bounces() map[string][]byte {
	const (
		to     = "From: MAILER-DAEMON@example.org\nTo: <bounces+abc123@example.com>\nSubject: Undelivered"
		words  = "Content-Type: text/plain\n\nThis is the mail system at mx.example.org.\n"
		letter = "Content-Type: text/rfc822-headers\n\nReturn-Path: <BOUNCES+DEF456@EXAMPLE.COM>\nMessage-ID: <d1@rsvpp.example.com>\n"
	)
	status := func(fields string) string {
		return "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; anna@example.org\n" + fields
	}
	return map[string][]byte{
		"postfix":      report(to, "delivery-status", words, status("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <anna@example.org>: no\n such user\n"), letter),
		"refused text": report(to, "delivery-status", words, status("Action: failed\nStatus: 5.7.1 (spam)\nDiagnostic-Code: smtp; 554 looks like spam\n"), letter),
		"gave up":      report(to, "delivery-status", words, status("Action: failed\nStatus: 4.4.1\n"), letter),
		"delayed":      report(to, "delivery-status", words, status("Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 busy\n"), letter),
		"delivered":    report(to, "delivery-status", words, status("Action: delivered\nStatus: 2.0.0\n"), letter),
		"complaint":    report("From: fbl@example.org\nTo: abuse@example.com", "feedback-report", words, "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n", letter),
		"no complaint": report("From: fbl@example.org\nTo: abuse@example.com", "feedback-report", words, "Content-Type: message/feedback-report\n\nFeedback-Type: not-spam\n", letter),
		"qmail":        []byte(strings.ReplaceAll(to+"\n\nHi. This is the qmail-send program at example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<anna@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n", "\n", "\r\n")),
		"exim":         []byte(to + "\nX-Failed-Recipients: anna@example.org\n\nThis message was created automatically by mail delivery software.\n"),
		"on holiday":   []byte(to + "\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n"),
		"encoded":      report(to, "delivery-status", words, strings.Replace(status("Action: failed\nStatus: 5.1.1\n"), "\n\n", "\nContent-Transfer-Encoding: 7bit\n\n", 1), "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\nReturn-Path: <bounces+de=\nf456@example.com>\n\nHello\n"),
	}
}

// F-37: what came back says what became of which letter.
func TestReadBounce(t *testing.T) {
	all := bounces()
	for name, want := range map[string]mail.Bounce{
		"postfix":      {Kind: mail.BounceFailed, Status: "5.1.1", Answer: "550 5.1.1 <anna@example.org>: no such user", Address: true, Tokens: []string{"abc123", "def456"}},
		"refused text": {Kind: mail.BounceFailed, Status: "5.7.1", Answer: "554 looks like spam", Tokens: []string{"abc123", "def456"}},
		"gave up":      {Kind: mail.BounceFailed, Status: "4.4.1", Address: true, Tokens: []string{"abc123", "def456"}},
		"delayed":      {Kind: mail.BounceDelayed, Status: "4.4.1", Answer: "451 busy", Tokens: []string{"abc123", "def456"}},
		"delivered":    {Tokens: []string{"abc123", "def456"}},
		"complaint":    {Kind: mail.BounceComplaint, Answer: "Feedback-Type: abuse", Tokens: []string{"def456"}},
		"no complaint": {Tokens: []string{"def456"}},
		"qmail":        {Kind: mail.BounceFailed, Status: "5.1.1", Answer: "Sorry, no mailbox here by that name. (#5.1.1)", Address: true, Tokens: []string{"abc123"}},
		"exim":         {Kind: mail.BounceFailed, Address: true, Tokens: []string{"abc123"}},
		"on holiday":   {Tokens: []string{"abc123"}},
		"encoded":      {Kind: mail.BounceFailed, Status: "5.1.1", Address: true, Tokens: []string{"abc123", "def456"}},
	} {
		got := mail.ReadBounce(all[name], bounceAddress)
		if got.Kind != want.Kind || got.Status != want.Status || got.Answer != want.Answer || got.Address != want.Address || strings.Join(got.Tokens, " ") != strings.Join(want.Tokens, " ") {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

func TestReturnPath(t *testing.T) {
	path := mail.ReturnPath(bounceAddress, "abc123")
	if path != "bounces+abc123@example.com" || mail.TokenOf(strings.ToUpper(path), bounceAddress) != "abc123" {
		t.Errorf("%q", path)
	}
	for _, other := range []string{bounceAddress, "x" + path, path + ".evil.org", "anna@example.com", "bounces+@example.com", path + "," + path, ""} {
		if token := mail.TokenOf(other, bounceAddress); token != "" {
			t.Errorf("%s has the token %q", other, token)
		}
	}
}

// Whatever comes in, it is read in little, and tokens are of their form.
func FuzzReadBounce(f *testing.F) {
	for _, raw := range bounces() {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := mail.ReadBounce(raw, bounceAddress)
		if len(got.Tokens) > 5 || len(got.Answer) > 4*500 || strings.ContainsAny(got.Answer+got.Status, "\r\n\x00") {
			t.Errorf("%+v", got)
		}
		for _, token := range got.Tokens {
			if mail.TokenOf(mail.ReturnPath(bounceAddress, token), bounceAddress) != token {
				t.Errorf("%q", token)
			}
		}
	})
}
