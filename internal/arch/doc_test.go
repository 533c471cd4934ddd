// Package arch holds the rules of the house as tests.
//
// It owns the plan of the floors, the fences around packages that only some
// rooms may use, and the words no room may be named. It never runs product
// code: it reads the source of every package that `go list` knows, and says
// which rule of the house a line breaks and what to write instead.
//
// The plan is a table: a new room is a new row in plan_test.go, and a rule that
// no longer fits is changed there, with the reason in docs/decisions.
package arch
