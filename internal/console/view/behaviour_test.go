package view_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
)

// step is a script to run in the page, and what it must come to.
type step struct{ what, script, want string }

// Scripts wait for what they look for, so that no test sleeps.
const wait = `(ask => new Promise((done, fail) => { const end = Date.now() + 5000; const look = () => { const got = ask(); if (got) done(String(got)); else if (Date.now() > end) fail("waited in vain for " + ask); else setTimeout(look, 15); }; look(); }))`

// TestSelection shows S1-08 and S0-14 in a real browser: the VPP menu opens
// only for what the selected people are eligible for, and a selection stays
// when the page of the list turns.
func TestSelection(t *testing.T) {
	ctx, address := open(t, "users")
	perform(ctx, t, address, []step{
		{"nothing selected, nothing offered", wait + `(() => document.querySelectorAll("[data-needs]:disabled").length === 5)`, "true"},
		{"one selected", `document.querySelector("input[name=user]").click(), document.querySelector("[data-selected-text]").textContent`, "1 of 48,210 selected"},
		{"eligible acts are offered", `[...document.querySelectorAll("[data-needs]:enabled")].map(b => b.dataset.needs).join()`, "invite,sync"},
		{"the page turns without a reload", `window.stays = "yes", document.querySelector("a[rel=next]").click(), ` + wait + `(() => location.search === "?after=x" && window.stays)`, "yes"},
		{"the selection stays", wait + `(() => document.querySelector("[data-selected-text]").textContent)`, "1 of 48,210 selected"},
		{"all that match", `document.querySelector("[data-select-all-matching]").click(), document.querySelector("[data-selected-text]").textContent`, "48,210 of 48,210 selected"},
		{"everything is offered", `String(document.querySelectorAll("[data-needs]:enabled").length)`, "5"},
		{"the menu opens", `document.querySelector("[popovertarget=vpp]").click(), String(document.querySelector("#vpp:popover-open") !== null)`, "true"},
	})
	picture(ctx, t, "menu-open")
}

// TestKeyboard shows that rows are walked, selected and searched by keys.
func TestKeyboard(t *testing.T) {
	ctx, address := open(t, "users")
	press := func(key string) string {
		return `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `", bubbles: true, cancelable: true})), `
	}
	perform(ctx, t, address, []step{
		{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"},
		{"j j walks to the second row", press("j") + press("j") + `document.querySelector("[data-active] input").value`, "u1"},
		{"k walks back", press("k") + `document.querySelector("[data-active] input").value`, "u0"},
		{"x selects", press("x") + `String(document.querySelector("[data-active] input").checked)`, "true"},
		{"/ searches", press("/") + `document.activeElement.name`, "q"},
		{"letters stay letters in a field", press("x") + `String(document.querySelector("[data-active] input").checked)`, "true"},
		{"? helps", `document.activeElement.blur(), ` + press("?") + `String(document.querySelector("#shortcuts:popover-open") !== null)`, "true"},
	})
}

// TestConfirm shows the review dialog of S4-16 before anything is sent.
func TestConfirm(t *testing.T) {
	ctx, address := open(t, "invite-review")
	perform(ctx, t, address, []step{
		{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"},
		{"a dialog asks first", `document.querySelector("[data-confirm]").click(), String(document.querySelector("dialog").open)`, "true"},
		{"not yet closes it", `document.querySelector("dialog [data-close]").click(), String(document.querySelector("dialog").open)`, "false"},
		{"nothing was sent", `location.pathname`, "/invite-review"},
	})
}

func open(t *testing.T, page string) (context.Context, string) {
	t.Helper()
	ctx := viewtest.Browser(t)
	server := viewtest.Serve(t, gallery, assets())
	return ctx, server.URL + "/" + page + "?theme=light"
}

func perform(ctx context.Context, t *testing.T, address string, steps []step) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 820), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	for _, s := range steps {
		check(ctx, t, s)
	}
}

func check(ctx context.Context, t *testing.T, s step) {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[any](s.script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", s.what, err)
	}
	if got != s.want {
		t.Fatalf("%s: got %v, want %v", s.what, got, s.want)
	}
}

func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("RSVPP_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLive shows that a region fetches itself when the stream stands and when
// the server says that its topic changed, that it stays as it is where nothing
// is new, and that what somebody selected meanwhile is not lost.
func TestLive(t *testing.T) {
	ctx := viewtest.Browser(t)
	pages := viewtest.Serve(t, gallery, assets())
	topics := make(chan string, 1)
	changed := make(chan string)
	asked := make(chan string, 8) // regions that were fetched
	var news atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		kept := httptest.NewRecorder()
		pages.Config.Handler.ServeHTTP(kept, r)
		body := kept.Body.String()
		if news.Load() {
			body = strings.Replace(body, "data-region=", `data-news="yes" data-region=`, 1)
		}
		maps.Copy(w.Header(), kept.Header())
		w.WriteHeader(kept.Code)
		_, _ = io.WriteString(w, body)
		if id := r.Header.Get("X-Fragment"); id != "" {
			asked <- id
		}
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		topics <- r.URL.Query().Get("topics")
		select {
		case topic := <-changed:
			fmt.Fprintf(w, "event: changed\ndata: %s\n\n", topic)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case <-r.Context().Done():
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.CloseClientConnections)
	perform(ctx, t, server.URL+"/users?theme=light", []step{
		{"a person is selected", wait + `(() => document.documentElement.dataset.lively), document.querySelector("input[name=user]").click(), document.getElementById("user-list").old = "old"`, "old"},
	})
	if got := <-topics; got != "tasks users" {
		t.Fatalf("listens to %q", got)
	}
	for range 2 { // both regions look once, for what changed before the stream stood
		<-asked
	}
	for _, s := range []step{
		{"both answers are in", wait + `(() => !document.querySelector("[aria-busy]"))`, "true"},
		{"nothing new, so nothing is replaced", `document.getElementById("user-list").old`, "old"},
	} {
		check(ctx, t, s)
	}
	news.Store(true)
	changed <- "users"
	for _, s := range []step{
		{"the region is fresh", wait + `(() => document.getElementById("user-list").dataset.news)`, "yes"},
		{"the selection stays", `document.querySelector("[data-selected-text]").textContent`, "1 of 48,210 selected"},
		{"others stay", `String(document.getElementById("running") !== null)`, "true"},
	} {
		check(ctx, t, s)
	}
}

// TestDrop shows that a dropped file lands in its field and is sent.
func TestDrop(t *testing.T) {
	ctx, address := open(t, "import")
	perform(ctx, t, address, []step{
		{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"},
		{"a dropped file is sent", `addEventListener("submit", event => { event.preventDefault(); window.sent = event.target.querySelector("input[type=file]").files[0].name; }),
			(data => { data.items.add(new File(["a,b"], "people.csv")); document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); })(new DataTransfer()), window.sent`, "people.csv"},
		{"its name is shown", `document.querySelector("[data-drop-name]").textContent`, "people.csv, 1 kB"},
	})
}
