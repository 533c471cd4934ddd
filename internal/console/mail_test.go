package console_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// TestMailFaults: everything that is wrong is said at once (F-39).
func TestMailFaults(t *testing.T) {
	b := open(t).anna()
	b.get("/settings/mail").says(http.StatusOK, "How mail leaves this server", "Send a test mail to me", "{{.Link}}")
	b.post("/settings/mail", "mode", "relay", "host", "smtp://x", "port", "587", "security", "tls", "username", "apps", "from_address", "nobody", "reply_to", "@@").
		says(http.StatusUnprocessableEntity, "is no server name", "Port 587 speaks STARTTLS", "There is a user name but no password", "The sender&#39;s address cannot be used", "The address for replies cannot be used", `value="apps"`)
	b.post("/settings/mail", "mode", "relay", "host", "mail.example.com", "port", "many", "from_address", "it@school.test").
		says(http.StatusUnprocessableEntity, "A port is a number")
	b.post("/settings/mail", "mode", "pigeon").says(http.StatusUnprocessableEntity, "is no way to send mail")
	b.post("/settings/mail", "mode", "relay", "host", "mail.example.com", "security", "none", "username", "a", "password", "b", "from_address", "it@school.test").
		says(http.StatusUnprocessableEntity, "readable by anyone")
}

// TestMailSaved: settings are kept, the password never comes out, and another
// way of sending forgets it.
func TestMailSaved(t *testing.T) {
	h := open(t)
	b := h.anna()
	relay := []string{"mode", "relay", "host", "mail.example.com", "security", "starttls", "username", "apps", "password", "hunter-twelve", "from_address", "it@school.test", "from_name", "IT"}
	b.post("/settings/mail", relay...).leads("/settings/mail")
	page := b.get("/settings/mail").says(http.StatusOK, "Send a test mail to see that it works", `value="mail.example.com"`, `value="it@school.test"`, "One is kept, sealed.")
	if strings.Contains(page.body, "hunter-twelve") {
		t.Error("the password comes out")
	}
	relay[9] = "" // kept
	b.post("/settings/mail", relay...).leads("/settings/mail")
	b.get("/settings/mail").says(http.StatusOK, "One is kept, sealed.")
	b.post("/settings/mail", "mode", "direct", "host", "mail.example.com", "security", "tls", "username", "apps", "helo", "rsvpp.school.test", "from_address", "it@school.test").leads("/settings/mail")
	if page := b.get("/settings/mail").says(http.StatusOK, `value="rsvpp.school.test"`); strings.Contains(page.body, "One is kept") {
		t.Error("a password is kept for nobody")
	}
}

func TestMailTest(t *testing.T) {
	h := open(t)
	b := h.anna()
	b.post("/settings/mail/test", "to", "anna@school.test").says(http.StatusOK, "Nothing was sent", "No mail is configured")
	server, err := mailtest.NewServer(mailtest.Options{})
	must(t, err)
	defer func() { _ = server.Close() }()
	b.post("/settings/mail", "mode", "relay", "host", server.Host(), "port", strconv.Itoa(server.Port()), "security", "none", "from_address", "it@school.test").leads("/settings/mail")
	b.post("/settings/mail/test", "to", "").says(http.StatusOK, "Type the address")
	b.post("/settings/mail/test", "to", "anna@school.test").says(http.StatusOK, "Connection", "Hand-over", "The mail server took the test mail", "What recipients’ servers find out", "school.test is a name for trying things out")
	must(t, server.Close())
	b.post("/settings/mail/test", "to", "anna@school.test").says(http.StatusOK, "The test mail did not leave")
}

// TestLetter: a text without the link is refused, and what was typed stays (F-33).
func TestLetter(t *testing.T) {
	b := open(t).anna()
	b.post("/settings/mail/letter", "subject", "Hello {{.Nobody}}", "text", "Dear {{.FirstName}}", "html", "").
		says(http.StatusUnprocessableEntity, "The text was not saved.", "{{.Nobody}}", "Link", "Dear {{.FirstName}}")
	b.post("/settings/mail/letter", "subject", "Hello {{.FirstName}}", "text", "Dear {{.FirstName}},\r\nplease go to {{.Link}}", "html", "").leads("/settings/mail")
	b.get("/settings/mail").says(http.StatusOK, "The text is saved.", "Hello Anna", "please go to {{.Link}}")
	preview := b.get("/settings/mail/letter/preview").says(http.StatusOK, "Dear Anna")
	if policy := preview.header.Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || preview.header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Errorf("the preview has power: %q", policy)
	}
}

// TestMailSigning: a key is made and its record shown before letters can be
// signed; the key itself never comes out (F-39).
func TestMailSigning(t *testing.T) {
	b := open(t).anna()
	relay := []string{"mode", "relay", "host", "mail.example.com", "security", "starttls", "from_address", "it@school.test"}
	b.post("/settings/mail", append(relay, "dkim", "1")...).says(http.StatusUnprocessableEntity, "There is no key yet to sign letters with")
	b.post("/settings/mail", relay...).leads("/settings/mail")
	b.post("/settings/mail/dkim").leads("/settings/mail")
	page := b.get("/settings/mail").says(http.StatusOK, "There is a new key.", "rsvpp._domainkey.school.test", "v=DKIM1; k=rsa; p=", "Make a new key")
	if strings.Contains(page.body, "PRIVATE KEY") || strings.Contains(page.body, `name="dkim" value="1" checked`) {
		t.Error("the key comes out, or signs before its record is there")
	}
	b.post("/settings/mail", append(relay, "dkim", "1", "dkim_domain", "other.test")...).says(http.StatusUnprocessableEntity, "recipients would not count it")
	b.post("/settings/mail", append(relay, "dkim", "1", "dkim_selector", "S2")...).leads("/settings/mail")
	b.get("/settings/mail").says(http.StatusOK, `name="dkim" value="1" checked`, "s2._domainkey.school.test")
}
