package arch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHouse holds the rules over this module.
func TestHouse(t *testing.T) {
	h := load(t, filepath.Join("..", ".."))
	for _, v := range slices.Concat(h.checkImports(), h.checkSource()) {
		t.Error(v)
	}
}

// TestChecker runs the same rules over a small house in testdata that breaks
// every one of them. There, a line that breaks a rule ends in a comment
// `// breaks: part of the message`; every such line must be found, and no other.
func TestChecker(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("testdata", "house"))
	if err != nil {
		t.Fatal(err)
	}
	h := load(t, dir)
	var got []string
	for _, v := range slices.Concat(h.checkImports(), h.checkSource()) {
		got = append(got, fmt.Sprintf("%s:%d: %s", v.file, v.line, v.what))
	}
	slices.Sort(got)
	if diff := cmp.Diff(expected(t, dir), got); diff != "" {
		t.Errorf("violations found in the broken house (-want +got):\n%s", diff)
	}
}

var breaks = regexp.MustCompile(`// breaks: (.*)$`)

// expected reads the comments in the broken house.
func expected(t *testing.T, dir string) []string {
	t.Helper()
	var want []string
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		for i, line := range strings.Split(string(text), "\n") {
			if m := breaks.FindStringSubmatch(line); m != nil {
				for what := range strings.SplitSeq(m[1], "; ") {
					want = append(want, fmt.Sprintf("%s:%d: %s", filepath.ToSlash(rel), i+1, what))
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) == 0 {
		t.Fatal("the broken house expects nothing")
	}
	slices.Sort(want)
	return want
}

// TestPlan keeps the plan itself honest: no room twice, no unknown floor.
func TestPlan(t *testing.T) {
	rooms, floors := map[string]bool{}, map[string]bool{}
	for _, fl := range plan {
		floors[fl.name] = true
		for _, room := range fl.rooms {
			if rooms[room] {
				t.Errorf("room %s stands in the plan twice", room)
			}
			rooms[room] = true
		}
	}
	for _, fl := range plan {
		for _, name := range fl.uses {
			if !floors[name] {
				t.Errorf("floor %s uses the unknown floor %s", fl.name, name)
			}
		}
		for room, also := range fl.also {
			for _, r := range append(also, room) {
				if !rooms[r] {
					t.Errorf("floor %s names the unknown room %s", fl.name, r)
				}
			}
		}
	}
	for _, f := range fences {
		for _, name := range f.never {
			if !floors[name] {
				t.Errorf("a fence names the unknown floor %s", name)
			}
		}
	}
}
