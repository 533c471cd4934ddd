package arch

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// checkSource holds what imports do not show: clocks, ids, init, names and
// package comments.
func (h *house) checkSource() []violation {
	var found []violation
	for _, r := range h.rooms {
		found = append(found, h.checkName(r)...)
		found = append(found, h.checkComment(r)...)
		for _, f := range r.files {
			found = append(found, h.checkInit(f)...)
			if fl, _ := floorOf(r.path); fl != nil && (fl.name == "ground" || fl.name == "services") {
				found = append(found, h.checkBans(f)...)
			}
		}
	}
	return found
}

func (h *house) checkName(r *room) []violation {
	folder := r.path[strings.LastIndex(r.path, "/")+1:]
	if !bannedNames[r.name] && !bannedNames[folder] {
		return nil
	}
	return []violation{h.violation(r.first().Name, "package "+r.path+" is named after nothing",
		"§3: no packages named util, common, helpers, types, models; name it after what it knows")}
}

func (h *house) checkComment(r *room) []violation {
	files := r.files
	if len(files) == 0 {
		files = r.tests // a room of tests says in a test file what it is
	}
	want := "Package " + r.name + " "
	for _, f := range files {
		if f.Doc == nil {
			continue
		}
		sentence, _, _ := strings.Cut(f.Doc.Text(), "\n\n")
		if (r.name == "main" || strings.HasPrefix(sentence, want)) && strings.Contains(sentence, ".") {
			return nil
		}
	}
	return []violation{h.violation(r.first().Name, "package "+r.path+" has no package comment that begins with a sentence",
		"§3: a package begins with one plain sentence (“"+want+"…”), then what it owns, then what it never does")}
}

func (h *house) checkInit(f *ast.File) []violation {
	var found []violation
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			found = append(found, h.violation(fn, "func init()",
				"§3: no init(); build the value in a constructor that cmd calls"))
		}
	}
	return found
}

// checkBans looks for mentions, not calls: `clock := time.Now` is one too.
func (h *house) checkBans(f *ast.File) []violation {
	var found []violation
	for _, b := range bans {
		local := localName(f, b.pkg)
		if local == "." {
			found = append(found, h.violation(f.Name, "imports "+b.pkg+" with a dot", b.why))
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || !slices.Contains(b.names, sel.Sel.Name) {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, h.violation(sel, x.Name+"."+sel.Sel.Name, b.why))
			}
			return true
		})
	}
	return found
}

// localName is what a file calls a package: "" if it does not import it.
func localName(f *ast.File, pkg string) string {
	for _, imp := range f.Imports {
		if path, err := strconv.Unquote(imp.Path.Value); err != nil || path != pkg {
			continue
		}
		if imp.Name != nil {
			return imp.Name.Name
		}
		return pkg[strings.LastIndex(pkg, "/")+1:]
	}
	return ""
}

func (r *room) first() *ast.File {
	return slices.Concat(r.files, r.tests)[0]
}
