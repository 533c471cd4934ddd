package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) helpRoutes() []gate.Route {
	return []gate.Route{d.route("GET /help/apple-errors", operator.ScopeRead, d.appleErrors)}
}

// appleErrors is the table of Apple's error numbers, each with an anchor.
func (d *Door) appleErrors(w http.ResponseWriter, r *http.Request) error {
	m := view.AppleErrors{Page: d.page(r)}
	m.Page.Title = "Apple's error numbers"
	m.Page.Lead = "What each means, why it happens, and what to do."
	for _, p := range vpp.AppleProblems {
		m.Lines = append(m.Lines, view.AppleError{Name: p.Name(), Sentence: p.Sentence, Cause: p.Cause, Next: p.Next})
	}
	return d.render(w, r, view.AppleErrorsPage(m))
}
