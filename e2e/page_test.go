package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// appearsWithin bounds what a page needs to show something on a slow machine.
const appearsWithin = 20 * time.Second

// page is a browser's tab in the hands of a person: it finds things by what
// they say, and its mouse and keys are real ones. Whatever the browser
// complains about fails the test: scripts, policies, files that are missing.
type page struct {
	t     testing.TB
	ctx   context.Context
	plain bool // scripts are switched off
}

// desk opens a browser with one page at the size of a desk.
func desk(t testing.TB) *page {
	t.Helper()
	p := &page{t: t, ctx: tab(t)}
	p.settle()
	return p
}

// beside opens another tab of the same browser.
func (p *page) beside() *page {
	p.t.Helper()
	return p.attach(chromedp.NewContext(p.ctx))
}

func (p *page) attach(ctx context.Context, cancel context.CancelFunc) *page {
	p.t.Helper()
	p.t.Cleanup(cancel)
	other := &page{t: p.t, ctx: ctx}
	p.must(chromedp.Do(ctx))
	other.settle()
	return other
}

func (p *page) settle() {
	p.t.Helper()
	complaints := &complaints{}
	messages := chromedp.Console(p.ctx)
	go complaints.gather(messages)
	p.t.Cleanup(func() { complaints.report(p.t) })
	look(p.t, p.ctx, views[0])
}

// complaints are what a browser had to say about our pages.
type complaints struct {
	mu   sync.Mutex
	said []string
}

func (c *complaints) gather(messages func(func(chromedp.ConsoleMessage, error) bool)) {
	for m, err := range messages {
		if err != nil {
			return
		}
		bad := m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || strings.Contains(m.Text, "Content Security Policy")
		// A form that is sent back with its faults is no fault of the page.
		if bad && !strings.Contains(m.Text, "status of 422") {
			c.mu.Lock()
			c.said = append(c.said, m.URL+": "+m.Text)
			c.mu.Unlock()
		}
	}
}

func (c *complaints) report(t testing.TB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, said := range c.said {
		t.Errorf("the browser complains at %s", said)
	}
}

// as is the same tab in a subtest.
func (p *page) as(t testing.TB) *page {
	same := *p
	same.t = t
	return &same
}

func (p *page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%v\n%s", err, p.shows())
	}
}

// withoutScripts switches JavaScript off in this tab.
func (p *page) withoutScripts() {
	p.t.Helper()
	p.plain = true
	_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.must(err)
}

func (p *page) visit(address string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.Navigate(address)))
	p.wait("true")
}

// calm is when a page has arrived and its scripts, if it has any, are at work.
const (
	calm   = `document.readyState === "complete"`
	lively = ` && (!document.querySelector("script[type=module]") || !!document.documentElement.dataset.lively)`
)

// wait returns once a condition holds in the page.
func (p *page) wait(condition string) {
	p.t.Helper()
	p.within(appearsWithin, condition)
}

func (p *page) within(limit time.Duration, condition string) {
	p.t.Helper()
	script := calm + " && !!(" + condition + ")"
	if !p.plain {
		script = calm + lively + " && !!(" + condition + ")"
	}
	var err error
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var holds bool
		if holds, err = chromedp.Run(p.ctx, chromedp.Evaluate[bool](script)); err == nil && holds {
			return
		}
		if p.ctx.Err() != nil {
			break
		}
	}
	p.t.Fatalf("%s does not hold within %v (%v)\n%s", condition, limit, err, p.shows())
}

// says waits until the page shows words, whatever their case on screen.
func (p *page) says(words ...string) {
	p.t.Helper()
	for _, w := range words {
		p.wait(`document.body.innerText.replace(/\s+/g, " ").toLowerCase().includes(` + quote(strings.ToLower(w)) + `)`)
	}
}

// silent fails where the page shows words now.
func (p *page) silent(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(strings.ToLower(p.shows()), strings.ToLower(w)) {
			p.t.Errorf("the page says %q:\n%s", w, p.shows())
		}
	}
}

