package builtin_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// client is a way to the server that changes what is said, and notes the
// content types of answers: "" for those without a body.
type client struct {
	method  string
	content func(string) string

	mu    sync.Mutex
	types []string
}

func (c *client) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/mdm") {
		r = r.Clone(r.Context())
		r.Method = c.method
		if kind := c.content(r.Header.Get("Content-Type")); kind == "" {
			r.Header.Del("Content-Type")
		} else {
			r.Header.Set("Content-Type", kind)
		}
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/mdm") {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.types = append(c.types, answer.Header.Get("Content-Type"))
	}
	return answer, err
}

// S3-03…S3-05: messages by PUT or POST, under Apple's content types or what
// else clients have: each is understood, and a command is answered as
// application/xml.
func TestContentTypes(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	asIs := func(kind string) string { return kind }
	for name, c := range map[string]*client{
		"PUT": {method: http.MethodPut, content: asIs}, "POST": {method: http.MethodPost, content: asIs},
		"without":      {method: http.MethodPut, content: func(string) string { return "" }},
		"as XML":       {method: http.MethodPost, content: func(string) string { return "application/xml" }}, // S3-05
		"with charset": {method: http.MethodPut, content: func(kind string) string { return strings.TrimSuffix(kind, "; charset=UTF-8") + ";charset=utf-8" }},
	} {
		d := mdmtest.NewDevice(mdmtest.IPad, name, &http.Client{Transport: c}, h.apns, h.keys)
		profile, err := h.NewProfile(t.Context(), anna, "user-0001")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Enroll(t.Context(), profile); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := h.invite(name, d.UDID); err != nil {
			t.Fatal(err)
		}
		if err := d.Answer(t.Context(), nil); err != nil || d.Shown()[name] != 1 {
			t.Errorf("%s: %v, shown %v", name, err, d.Shown())
		}
		// Authenticate, TokenUpdate, the command, its end.
		if want := []string{"", "", "application/xml", ""}; !slices.Equal(c.types, want) {
			t.Errorf("%s: answered as %q", name, c.types)
		}
	}
}

// Not every client falls back on ServerURL.
func TestProfileAddresses(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	body, err := h.NewProfile(t.Context(), anna, "")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := mdmtest.ReadProfile(body); err != nil || p.CheckInURL != h.web.URL+"/mdm" || p.ServerURL != p.CheckInURL {
		t.Errorf("%+v %v", p, err)
	}
}
