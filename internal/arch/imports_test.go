package arch

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// violation is one broken rule: where, what, and which rule of the house.
type violation struct {
	file string
	line int
	what string
	why  string
}

func (v violation) String() string {
	return fmt.Sprintf("%s:%d: %s\n\tthe house, %s", v.file, v.line, v.what, v.why)
}

// checkImports holds the floors and the fences. Tests may import anything.
func (h *house) checkImports() []violation {
	var found []violation
	for _, r := range h.rooms {
		fl, home := floorOf(r.path)
		for _, f := range r.files {
			if fl == nil {
				found = append(found, h.violation(f.Name, "package "+r.path+" has no place in the house",
					"the tree: every folder is a room; add it to the plan in internal/arch/plan_test.go"))
				continue
			}
			if fl.tests {
				found = append(found, h.violation(f.Name, "package "+r.path+" holds production code", fl.why))
			}
			for _, imp := range f.Imports {
				found = append(found, h.checkImport(r, fl, home, imp)...)
			}
		}
	}
	return found
}

func (h *house) checkImport(r *room, fl *floor, home string, imp *ast.ImportSpec) []violation {
	path, err := strconv.Unquote(imp.Path.Value)
	if err != nil {
		return []violation{h.violation(imp, "import path cannot be read", err.Error())}
	}
	if target, ours := strings.CutPrefix(path, h.module+"/"); ours {
		return h.checkOurs(r, fl, home, target, imp)
	}
	var found []violation
	for _, fence := range fences {
		if fence.holds(path) && !fence.lets(r.path, fl) {
			found = append(found, h.violation(imp, r.path+" imports "+path, fence.why))
		}
	}
	return found
}

func (h *house) checkOurs(r *room, fl *floor, home, target string, imp *ast.ImportSpec) []violation {
	var found []violation
	if within(target, testRooms...) && !within(r.path, testRooms...) {
		found = append(found, h.violation(imp, r.path+" imports "+target,
			"rule 9: a suite is imported by tests only"))
	}
	if !fl.lets(home, target) {
		found = append(found, h.violation(imp, r.path+" ("+fl.name+") imports "+target, fl.why))
	}
	return found
}

// lets tells whether a room on this floor may import the target.
func (fl *floor) lets(home, target string) bool {
	floor, room := floorOf(target)
	switch {
	case fl.all, room == home:
		return true
	case floor == nil:
		return false
	}
	return slices.Contains(fl.uses, floor.name) || slices.Contains(fl.also[home], room)
}

func (f fence) holds(path string) bool {
	return slices.ContainsFunc(f.packages, func(pattern string) bool {
		base, tree := strings.CutSuffix(pattern, "/...")
		return path == base || tree && strings.HasPrefix(path, base+"/")
	})
}

func (f fence) lets(room string, fl *floor) bool {
	if len(f.never) > 0 {
		return !slices.Contains(f.never, fl.name)
	}
	return within(room, f.only...)
}

// floorOf finds the floor and the room that a folder belongs to: the deepest
// room that contains it. The floor is nil if the plan does not know it.
func floorOf(path string) (*floor, string) {
	var found *floor
	var home string
	for i := range plan {
		for _, room := range plan[i].rooms {
			if within(path, room) && len(room) > len(home) {
				found, home = &plan[i], room
			}
		}
	}
	return found, home
}

// within tells whether a folder is one of the rooms or below one.
func within(path string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool {
		return path == room || strings.HasPrefix(path, room+"/")
	})
}

func (h *house) violation(n ast.Node, what, why string) violation {
	file, line := h.at(n)
	return violation{file, line, what, why}
}
