package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

func placeNamed(name string) applesim.Location { return applesim.Location{Name: name} }

func letterLink(l mailtest.Letter) string {
	for _, link := range l.Links {
		if strings.Contains(link, "/i/") {
			return link
		}
	}
	return ""
}

// visit opens an address as a person's browser does, without going on.
func (h *site) visit(address string) said { return h.browse(http.MethodGet, address) }

func (h *site) browse(method, address string, header ...string) said {
	h.t.Helper()
	q, err := http.NewRequestWithContext(h.t.Context(), method, address, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	q.Header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")
	q.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	return h.do(q)
}

// The landing page leads to Apple and nowhere else, whatever is added to its
// address; forged, cut and foreign links all look the same.
func TestLandingPageLeadsToAppleAlone(t *testing.T) {
	t.Parallel()
	h := openSite(t, siteOptions{})
	h.pupils(1)
	h.finished(h.inviting())
	letter, _ := h.post.Find("pupil0@north.example")
	link := letterLink(letter)
	apple, err := url.Parse(h.apple.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"", "?next=//evil.example", "?url=https://evil.example", "?continue=https%3A%2F%2Fevil.example"} {
		on := h.browse("POST", link+"/continue"+more, "X-Forwarded-Host", "evil.example", "Referer", "https://evil.example/")
		to, err := url.Parse(on.header.Get("Location"))
		if err != nil || on.status != 303 || to.Host != apple.Host {
			t.Errorf("continue%s leads to %s (%d)", more, to, on.status)
		}
	}
	unknown := h.visit(link[:len(link)-43] + strings.Repeat("A", 43))
	for _, bad := range []string{
		link[:len(link)-1], link + "A", link[:len(link)-2] + "zz", strings.ToUpper(link[:len(link)-43]) + link[len(link)-43:],
		"http://" + h.address + "/i/", "http://" + h.address + "/i/..%2f..%2fapi%2fv1%2fusers",
	} {
		bad = strings.Replace(bad, "HTTP://", "http://", 1)
		a := h.visit(bad)
		if strings.Contains(bad, "/I/") { // another path altogether
			continue
		}
		if a.status != 404 || string(a.body) != string(unknown.body) {
			t.Errorf("%s answers %d, not as an unknown link does", strings.TrimPrefix(bad, "http://"), a.status)
		}
		if on := h.browse("POST", bad+"/continue"); on.header.Get("Location") != "" && !strings.HasPrefix(on.header.Get("Location"), "/") {
			t.Errorf("%s leads to %s", bad, on.header.Get("Location"))
		}
	}
}

// After the sign-in nobody is led to another site.
func TestSignInLeadsHome(t *testing.T) {
	t.Parallel()
	for _, next := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "\\\\evil.example", "/%0d%0aSet-Cookie:x=1\r\n", "///evil.example", "evil.example", ""} {
		if to := gate.SafeNext(next); to != "/" && next != "/%0d%0aSet-Cookie:x=1\r\n" {
			t.Errorf("%q leads to %q", next, to)
		}
	}
	h := openSite(t, siteOptions{bare: true})
	for _, path := range []string{"//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%2f%2fevil.example", "/.//evil.example/..", "//evil.example//"} {
		a := h.visit("http://" + h.address + path)
		to, err := url.Parse(a.header.Get("Location"))
		if err != nil || to.Host != "" && to.Host != h.address || strings.HasPrefix(a.header.Get("Location"), "//") {
			t.Errorf("%s leads to %s", path, a.header.Get("Location"))
		}
	}
}
