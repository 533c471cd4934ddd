package storetest

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// SaysAsDocumented fails the test where a message for a webhook has other
// fields than the example of its kind in docs/operations.md.
func SaysAsDocumented(t testing.TB, kind vpp.EventKind, body string) {
	t.Helper()
	want, there := examples(t)[kind]
	if !there {
		t.Errorf("docs/operations.md has no example of %s", kind)
	}
	if got := fields(t, body); !slices.Equal(got, want) {
		t.Errorf("%s has the fields %v, its example %v: %s", kind, got, want, body)
	}
}

// examples are the fields of each line of JSON in the document.
func examples(t testing.TB) map[vpp.EventKind][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[vpp.EventKind][]string{}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, `{"type":"`); ok {
			kind, _, _ := strings.Cut(rest, `"`)
			all[vpp.EventKind(kind)] = fields(t, line)
		}
	}
	return all
}

func fields(t testing.TB, body string) []string {
	t.Helper()
	var m struct{ Data map[string]any }
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return slices.Sorted(maps.Keys(m.Data))
}
