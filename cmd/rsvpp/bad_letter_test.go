package main

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/api"
)

const (
	goodText = "Dear {{.FirstName}},\n\n{{.Link}}\n"
	goodHTML = `<p>Dear {{.FirstName}},</p><p><a href="{{.Link}}">Accept</a></p>`
)

// A letter that would not work is not saved, not previewed and not sent, and
// the sentence says where it is wrong.
func TestBadLetter(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.pupils(1)
	var before api.Letter
	h.must("GET", "/letter", nil, &before)
	for _, c := range []struct {
		name   string
		letter api.Letter
		words  []string
	}{
		{"no link", api.Letter{Subject: "Hello", Text: "Dear {{.FirstName}}", HTML: goodHTML}, []string{"{{.Link}}"}},
		{"no link in the HTML", api.Letter{Subject: "Hello", Text: goodText, HTML: "<p>Hello</p>"}, []string{"{{.Link}}", "HTML"}},
		{"link in a comment", api.Letter{Subject: "Hello", Text: goodText, HTML: "<p>Hello</p><!-- {{.Link}} -->"}, []string{"HTML"}},
		{"link behind a condition", api.Letter{Subject: "Hello", Text: "{{if .ExpiresOn}}{{.Link}}{{end}}"}, []string{"Link"}},
		{"broken variable", api.Letter{Subject: "Hello", Text: "Dear {{.FirstName\n\n{{.Link}}"}, []string{"Line", "text", "{{.FirstName}}"}},
		{"unknown variable", api.Letter{Subject: "Hello", Text: "Dear {{.Firstname}}\n{{.Link}}"}, []string{"{{.FirstName}}"}},
		{"a call", api.Letter{Subject: "Hello", Text: `{{printf "%s" .Link}} {{.Link}}`}, []string{"Line 1", "{{.FirstName}}"}},
		{"newline in the subject", api.Letter{Subject: "Hello\nBcc: evil@evil.example", Text: goodText}, []string{"ubject"}},
		{"carriage return in the subject", api.Letter{Subject: "Hello\r\nBcc: evil@evil.example", Text: goodText}, []string{"ubject"}},
		{"empty subject", api.Letter{Subject: " ", Text: goodText}, []string{"ubject", "empty"}},
		{"script", api.Letter{Subject: "Hello", Text: goodText, HTML: goodHTML + "<script>alert(1)</script>"}, []string{"script"}},
		{"open tag", api.Letter{Subject: "Hello", Text: goodText, HTML: `<p>{{.FirstName}}</p><a href="{{.Link}}`}, []string{"HTML"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.within(t)
			h.refused(h.send("PUT", "/letter", c.letter), 422, c.words...)
			h.refused(h.send("POST", "/letter/preview", everybody{"letter": c.letter}), 422, c.words...)
			h.refused(h.send("POST", "/invitations", everybody{"selection": everybody{"all": true}, "letter": c.letter}), 422, c.words...)
		})
	}
	var after api.Letter
	if h.must("GET", "/letter", nil, &after); after != before {
		t.Errorf("the letter changed to %+v", after)
	}
	if h.post.Count() != 0 {
		t.Error("something was sent")
	}
}

// Names and subjects cannot bring headers or HTML of their own into a letter,
// the landing page or the API (header injection, HTML in names).
func TestInjection(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{place: placeNamed(`North <b>"School"</b>`)})
	h.must("PUT", "/letter", api.Letter{Subject: "For {{.FullName}} at {{.Organization}}", Text: goodText, HTML: goodHTML + "<p>{{.FullName}} {{.Organization}} {{.SenderName}}</p>"}, nil)
	evil := `<script>alert(1)</script><img src=x onerror=alert(2)>`
	for _, name := range []string{"Anna\r\nBcc: evil@evil.example", "Anna\nX-Evil: 1", "Anna\x00Bcc", "Anna\u2028Bcc: x"} {
		a := h.send("POST", "/users", everybody{"user_name": "x", "full_name": name, "email": "x@north.example"})
		if a.status == 201 {
			var u api.User
			h.must("GET", "/users/find?name=x", nil, &u)
			if strings.ContainsAny(u.FullName, "\r\n\x00\u2028") {
				t.Errorf("the name %q came in", u.FullName)
			}
			h.must("DELETE", "/users/"+u.ID, nil, nil)
			continue
		}
		status := 422
		if strings.ContainsRune(name, 0) { // no room ever sees it
			status = 400
		}
		h.refused(a, status)
	}
	for _, address := range []string{
		"anna@north.example\r\nBcc: evil@evil.example", "anna@north.example>\r\nRCPT TO:<evil@evil.example", "a b@north.example",
		`"x\r\ny"@north.example`, "anna@north.example, evil@evil.example", "<anna@north.example>",
	} {
		h.refused(h.send("POST", "/users", everybody{"full_name": "Anna", "email": address}), 422, "address")
	}
	h.must("POST", "/users", everybody{"full_name": evil, "first_name": evil, "email": "anna@north.example", "external_id": "1"}, nil)
	h.must("POST", "/users", everybody{"full_name": `Ben "Quote" <ben@evil.example>, Eve`, "email": "ben@north.example", "external_id": "2"}, nil)
	if task := h.finished(h.inviting()); task.Done != 2 {
		t.Fatalf("the run is %+v: %+v", task, h.items(task))
	}
	anna, _ := h.post.Find("anna@north.example")
	ben, _ := h.post.Find("ben@north.example")
	for _, l := range h.post.Letters() {
		if len(l.Header.Values("To")) != 1 || l.Header.Has("Bcc") || l.Header.Has("X-Evil") || len(l.To) != 1 || l.Fault != "" {
			t.Errorf("the letter's headers are %v %s", l.Header, l.Fault)
		}
	}
	if strings.Contains(anna.HTML, "<script") || strings.Contains(anna.HTML, "<img src=x") || strings.Contains(anna.HTML, `<b>"School"`) {
		t.Errorf("the letter runs: %s", anna.HTML)
	}
	if anna.ToName != evil || anna.Subject != "For "+evil+` at North <b>"School"</b>` {
		t.Errorf("the letter goes to %q about %q", anna.ToName, anna.Subject)
	}
	if addresses, err := ben.Header.AddressList("To"); err != nil || len(addresses) != 1 || addresses[0].Address != "ben@north.example" {
		t.Errorf("To is %v %v", addresses, err)
	}
	page := h.visit(letterLink(anna))
	if strings.Contains(string(page.body), "<script") || strings.Contains(string(page.body), "<img src=x") || !strings.Contains(string(page.body), "&lt;script") {
		t.Errorf("the landing page runs: %s", page.body)
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the landing page's policy is %q", policy)
	}
	list := h.send("GET", "/users", nil)
	if !strings.HasPrefix(list.kind, "application/json") || list.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a browser could take the API's answer (%s) for a page: %.300s", list.kind, list.body)
	}
	for _, bad := range []api.MailSettings{
		{FromName: "North\r\nBcc: evil@evil.example", FromAddress: "it@north.example"},
		{FromAddress: "it@north.example\r\nBcc: evil@evil.example"},
		{FromAddress: "it@north.example", ReplyTo: "x@north.example\nBcc: evil@evil.example"},
		{FromAddress: "it@north.example", HELO: "x\r\nMAIL FROM:<evil@evil.example>"},
		{FromAddress: ""},
	} {
		bad.Mode, bad.Host, bad.Port, bad.Security = "relay", h.post.Host(), h.post.Port(), "none"
		h.refused(h.send("PUT", "/mail", bad), 422)
	}
}
