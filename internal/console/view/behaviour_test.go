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
		{"nothing selected, nothing offered", wait + `(() => document.querySelectorAll("[data-needs]:disabled").length === 7)`, "true"},
		{"one selected", `document.querySelector("input[name=user]").click(), document.querySelector("[data-selected-text]").textContent`, "1 of 48,210 selected"},
		{"eligible acts are offered", `[...document.querySelectorAll("[data-needs]:enabled")].map(b => b.dataset.needs).join()`, "invite,sync"},
		{"the page turns without a reload", `window.stays = "yes", document.querySelector("a[rel=next]").click(), ` + wait + `(() => location.search === "?after=x" && window.stays)`, "yes"},
		{"the selection stays", wait + `(() => document.querySelector("[data-selected-text]").textContent)`, "1 of 48,210 selected"},
		{"all that match", `document.querySelector("[data-select-all-matching]").click(), document.querySelector("[data-selected-text]").textContent`, "48,210 of 48,210 selected"},
		{"what somebody of them is eligible for is offered", `[...document.querySelectorAll("[data-needs]:enabled")].map(b => b.dataset.needs).join()`, "invite,register,sync"},
		{"one is left out of them", `document.querySelector("input[name=user]").click(), document.querySelector("[data-selected-text]").textContent`, "48,209 of 48,210 selected"},
		{"and said so to the server", `String(new FormData(document.querySelector("form[data-selection]")).getAll("except"))`, "u0"},
		{"the menu opens", `document.querySelector("[popovertarget=vpp]").click(), String(document.querySelector("#vpp:popover-open") !== null)`, "true"},
	})
	picture(ctx, t, "menu-open")
}

// press sends a key to what has the focus.
func press(key string) string {
	return `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "` + key + `", bubbles: true, cancelable: true})), `
}

