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
		"Negative numbers are ours, not Apple's. The kind decides the HTTP status of our API (see `gate.Status`).\n" +
		"Apple's own list: <https://developer.apple.com/documentation/devicemanagement/handling-error-responses>\n\n" +
		"| number | kind | what is wrong | what to do |\n|---|---|---|---|\n")
	for _, p := range vpp.AppleProblems {
		fmt.Fprintf(&b, "| %d | `%s` | %s | %s |\n", p.Number, p.Kind, p.Sentence, p.Next)
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
		for _, s := range []string{p.Sentence, p.Next} {
			if s == "" || s[len(s)-1] != '.' {
				t.Errorf("%d: %q is no sentence", p.Number, s)
			}
		}
	}
}
