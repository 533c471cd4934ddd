package welcome

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestDevice(t *testing.T) {
	const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	for agent, want := range map[string]string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148": "iphone",
		"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148":          "ipad",
		mac + "Mobile/15E148":                                                              "ipad",
		mac + "Version/18.1 Safari/605.1.15":                                               "mac",
		mac + "Chrome/130.0 Safari/537.36":                                                 "mac",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0":                           "windows",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130.0 Mobile":                     "android",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/130.0":                            "other",
		"Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) Edge/15.15": "other",
		"": "other",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("User-Agent", agent)
		got := deviceOf(r)
		apple := want == "iphone" || want == "ipad" || want == "mac"
		if got.kind != want || (got.name != "") != apple || (got.other != "") == apple || (len(got.steps) > 0) != apple {
			t.Errorf("%q: %+v, want %s", agent, got, want)
		}
	}
}

func TestPrefetchIsNoReader(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", "Mozilla/5.0 (iPhone)")
	if isMachine(r) {
		t.Error("a person is taken for a machine")
	}
	r.Header.Set("Sec-Purpose", "prefetch;prerender")
	if !isMachine(r) {
		t.Error("a prefetch is taken for a person")
	}
}