// TestKeyboard shows that rows are walked with the focus itself, selected and
// searched by keys.
func TestKeyboard(t *testing.T) {
	ctx, address := open(t, "users")
	const here = `document.activeElement.closest("tr").querySelector("input")`
	perform(ctx, t, address, []step{
		{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"},
		{"j j walks to the second row", press("j") + press("j") + here + `.value`, "u1"},
		{"the focus is on its link", `String(document.activeElement.matches("[data-row-link]"))`, "true"},
		{"k walks back", press("k") + here + `.value`, "u0"},
		{"x selects", press("x") + `String(` + here + `.checked)`, "true"},
		{"/ searches", press("/") + `document.activeElement.name`, "q"},
		{"letters stay letters in a field", press("x") + `String(document.querySelector("input[name=user]").checked)`, "true"},
		{"? helps", `document.activeElement.blur(), ` + press("?") + `String(document.querySelector("#shortcuts:popover-open") !== null)`, "true"},
	})
}

// TestKeyboardOff shows that keys do nothing alone where somebody switched them off.
func TestKeyboardOff(t *testing.T) {
	ctx, address := open(t, "users-keys-off")
	perform(ctx, t, address, []step{
		{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"},
		{"j walks nowhere", press("j") + `document.activeElement.tagName`, "BODY"},
		{"/ stays a letter", press("/") + `document.activeElement.tagName`, "BODY"},
		{"? as well", press("?") + `String(document.querySelector("#shortcuts:popover-open"))`, "null"},
		{"and none are promised", `String(document.querySelector("#shortcuts") || document.querySelector("kbd"))`, "null"},
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

// live is the gallery with a stream of events that a test holds in its hand.
type live struct {
	url     string
	topics  chan string // what the page listens to
	changed chan string // tell it that a topic changed
	asked   chan string // regions that were fetched
	news    atomic.Bool // whether regions come back changed
}

func alive(t *testing.T) *live {
	t.Helper()
	l := &live{topics: make(chan string, 1), changed: make(chan string), asked: make(chan string, 8)}
	pages := viewtest.Serve(t, gallery, assets())
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		kept := httptest.NewRecorder()
		pages.Config.Handler.ServeHTTP(kept, r)
		body := kept.Body.String()
		if l.news.Load() {
			body = strings.Replace(body, "data-region=", `data-news="yes" data-region=`, 1)
		}
		maps.Copy(w.Header(), kept.Header())
		w.WriteHeader(kept.Code)
		_, _ = io.WriteString(w, body)
		if id := r.Header.Get("X-Fragment"); id != "" {
			l.asked <- id
		}
	})
	mux.HandleFunc("GET /events", l.events)
	server := httptest.NewServer(mux)
	t.Cleanup(server.CloseClientConnections)
	l.url = server.URL
	return l
}

func (l *live) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_ = http.NewResponseController(w).Flush()
	l.topics <- r.URL.Query().Get("topics")
	select {
	case topic := <-l.changed:
		fmt.Fprintf(w, "event: changed\ndata: %s\n\n", topic)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case <-r.Context().Done():
	}
}

// TestLive shows that a region fetches itself when the stream stands and when
// the server says that its topic changed, that it stays as it is where nothing
// is new, and that what somebody selected meanwhile is not lost.
func TestLive(t *testing.T) {
	ctx := viewtest.Browser(t)
	l := alive(t)
	perform(ctx, t, l.url+"/users?theme=light", []step{
		{"a person is selected", wait + `(() => document.documentElement.dataset.lively), document.querySelector("input[name=user]").click(), document.getElementById("user-list").old = "old"`, "old"},
	})
	if got := <-l.topics; got != "tasks users" {
		t.Fatalf("listens to %q", got)
	}
	for range 2 { // both regions look once, for what changed before the stream stood
		<-l.asked
	}
	for _, s := range []step{
		{"both answers are in", wait + `(() => !document.querySelector("[aria-busy]"))`, "true"},
		{"nothing new, so nothing is replaced", `document.getElementById("user-list").old`, "old"},
	} {
		check(ctx, t, s)
	}
	l.news.Store(true)
	l.changed <- "users"
	for _, s := range []step{
		{"the region is fresh", wait + `(() => document.getElementById("user-list").dataset.news)`, "yes"},
		{"the selection stays", `document.querySelector("[data-selected-text]").textContent`, "1 of 48,210 selected"},
		{"others stay", `String(document.getElementById("running") !== null)`, "true"},
	} {
		check(ctx, t, s)
	}
}

// kept shows what stays as somebody left it when a region of a page is fetched
// anew: prepare is done before, keeps is asked afterwards.
func kept(t *testing.T, page, region, topic, prepare string, keeps []step) {
	t.Helper()
	ctx := viewtest.Browser(t)
	l := alive(t)
	perform(ctx, t, l.url+"/"+page+"?theme=light", []step{{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"}})
	for range strings.Fields(<-l.topics) {
		<-l.asked
	}
	check(ctx, t, step{"all answers are in", wait + `(() => !document.querySelector("[aria-busy]"))`, "true"})
	check(ctx, t, step{"somebody is at work", prepare + `, "ready"`, "ready"})
	l.news.Store(true)
	l.changed <- topic
	check(ctx, t, step{"the region is fresh", wait + `(() => document.getElementById("` + region + `").dataset.news)`, "yes"})
	for _, s := range keeps {
		check(ctx, t, s)
	}
}

// TestFocusStays shows that a refresh leaves the focus on its row, the list
// scrolled as it was, and the choice of all that match.
func TestFocusStays(t *testing.T) {
	kept(t, "users", "user-list", "users",
		`document.querySelector("[data-select-all-matching]").click(), document.querySelector(".table-wrap").style.width = "300px", document.styleSheets[0].insertRule(".table-wrap { width: 300px }"),
			document.querySelector(".table-wrap").scrollLeft = 40, document.querySelectorAll("tbody input[name=user]")[6].focus({preventScroll: true})`,
		[]step{
			{"row 7 has the focus", `document.activeElement.value`, "u6"},
			{"the list is scrolled", `String(document.querySelector(".table-wrap").scrollLeft)`, "40"},
			{"all that match", `document.querySelector("[data-selected-text]").textContent`, "48,210 of 48,210 selected"},
			{"and look so", `String(document.querySelectorAll("tbody input[name=user]:not(:checked)").length)`, "0"},
		})
}

// TestWorkStays shows that a refresh keeps what is open and what was typed.
func TestWorkStays(t *testing.T) {
	kept(t, "device", "device", "device:1",
		`document.querySelectorAll("details").forEach((d) => { d.open = !d.open; }), document.querySelector("[name=user]").value = "Ada", document.querySelectorAll("summary")[1].focus()`,
		[]step{
			{"details are as they were left", `[...document.querySelectorAll("#repair details")].map((d) => d.open).join()`, "false,true"},
			{"the summary has the focus", `String(document.activeElement === document.querySelectorAll("summary")[1])`, "true"},
			{"the draft is there", `document.querySelector("[name=user]").value`, "Ada"},
		})
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

// TestUndoCountsDown shows that the time to undo runs on the page, and that
// the button goes with it.
func TestUndoCountsDown(t *testing.T) {
	ctx, address := open(t, "task-held")
	perform(ctx, t, address, []step{
		{"the time that is left stands beside", wait + `(() => /^ \(\d+:\d\d left\)$/.test(document.querySelector("[data-until-left]").textContent))`, "true"},
		{"two buttons undo", `String([...document.querySelectorAll("form[action$='/undo'] button")].length)`, "2"},
		{"its time ends", `document.querySelectorAll("[data-until]").forEach(b => b.dataset.until = "2001-01-01T00:00:00Z"), ` + wait + `(() => document.querySelectorAll("form[action$='/undo']").length === 0)`, "true"},
		{"and says so", `document.querySelector(".held p").textContent`, "The time to undo is over."},
	})
}

// TestQuestion shows that the server's question is asked in a dialog over the
// page, and that nothing is sent before it is answered.
func TestQuestion(t *testing.T) {
	ctx := viewtest.Browser(t)
	l := alive(t)
	perform(ctx, t, l.url+"/user-edit?theme=light", []step{
		{"the modules are there", wait + `(() => document.documentElement.dataset.lively)`, "yes"},
		{"a dialog asks first", `document.querySelector("form[data-asks]").action = "/question", document.querySelector("form[data-asks] button").click(), ` + wait + `(() => document.querySelector("dialog[open] #question-title")?.textContent.startsWith("Remove "))`, "true"},
		{"who presses Enter at once does no harm", `document.activeElement.textContent`, "Cancel"},
		{"cancel closes it", `document.activeElement.click(), ` + wait + `(() => !document.querySelector("dialog"))`, "true"},
		{"nothing was sent", `location.pathname`, "/user-edit"},
	})
}
