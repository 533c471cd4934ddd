package gate_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/gate"
)

func TestSafeNext(t *testing.T) {
	cases := map[string]string{
		"/users?status=invited#row":     "/users?status=invited#row",
		"/":                             "/",
		"":                              "/",
		"users":                         "/",
		"//evil.example":                "/",
		"/\\evil.example":               "/",
		"/\t/evil.example":              "/",
		"/\r\nSet-Cookie: a=b":          "/",
		"https://evil.example/":         "/",
		"javascript:alert(1)":           "/",
		"/signin?next=/signin":          "/",
		"/%zz":                          "/",
		"/" + strings.Repeat("x", 3000): "/",
	}
	for in, want := range cases {
		if got := gate.SafeNext(in); got != want {
			t.Errorf("SafeNext(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzSafeNext(f *testing.F) {
	f.Add("/users")
	f.Add("//evil.example")
	f.Add("/\\evil.example")
	home := &url.URL{Scheme: "https", Host: "vpp.example.com", Path: "/signin"}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := home.Parse(gate.SafeNext(address))
		if err != nil || u.Host != home.Host || u.Scheme != home.Scheme {
			t.Errorf("%q leads to %v, %v", address, u, err)
		}
	})
}
