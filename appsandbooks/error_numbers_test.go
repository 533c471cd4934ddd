package appsandbooks_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Sections 1.13 and 2.4: every number of Apple's has one name and one line of
// explanation.
func TestEveryNumberHasAName(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "error_numbers.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	names := map[int]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		number, err := strconv.Atoi(spec.Values[0].(*ast.BasicLit).Value)
		name := spec.Names[0].Name
		if err != nil || names[number] != "" {
			t.Errorf("%s: %d is %s already, or is none: %v", name, number, names[number], err)
		}
		if words := strings.TrimSpace(spec.Comment.Text()); words == "" || strings.Contains(words, "\n") {
			t.Errorf("%s: explained by %q", name, words)
		}
		names[number] = name
		return false
	})
	var want []int
	for _, r := range [][2]int{{9600, 9647}, {9650, 9650}, {9700, 9729}, {9811, 9818}} {
		for n := r[0]; n <= r[1]; n++ {
			want = append(want, n)
		}
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(names))); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}
