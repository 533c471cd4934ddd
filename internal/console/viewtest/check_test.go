package viewtest

import (
	"strings"
	"testing"
)

// TestFaultsAreSeen shows that each rule can fail.
func TestFaultsAreSeen(t *testing.T) {
	for want, body := range map[string]string{
		"inline style on p":     `<p style="color:red">x</p>`,
		"inline onclick on p":   `<p onclick="x()">x</p>`,
		"inline script":         `<script src="/a.js">x()</script>`,
		"script without src":    `<script></script>`,
		"inline style sheet":    `<style>p{}</style>`,
		"no label: input q":     `<input id="q" name="q">`,
		"button without a name": `<button><svg></svg></button>`,
		"id twice: a":           `<p id="a"></p><p id="a"></p>`,
		"no such id: b":         `<p aria-labelledby="b"></p>`,
		"foreign address":       `<a href="javascript:x()">x</a>`,
		"not well-formed":       `<p><b></p>`,
		"iframe without title":  `<iframe src="/a"></iframe>`,
	} {
		got := strings.Join(Faults("<html><h1>x</h1>"+body+"</html>"), "; ")
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
	if got := Faults(`<html><h1>a</h1><label for="q">Q</label><input id="q" name="q"></html>`); len(got) > 0 {
		t.Errorf("a good page has faults: %q", got)
	}
}
