package static

import (
	"fmt"
	"io/fs"
	"math"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast holds texts and their grounds to WCAG AA, light and dark.
func TestContrast(t *testing.T) {
	palette := tokens(t)
	pairs := map[string][]string{
		"paper": {"ink", "soft", "pen", "bad"}, "sheet": {"ink", "soft", "pen", "bad", "registered"}, "raised": {"ink", "soft", "pen", "bad"},
		"pen-wash": {"ink", "pen", "soft"}, "not-invited-wash": {"ink", "not-invited"}, "invited-wash": {"ink", "invited"},
		"registered-wash": {"ink", "registered"}, "removed-wash": {"ink", "removed"}, "bad-wash": {"ink", "bad"},
		"pen-fill": {"on-pen"}, "pen-fill-over": {"on-pen"}, "bad-fill": {"on-pen"},
	}
	for ground, texts := range pairs {
		for _, text := range texts {
			for theme, name := range []string{"light", "dark"} {
				if got := contrast(t, palette[text][theme], palette[ground][theme]); got < 4.5 {
					t.Errorf("%s on %s, %s: contrast %.2f, want 4.5", text, ground, name, got)
				}
			}
		}
	}
}

// tokens reads each colour as its light and its dark value.
func tokens(t *testing.T) map[string][2]string {
	t.Helper()
	sheet, err := fs.ReadFile(files, "tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\(#(\w{6}), #(\w{6})\)`).FindAllStringSubmatch(string(sheet), -1) {
		out[m[1]] = [2]string{m[2], m[3]}
	}
	for _, m := range regexp.MustCompile(`--([a-z-]+): #(\w{6});`).FindAllStringSubmatch(string(sheet), -1) {
		out[m[1]] = [2]string{m[2], m[2]}
	}
	return out
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + .05) / (math.Min(x, y) + .05)
}

// luminance is the relative luminance of WCAG 2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(shift uint) float64 {
		c := float64(n>>shift&255) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return .2126*linear(16) + .7152*linear(8) + .0722*linear(0)
}

// TestNothingForeign shows that no file fetches anything from elsewhere, and
// that no module is longer than it should be.
func TestNothingForeign(t *testing.T) {
	names, err := fs.Glob(files, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "http://www.w3.org/2000/svg", "")
		for _, word := range []string{"http:", "https:", "@import", "eval(", "innerHTML", "setAttribute(\"style\""} {
			if strings.Contains(text, word) {
				t.Errorf("%s has %s", name, word)
			}
		}
		if lines := strings.Count(text, "\n"); strings.HasSuffix(name, ".js") && lines > 200 {
			t.Errorf("%s has %d lines", name, lines)
		}
	}
}

// TestHandler shows that files are served for ever under their version.
func TestHandler(t *testing.T) {
	version, err := Version()
	if err != nil || len(version) != 12 {
		t.Fatalf("version %q, %v", version, err)
	}
	prefix := fmt.Sprintf("/static/%s/", version)
	for name, want := range map[string]string{"console.js": "text/javascript", "base.css": "text/css", "mark.svg": "image/svg+xml"} {
		w := httptest.NewRecorder()
		Handler(prefix).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", prefix+name, nil))
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), want) || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
}
