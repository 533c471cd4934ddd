package mailtest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// The catcher is read by people, in front of strangers' letters.
func TestCatcherShowsLetters(t *testing.T) {
	server := newServer(t, mailtest.Options{})
	if err := send(server, "anna@example.org", letter); err != nil {
		t.Fatal(err)
	}
	evil := "Subject: <script>alert(1)</script>\nContent-Type: text/html\n\n<script>alert(2)</script><a href=\"javascript:alert(3)\">x</a>\n"
	if err := send(server, "bob@example.org", evil); err != nil {
		t.Fatal(err)
	}
	catcher, err := mailtest.NewCatcher(server.Box())
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewServer(http.StripPrefix("/mail", catcher))
	defer site.Close()
	cases := []struct {
		path   string
		status int
		holds  string
		csp    string
	}{
		{"/mail/", 200, "Hallo 🎉", "default-src 'none'"},
		{"/mail/", 200, "&lt;script&gt;alert(1)", "script-src 'self'"},
		{"/mail/?q=ANNA", 200, "Änna", "default-src 'none'"},
		{"/mail/?q=nobody", 200, "No letter matches", "default-src 'none'"},
		{"/mail/letters/1/", 200, "https://x.example/i/1?a=b&amp;c=d", "frame-src 'self'"},
		{"/mail/letters/1/", 200, `sandbox="allow-popups allow-popups-to-escape-sandbox"`, "frame-src 'self'"},
		{"/mail/letters/1/page", 200, `<head><base target="_blank">`, "sandbox allow-popups"},
		{"/mail/letters/2/page", 200, "alert(2)", "default-src 'none'"},
		{"/mail/letters/1/source", 200, "Message-ID: <d1@example.com>", "default-src 'none'"},
		{"/mail/letters/99/", 404, "keeps the newest", "default-src 'none'"},
		{"/mail/letters/x/", 404, "keeps the newest", "default-src 'none'"},
		{"/mail/last", 200, "2", ""},
		{"/mail/catcher.css", 200, "light-dark", ""},
		{"/mail/catcher.js", 200, "fetch", ""},
		{"/mail/list.html", 404, "", ""},
	}
	for _, one := range cases {
		answer, err := site.Client().Get(site.URL + one.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != one.status || !strings.Contains(string(body), one.holds) {
			t.Errorf("%s: %d, %v, %s", one.path, answer.StatusCode, err, body)
		}
		if csp := answer.Header.Get("Content-Security-Policy"); !strings.Contains(csp, one.csp) {
			t.Errorf("%s: policy %q", one.path, csp)
		}
		if strings.Contains(string(body), " style=\"") || strings.Contains(string(body), " onclick=") {
			t.Errorf("%s: something inline", one.path)
		}
	}
}
