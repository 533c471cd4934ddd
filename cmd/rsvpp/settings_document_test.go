package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOperationsSettings keeps the tables in docs/operations.md equal to the
// settings that there are: each has a row, with its default.
func TestOperationsSettings(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settingTable() {
		row := settingRow(string(text), s.name)
		if row == "" {
			t.Errorf("%s has no row in docs/operations.md", s.name)
			continue
		}
		if want := shortSpan(s.value); want != "" && !strings.Contains(row, "`"+want+"`") {
			t.Errorf("the default of %s is %s, and its row says: %s", s.name, want, row)
		}
		if s.secret && !strings.Contains(row, "(secret)") {
			t.Errorf("%s is secret, and its row does not say so", s.name)
		}
	}
}

// settingRow finds the row whose first cell names the setting.
func settingRow(text, name string) string {
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) == 5 && strings.Contains(cells[1], "`"+name+"`") {
			return line
		}
	}
	return ""
}

// shortSpan writes 5m0s as people do: 5m.
func shortSpan(v string) string {
	for _, tail := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(v, tail) {
			v = v[:len(v)-2]
		}
	}
	return v
}
