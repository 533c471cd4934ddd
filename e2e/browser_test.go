package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
)

// pageWithin bounds everything one test does in its tab.
const pageWithin = 3 * time.Minute

// tab opens a fresh browser with an empty profile and returns its one tab, to be
// used with chromedp.Do and chromedp.Run. The browser ends with the test.
func tab(t testing.TB) context.Context {
	t.Helper()
	return tabWithin(t, pageWithin)
}

func tabWithin(t testing.TB, limit time.Duration) context.Context {
	t.Helper()
	path := need(t, "RSVPP_TEST_CHROMIUM")
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(
		ctx, chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.NoSandbox, // Chromium refuses its sandbox as root; the pages are our own
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), // containers have a tiny /dev/shm
	)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	// Registered last, so it runs first: the browser must be gone before its
	// profile is removed and before it could log into a finished test.
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) })
	return ctx
}

// view is one way of looking at a page.
type view struct {
	name          string
	scheme        string // prefers-color-scheme
	width, height int64
	mobile        bool
}

// views are the ways in which every page must be beautiful.
var views = []view{
	{"wide-light", "light", 1280, 800, false},
	{"wide-dark", "dark", 1280, 800, false},
	{"phone-light", "light", 390, 844, true},
	{"phone-dark", "dark", 390, 844, true},
}

// look sets how the tab shows its pages from now on.
func look(t testing.TB, ctx context.Context, v view) {
	t.Helper()
	options := []chromedp.EmulateViewportOption{}
	if v.mobile {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, v.height, options...))
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shoot takes a picture of the whole page in every view and returns the PNGs by
// view name. They are kept as NAME-VIEW.png in RSVPP_TEST_SCREENSHOTS if set.
func shoot(t testing.TB, ctx context.Context, name string) map[string][]byte {
	t.Helper()
	pictures := map[string][]byte{}
	for _, v := range views {
		look(t, ctx, v)
		calmDown(t, ctx)
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatalf("picture of %s, %s: %v", name, v.name, err)
		}
		pictures[v.name] = png
		keep(t, name+"-"+v.name+".png", png)
	}
	return pictures
}

// calmDown waits until nothing on the page changes its colour or place any more,
// so that no picture shows a thing half way.
func calmDown(t testing.TB, ctx context.Context) {
	t.Helper()
	for end := time.Now().Add(appearsWithin); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if still, err := chromedp.Run(ctx, chromedp.Evaluate[bool](viewtest.Calm)); err == nil && still {
			return
		}
	}
	t.Fatalf("the page does not come to rest within %v", appearsWithin)
}

func keep(t testing.TB, name string, data []byte) {
	t.Helper()
	dir := os.Getenv("RSVPP_TEST_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, "/", "-")), data, 0o644); err != nil {
		t.Fatal(err)
	}
}
