package view_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
)

// TestAxe holds every page, in every state that the gallery knows, to what axe
// knows of accessibility. The tests in e2e look at real pages in every light
// and on every screen; here each state is looked at in one of them.
func TestAxe(t *testing.T) {
	axe := viewtest.Axe(t)
	ctx := viewtest.Browser(t)
	server := viewtest.Serve(t, gallery, assets())
	for i, name := range slices.Sorted(maps.Keys(gallery("light"))) {
		theme, width := "light", int64(1280)
		if i%2 == 1 {
			theme, width = "dark", 390
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 820), chromedp.Navigate(server.URL+"/"+name+"?theme="+theme)); err != nil {
			t.Fatal(err)
		}
		found, err := viewtest.Violations(ctx, axe)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s, %s: %s", name, theme, v)
		}
	}
}
