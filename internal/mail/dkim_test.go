package mail_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// F-39: what arrives over SMTP carries a signature that the published record
// verifies, many at once, and nothing of it can be changed on the way.
func TestDKIM(t *testing.T) {
	key, err := mail.NewSigningKey()
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(t, mailtest.Options{})
	settings := relayTo(server)
	settings.DKIM = mail.DKIM{Selector: "s1", Key: key.Key}
	sender := newSender(t, settings, mail.Ports{})
	dns := map[string]string{"s1._domainkey.example.com": key.Record}
	var crowd sync.WaitGroup
	for i := range 8 {
		crowd.Go(func() {
			letter := letterTo(fmt.Sprintf("p%d@example.org", i))
			letter.Subject = "Grüße aus der Schule, " + strings.Repeat("sehr lang ", 20)
			letter.Text = "ends in blanks   \r\n\r\n.\r\n.dots\r\n\r\n\r\n"
			wantOutcome(t, sender.Send(t.Context(), letter), mail.Accepted, "")
		})
	}
	crowd.Wait()
	for _, letter := range server.Letters() {
		if err := verifyDKIM(letter.Raw, dns); err != nil {
			t.Errorf("%v:\n%s", err, letter.Raw)
		}
		for _, change := range [][2]string{{"dots", "d0ts"}, {"From: ", "From: <x@example.com>,"}, {"Message-ID: <d1", "Message-ID: <d2"}} {
			if changed := bytes.Replace(letter.Raw, []byte(change[0]), []byte(change[1]), 1); verifyDKIM(changed, dns) == nil {
				t.Errorf("%v goes unnoticed", change)
			}
		}
	}
	other, err := mail.NewSigningKey()
	if err != nil {
		t.Fatal(err)
	}
	if verifyDKIM(server.Letters()[0].Raw, map[string]string{"s1._domainkey.example.com": other.Record}) == nil {
		t.Error("another key's record verifies it")
	}
	settings.DKIM = mail.DKIM{Selector: "s1"}
	if err := sender.Change(settings); err != nil {
		t.Fatal(err)
	}
	wantOutcome(t, sender.Send(t.Context(), letterTo("last@example.org")), mail.Accepted, "")
	letters := server.Letters()
	if raw := letters[len(letters)-1].Raw; bytes.Contains(raw, []byte("DKIM-Signature")) {
		t.Errorf("signed without a key:\n%s", raw)
	}
}

func TestDKIMFaults(t *testing.T) {
	for _, c := range []struct {
		from     string
		dkim     mail.DKIM
		field    string // "" for none
		selector string
	}{
		{"it@example.com", mail.DKIM{}, "", ""},
		{"it@mail.example.com", mail.DKIM{Domain: "example.com", Selector: "a.b-1"}, "", ""},
		{"it@example.com", mail.DKIM{Domain: "example.org"}, "dkim_domain", ""},
		{"it@badexample.com", mail.DKIM{Domain: "example.com"}, "dkim_domain", ""},
		{"it@example.com", mail.DKIM{Domain: "exa mple"}, "dkim_domain", ""},
		{"it@example.com", mail.DKIM{Selector: "a b"}, "dkim_selector", ""},
		{"it@example.com", mail.DKIM{Selector: "a\r\nb"}, "dkim_selector", ""},
	} {
		got := ""
		for _, fault := range mail.Faults(mail.Settings{Mode: mail.Direct, FromAddress: c.from, DKIM: c.dkim}.Validate()) {
			got += fault.Field
		}
		if got != c.field {
			t.Errorf("%+v: %q, want %q", c, got, c.field)
		}
	}
}

// verifyDKIM checks the signature on top of a letter as RFC 6376 says, with
// nothing of the library that signed it.
func verifyDKIM(raw []byte, dns map[string]string) error {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	fields := regexp.MustCompile(`(?m)^\S(?:[^\r\n]|\r\n[ \t])*`).FindAllString(string(head), -1)
	if len(fields) == 0 || !strings.HasPrefix(fields[0], "DKIM-Signature:") {
		return errors.New("no signature on top")
	}
	tags := map[string]string{}
	for _, tag := range strings.Split(fields[0][len("DKIM-Signature:"):], ";") {
		name, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
	}
	if tags["v"] != "1" || tags["a"] != "rsa-sha256" || tags["c"] != "relaxed/relaxed" {
		return fmt.Errorf("tags %v", tags)
	}
	var lines []string
	for _, line := range strings.Split(string(body), "\r\n") {
		lines = append(lines, strings.TrimRight(regexp.MustCompile(`[ \t]+`).ReplaceAllString(line, " "), " "))
	}
	text := strings.TrimRight(strings.Join(lines, "\r\n"), "\r\n") + "\r\n"
	if sum := sha256.Sum256([]byte(text)); base64.StdEncoding.EncodeToString(sum[:]) != tags["bh"] {
		return errors.New("the body was changed")
	}
	relaxed := func(field string) string {
		name, value, _ := strings.Cut(field, ":")
		return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(strings.Fields(value), " ")
	}
	var signed strings.Builder
	left := fields[1:]
	for _, name := range strings.Split(tags["h"], ":") {
		for i := len(left) - 1; i >= 0; i-- { // from below
			if n, _, _ := strings.Cut(left[i], ":"); strings.EqualFold(n, name) {
				signed.WriteString(relaxed(left[i]) + "\r\n")
				left = append(left[:i:i], left[i+1:]...)
				break
			}
		}
	}
	signed.WriteString(regexp.MustCompile(`b=[^;]*$`).ReplaceAllString(relaxed(fields[0]), "b="))
	_, public, _ := strings.Cut(dns[tags["s"]+"._domainkey."+tags["d"]], "p=")
	der, err := base64.StdEncoding.DecodeString(public)
	if err != nil {
		return err
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return err
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return errors.New("no RSA key")
	}
	signature, err := base64.StdEncoding.DecodeString(tags["b"])
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(signed.String()))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature)
}
