package viewtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"
)

// Policy is what the gate sends with every page.
const Policy = "default-src 'self'"

// Gallery renders all pages in a theme, by name.
type Gallery func(theme string) map[string]templ.Component

// Serve makes a server with every page of a gallery at /NAME?theme=THEME and
// the files of static under /static/.
func Serve(t *testing.T, gallery Gallery, static http.Handler) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /letter-preview", letter)
	mux.HandleFunc("/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		page := gallery(r.URL.Query().Get("theme"))[r.PathValue("name")]
		if page == nil {
			http.NotFound(w, r)
			return
		}
		if id := r.Header.Get("X-Fragment"); id != "" {
			_ = templ.RenderFragments(r.Context(), w, page, id)
			return
		}
		templ.Handler(page).ServeHTTP(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func letter(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	fmt.Fprint(w, `<body style="font:16px/1.5 sans-serif;margin:2em;color:#151b2e"><p>Hello Łucja,</p><p>Example School invites you to get the apps it pays for. You will be asked to sign in with your Apple Account.</p><p><a href="#">Accept the invitation</a></p><p>It cannot see your photos, messages or purchases.</p>`)
}

// Browser opens a Chromium; the test is skipped, loudly, where there is none.
func Browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("LEFT OUT: no chromium on this machine (Debian: apt install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel() })
	limited, end := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(end)
	return limited
}

// Shoot writes pictures of all pages of a gallery into dir: light and dark,
// desk and phone. It fails where the browser complains, or a page is wider
// than its screen. names chooses pages; none means all.
func Shoot(t *testing.T, dir string, gallery Gallery, static http.Handler, names ...string) {
	t.Helper()
	ctx := Browser(t)
	server := Serve(t, gallery, static)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	complain(t, ctx)
	for name := range gallery("light") {
		if len(names) > 0 && !chosen(name, names) {
			continue
		}
		for _, screen := range []struct {
			name          string
			width, height int64
		}{{"desk", 1280, 820}, {"phone", 390, 780}} {
			for _, theme := range []string{"light", "dark"} {
				address := fmt.Sprintf("%s/%s?theme=%s", server.URL, name, theme)
				file := filepath.Join(dir, strings.Join([]string{name, screen.name, theme}, "-")+".png")
				shot(ctx, t, address, file, screen.width, screen.height)
			}
		}
	}
}

func chosen(name string, names []string) bool {
	for _, n := range names {
		if strings.HasPrefix(name, n) {
			return true
		}
	}
	return false
}

func complain(t *testing.T, ctx context.Context) {
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
}

func shot(ctx context.Context, t *testing.T, address, file string, width, height int64) {
	t.Helper()
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height), chromedp.Navigate(address))
	if err != nil {
		t.Fatal(err)
	}
	if wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)); err != nil || wide > width {
		t.Errorf("%s is %d wide on a screen of %d (%v)", filepath.Base(file), wide, width, err)
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
}
