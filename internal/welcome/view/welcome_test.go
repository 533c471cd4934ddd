package view_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"rsc.io/qr"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
	. "github.com/rsvpp/rsvpp/internal/welcome/view"
)

const evil = `<script>alert("x")</script> O’Neill`

func gallery(string) map[string]templ.Component {
	page := Page{Styles: "/static/welcome.css", Organization: "Gymnasium Berlin-Mitte", Contact: "help@school.example"}
	arabic := page
	arabic.Dir, arabic.Lang, arabic.Organization = "rtl", "ar", "مدرسة القاهرة الدولية"
	steps := []string{"A page of Apple’s opens in the App Store.", "Apple asks you to sign in with your Apple Account.", "You agree to Apple’s terms, and are done."}
	out := map[string]templ.Component{
		"welcome":        WelcomePage(Welcome{Page: page, Code: "c", Name: "Łucja Wiśniewska", By: "Ada Lindqvist", Device: "iPhone", Continue: "/i/c/continue", Steps: steps, Expires: "until 6 December 2026"}),
		"welcome-rtl":    WelcomePage(Welcome{Page: arabic, Code: "c", Name: evil, Device: "iPad", Managed: "Managed Apple Account of the school", Continue: "/i/c/continue", Steps: steps, Expires: "until 6 December 2026"}),
		"welcome-device": WelcomePage(Welcome{Page: page, Code: "c", Name: "王小明", Other: "this Windows PC", QR: picture(), Expires: "until 6 December 2026"}),
	}
	out["welcome-asked"] = WelcomePage(Welcome{Page: page, Code: "c", Name: "Łucja Wiśniewska", Device: "iPhone", Continue: "/i/c/continue", Steps: steps, Expires: "until 6 December 2026", Continued: true, NotYet: true})
	for _, kind := range ends() {
		out["end-"+string(kind)] = EndPage(End{Page: page, Kind: kind, Code: "c"})
	}
	return out
}

func ends() []EndKind {
	return []EndKind{Expired, Withdrawn, Registered, Waiting, Asking, NotMe, Sent, Unknown}
}

// picture draws a real QR code, as the door will.
func picture() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		code, err := qr.Encode("https://rsvpp.school.example/i/not-a-real-one", qr.M)
		if err != nil {
			return err
		}
		var path strings.Builder
		for y := range code.Size {
			for x := range code.Size {
				if code.Black(x, y) {
					path.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h1v1h-1z")
				}
			}
		}
		_, err = io.WriteString(w, `<svg width="240" height="240" viewBox="0 0 `+strconv.Itoa(code.Size)+` `+strconv.Itoa(code.Size)+`"><path d="`+path.String()+`"></path></svg>`)
		return err
	})
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPages holds every page to the rules, and keeps them free of scripts.
func TestPages(t *testing.T) {
	pages := gallery("")
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		t.Run(name, func(t *testing.T) {
			html := render(t, pages[name])
			viewtest.Check(t, html)
			if strings.Contains(html, "<script") {
				t.Error("a script on a page for strangers")
			}
		})
	}
}

// TestEndsDiffer shows that every end has words of its own.
func TestEndsDiffer(t *testing.T) {
	seen := map[string]EndKind{}
	for _, kind := range ends() {
		html := render(t, EndPage(End{Kind: kind}))
		_, rest, _ := strings.Cut(html, "<h1>")
		title, _, _ := strings.Cut(rest, "</h1>")
		if other, ok := seen[title]; ok {
			t.Errorf("%s and %s both say %q", kind, other, title)
		}
		seen[title] = kind
	}
}

// TestShots takes pictures into RSVPP_SHOTS.
func TestShots(t *testing.T) {
	dir := os.Getenv("RSVPP_SHOTS")
	if dir == "" {
		t.Skip("RSVPP_SHOTS names no directory for pictures")
	}
	viewtest.Shoot(t, dir, gallery, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		_, _ = io.WriteString(w, Styles())
	}))
}
