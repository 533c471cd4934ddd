package viewtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// Axe is axe-core, which finds what keeps people from using a page. It is not
// ours and not in the repository: `make test` fetches it, and names its file in
// RSVPP_TEST_AXE. The test is skipped, loudly, where there is none.
func Axe(t testing.TB) string {
	t.Helper()
	path := os.Getenv("RSVPP_TEST_AXE")
	if path == "" {
		t.Skip("LEFT OUT: RSVPP_TEST_AXE is not set; run `make test`, which fetches axe-core by npm")
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// Calm is the condition under which nothing on a page moves or changes colour
// any more, but for what never ends, and no region waits for its answer.
const Calm = `!document.querySelector("[aria-busy=true]") && document.getAnimations().every((a) => a.playState !== "running" || a.effect.getComputedTiming().endTime === Infinity)`

// Violations are what axe finds on the page that a tab shows, one line each.
func Violations(ctx context.Context, axe string) ([]string, error) {
	// Frames are pages of their own: the letter's preview has no scripts.
	found, err := chromedp.Run(ctx, chromedp.Evaluate[string](axe+`;
(async () => {
  while (!(`+Calm+`)) await new Promise(requestAnimationFrame);
  const got = await axe.run(document, { iframes: false, resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  return JSON.stringify(got.violations.flatMap((v) => v.nodes.map((n) => v.impact + " " + v.id + ": " + n.target.join(" ") + " " + n.html.slice(0, 160) + " – " + n.failureSummary.replace(/\s+/g, " "))));
})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("running axe: %w", err)
	}
	var out []string
	return out, json.Unmarshal([]byte(found), &out)
}