// shows is what a reader sees, for messages.
func (p *page) shows() string {
	text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 3000)`))
	return text
}

// read returns what a script finds.
func (p *page) read(script string) string {
	p.t.Helper()
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`String(`+script+`)`))
	p.must(err)
	return got
}

// count reads a number that stands on the page.
func (p *page) count(selector string) int {
	p.t.Helper()
	return number(p.t, p.read(`document.querySelector(`+quote(selector)+`).innerText`))
}

func number(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSpace(text), ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// found is the script that finds the first visible thing by a selector, or by
// what it says when it stands for a click.
func found(what string) string {
	return `((what) => {
  const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
  const says = (e) => (e.innerText ?? "").trim().replace(/\s+/g, " ");
  const all = [...document.querySelectorAll("a, button, summary, label")].filter(seen);
  const in_ = document.querySelector("dialog[open]");
  const by = (fits) => all.find((e) => (!in_ || in_.contains(e)) && fits(e));
  const text = by((e) => says(e) === what || e.getAttribute("aria-label") === what) ?? by((e) => says(e).startsWith(what + " "));
  if (text) return text;
  try { return [...document.querySelectorAll(what)].find(seen) ?? null; } catch { return null; }
})(` + quote(what) + `)`
}

// reach scrolls to e if it is out of sight, and says where it is once it stands
// still, is enabled, and nothing lies over it.
const reach = `
  if (!e || e.disabled) return false;
  const r = e.getClientRects()[0], x = r.left + r.width / 2, y = r.top + r.height / 2;
  const top = document.elementFromPoint(x, y);
  if (!top || !(e.contains(top) || top.contains(e))) { e.scrollIntoView({block: "center", behavior: "instant"}); return false; }
  const before = window.e2eAt; window.e2eAt = JSON.stringify({X: x, Y: y});
  return before === window.e2eAt;`

// click presses the mouse on something, as soon as it can be pressed.
func (p *page) click(what string) {
	p.t.Helper()
	p.wait(`((e) => {` + reach + `})(` + found(what) + `)`)
	var at struct{ X, Y float64 }
	p.must(json.Unmarshal([]byte(p.read(`window.e2eAt`)), &at))
	p.must(chromedp.Do(p.ctx, chromedp.MouseClickXY(at.X, at.Y)))
}

// fill types into a field, in place of what stands there.
func (p *page) fill(field, text string) {
	p.t.Helper()
	p.click(field)
	p.must(chromedp.Do(p.ctx, chromedp.KeyEvent("a", chromedp.KeyModifiers(2)), chromedp.KeyEvent(text)))
}

func (p *page) keys(keys string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.KeyEvent(keys)))
}

// drop gives a file to a file field.
func (p *page) drop(field, name, content string) {
	p.t.Helper()
	path := p.t.TempDir() + "/" + name
	p.must(os.WriteFile(path, []byte(content), 0o600))
	p.must(chromedp.Do(p.ctx, chromedp.SetUploadFiles(chromedp.CSS(field), []string{path})))
}

// opened returns the tab that an act opens.
func (p *page) opened(act func()) *page {
	p.t.Helper()
	fresh := chromedp.WaitNewTarget(p.ctx, func(i *target.Info) bool { return i.Type == "page" })
	act()
	select {
	case id := <-fresh:
		return p.attach(chromedp.NewContext(p.ctx, chromedp.WithTargetID(id)))
	case <-time.After(appearsWithin):
		p.t.Fatalf("no new tab opened\n%s", p.shows())
		return nil
	}
}

// fits fails where the page is wider than a phone, and keeps pictures of it
// where they are wanted.
func (p *page) fits(name string) {
	p.t.Helper()
	look(p.t, p.ctx, views[2])
	p.narrow(name)
	if os.Getenv("RSVPP_TEST_SCREENSHOTS") != "" {
		shoot(p.t, p.ctx, name)
	}
	look(p.t, p.ctx, views[0])
}

// narrow fails where the page can be scrolled sideways on a phone.
func (p *page) narrow(name string) {
	p.t.Helper()
	wide := ""
	for wide == "" { // between two pages there is none
		wide = p.read(`document.documentElement?.scrollWidth ?? ""`)
	}
	if wide != fmt.Sprint(views[2].width) {
		p.t.Errorf("%s is %s wide on a screen of %d", name, wide, views[2].width)
	}
}

// picture keeps what is on screen, such as an open menu, where it is wanted.
func (p *page) picture(name string) {
	p.t.Helper()
	if os.Getenv("RSVPP_TEST_SCREENSHOTS") == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	p.must(err)
	keep(p.t, name+"-wide-light.png", png)
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // a string always has a JSON form
	return string(quoted)
}

// signIn takes the administrator to the start page.
func (p *page) signIn(d demo) {
	p.t.Helper()
	p.visit(d.url + "/")
	p.fill("[name=name]", "admin")
	p.fill("[name=password]", d.password)
	p.keys("\r")
	p.wait(`location.pathname === "/"`)
	p.wait(`document.querySelector("nav.rail")`)
}
