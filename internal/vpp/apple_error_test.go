package vpp_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

var update = flag.Bool("update", false, "write docs/apple-errors.md anew")

// TestAppleErrorsDocument keeps the page that administrators read equal to the
// table that the program speaks from.
func TestAppleErrorsDocument(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "apple-errors.md")
	want := appleErrorsPage()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/apple-errors.md is not of this program: run go test ./internal/vpp -run TestAppleErrorsDocument -update")
	}
}

func appleErrorsPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Apple's error numbers in plain words\n\n" +
		"This page is made from `vpp.AppleProblems`, the table that the console, the API and the commands speak from.\n" +
		"Make it anew with `go test ./internal/vpp -run TestAppleErrorsDocument -update`.\n" +
		"The last three are ours, not Apple's. The kind decides the HTTP status of our API (see `gate.Status`).\n" +
		"`rsvpp explain 9635` and the console's page *Apple's error numbers* say the same.\n" +
		"Apple's own list: <https://developer.apple.com/documentation/devicemanagement/handling-error-responses>\n\n" +
		"| number | kind | what is wrong | why | what to do |\n|---|---|---|---|---|\n")
	for _, p := range vpp.AppleProblems {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s |\n", p.Name(), p.Kind, p.Sentence, p.Cause, p.Next)
	}
	return b.Bytes()
}

// Every number is explained once, and by whole sentences.
func TestAppleProblems(t *testing.T) {
	seen := map[int]bool{}
	for _, p := range vpp.AppleProblems {
		if seen[p.Number] {
			t.Errorf("%d is explained twice", p.Number)
		}
		seen[p.Number] = true
		for _, s := range []string{p.Sentence, p.Cause, p.Next} {
			if s == "" || s[len(s)-1] != '.' {
				t.Errorf("%d: %q is no sentence", p.Number, s)
			}
		}
	}
}

// TestAppleProblemsWhole: no number that Apple's two pages name is left out.
func TestAppleProblemsWhole(t *testing.T) {
	for _, span := range [][2]int{{9600, 9647}, {9650, 9650}, {9700, 9729}, {9811, 9818}} {
		for n := span[0]; n <= span[1]; n++ {
			if _, known := vpp.FindApple(n); !known {
				t.Errorf("%d has no explanation", n)
			}
		}
	}
	if p := vpp.ExplainApple(9999); p.Sentence == "" || p.Cause == "" || p.Next == "" {
		t.Errorf("a number that nobody documents is explained as %+v", p)
	}
}

// An error carries Apple's number through wrapping, so that doors can explain it.
func TestAppleNumber(t *testing.T) {
	err := fmt.Errorf("call: %w", vpp.ExplainApple(vpp.AppleAccountUnusable).Refuses(nil))
	if n := vpp.AppleNumber(err); n != 9635 {
		t.Errorf("the error carries %d", n)
	}
	if n := vpp.AppleNumber(fmt.Errorf("another")); n != 0 {
		t.Errorf("an error of nobody's carries %d", n)
	}
}
