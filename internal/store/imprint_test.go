package store

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whoever writes what Apple says of somebody says so to the imprint (decision
// 16): otherwise a full read believes what is no longer so.
func TestWritersOfApplesWordTouch(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(`UPDATE program_users SET [^` + "`" + `]*(apple_status|apple_email|account_hash|code_mark) = `)
	writers := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if !word.Match(text) {
			continue
		}
		if writers++; !strings.Contains(string(text), "touch") {
			t.Errorf("%s writes Apple's word and touches nothing", name)
		}
	}
	if writers < 3 {
		t.Errorf("only %d writers were found", writers)
	}
}

// A list of everybody at a location, in the middle of a statement, is held in
// memory: 100 MiB of a million people.
func TestNobodyListsALocation(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	whole := regexp.MustCompile(`IN \(SELECT \w+ FROM program_users WHERE location_id = \$\d+\)`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if found := whole.Find(text); err != nil || found != nil {
			t.Errorf("%s: %s %v", name, found, err)
		}
	}
}
