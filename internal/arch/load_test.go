package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// house is a module's source, read but not built.
type house struct {
	module string
	dir    string
	fset   *token.FileSet
	rooms  []*room
}

// room is one package.
type room struct {
	path  string // folder below the module's root, with slashes
	name  string
	files []*ast.File // production code, for every platform
	tests []*ast.File
}

// listed is the part of `go list -json` that we read.
type listed struct {
	Dir, ImportPath, Name             string
	Module                            struct{ Path, Dir string }
	GoFiles, CgoFiles, IgnoredGoFiles []string
	TestGoFiles, XTestGoFiles         []string
}

// load reads every package of the module in or above dir.
func load(t *testing.T, dir string) *house {
	t.Helper()
	h := &house{fset: token.NewFileSet()}
	for _, l := range list(t, dir) {
		h.module, h.dir = l.Module.Path, l.Module.Dir
		production := slices.Concat(l.GoFiles, l.CgoFiles)
		tests := slices.Concat(l.TestGoFiles, l.XTestGoFiles)
		// Ignored files are those of other platforms and build tags.
		for _, f := range l.IgnoredGoFiles {
			if strings.HasSuffix(f, "_test.go") {
				tests = append(tests, f)
			} else {
				production = append(production, f)
			}
		}
		h.rooms = append(h.rooms, &room{
			path:  strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, l.Module.Path), "/"),
			name:  l.Name,
			files: h.parse(t, l.Dir, production),
			tests: h.parse(t, l.Dir, tests),
		})
	}
	if len(h.rooms) == 0 {
		t.Fatalf("go list found no package in %s", dir)
	}
	return h
}

func list(t *testing.T, dir string) []listed {
	t.Helper()
	// -e and no -deps: the source is judged even while it does not build.
	cmd := exec.Command("go", "list", "-e", "-json=Dir,ImportPath,Name,Module,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles", "./...")
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off") // a workspace around us must not hide the module
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list in %s: %v\n%s", dir, err, stderr.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		err := dec.Decode(&l)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("reading go list's answer: %v", err)
		}
		all = append(all, l)
	}
}

func (h *house) parse(t *testing.T, dir string, names []string) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(h.fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// at says where a node stands, as a path below the module's root and a line.
func (h *house) at(n ast.Node) (file string, line int) {
	p := h.fset.Position(n.Pos())
	rel, err := filepath.Rel(h.dir, p.Filename)
	if err != nil {
		rel = p.Filename
	}
	return filepath.ToSlash(rel), p.Line
}
