package console_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/console/viewtest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// arrived waits until the page is at a path, so that no test sleeps.
func arrived(ctx context.Context, t *testing.T, path string) {
	t.Helper()
	script := fmt.Sprintf(`new Promise((done, fail) => { const end = Date.now() + 10000; const look = () => { if (location.pathname === %q && document.documentElement.dataset.lively) done("yes"); else if (Date.now() > end) fail("still at " + location.href); else setTimeout(look, 15); }; look(); })`, path)
	for range 20 { // a script dies with the page that is left
		if got, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise)); err == nil && got == "yes" {
			return
		}
	}
	where, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + " " + document.body.innerText`))
	t.Fatalf("did not arrive at %s: %s", path, where)
}

func run(ctx context.Context, t *testing.T, script string) {
	t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](script+`; "done"`)); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}

func visit(ctx context.Context, t *testing.T, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
}

// TestBrowser goes through the console in a real browser, under the gate's own
// policy: nothing may be blocked, and nothing may be wider than the screen.
// RSVPP_SHOTS names a directory for pictures.
func TestBrowser(t *testing.T) {
	ctx := viewtest.Browser(t)
	h := open(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 820), chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException {
				t.Errorf("the browser complains at %s: %s", m.URL, m.Text)
			}
		}
	}()
	visit(ctx, t, h.server.URL+"/setup/"+h.setup)
	look(ctx, t, "real-setup")
	run(ctx, t, `for (const [n, v] of Object.entries({name: "anna", password: "`+password+`", again: "`+password+`"})) document.querySelector("[name=" + n + "]").value = v; document.querySelector("main form").requestSubmit()`)
	arrived(ctx, t, "/")
	look(ctx, t, "real-first")

	by := vpp.Actor{Name: "anna"}
	l, err := h.places.Add(t.Context(), by, []byte(h.token("Gymnasium Berlin-Mitte", applesim.TokenOptions{ExpiresAt: time.Now().Add(400 * time.Hour)}).Content), true)
	must(t, err)
	for i := range 12 {
		_, err := h.roster.Create(t.Context(), by, l.ID, vpp.UserInput{FullName: fmt.Sprintf("Person %d", i), Email: fmt.Sprintf("person%d@school.test", i)})
		must(t, err)
	}
	s, err := h.program.StartSync(t.Context(), by, vpp.Selection{Filter: vpp.Filter{Location: l.ID}, All: true}, false, "k")
	must(t, err)
	must(t, h.program.Expand(t.Context(), s))
	for name, path := range map[string]string{
		"start": "/", "locations": "/locations", "location-add": "/locations/add", "location": "/locations/" + string(l.ID), "tasks": "/tasks",
		"task": "/tasks/" + string(s.ID), "history": "/history", "mail": "/settings/mail", "account": "/account",
	} {
		visit(ctx, t, h.server.URL+path)
		arrived(ctx, t, path)
		look(ctx, t, "real-"+name)
	}
	// The theme changes at once and is kept.
	run(ctx, t, `document.querySelector("[data-theme-toggle] button").click()`)
	visit(ctx, t, h.server.URL+"/tasks")
	arrived(ctx, t, "/tasks")
	look(ctx, t, "real-theme")
}

// look checks that the page fits two screens and takes pictures where they are
// wanted.
func look(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	for _, screen := range []struct {
		name          string
		width, height int64
	}{{"phone", 390, 780}, {"desk", 1280, 820}} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(screen.width, screen.height)); err != nil {
			t.Fatal(err)
		}
		if wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)); err != nil || wide > screen.width {
			t.Errorf("%s is %d wide on a screen of %d (%v)", name, wide, screen.width, err)
		}
		dir := os.Getenv("RSVPP_SHOTS")
		if dir == "" {
			continue
		}
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, name+"-"+screen.name+".png"), picture, 0o600))
	}
}
