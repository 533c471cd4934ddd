package console

import (
	"context"
	"errors"
	"maps"
	"net/http"

	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// render answers with a page and 200, or with the region of it that is asked for.
func (d *Door) render(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	return d.renderAs(w, r, http.StatusOK, page)
}

// refuse answers with a form that says what is wrong with what was typed.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, page templ.Component) error {
	return d.renderAs(w, r, http.StatusUnprocessableEntity, page)
}

func (d *Door) renderAs(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	d.forgetFlash(w, r)
	return Render(w, r, status, page)
}

// seeOther leads to another page of ours after something was done.
func (d *Door) seeOther(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// done leads to another page, which says what was done.
func (d *Door) done(w http.ResponseWriter, r *http.Request, path string, n view.Notice) error {
	d.flash(w, n)
	return d.seeOther(w, r, path)
}

// fail answers with what went wrong.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Header.Get(FragmentHeader) == "" {
		gate.WriteError(w, r, err)
		return
	}
	// A page of ours asked, which can show a page: to the gate it looks like a program.
	p := gate.ProblemOf(r.Context(), err)
	maps.Copy(w.Header(), p.GetHeaders())
	d.ErrorPage(w, r, p.Status, p.Detail)
}

// ErrorPage says on a page what is wrong and what to do. It fits the gate's
// Config.Page.
func (d *Door) ErrorPage(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	asked := r.Context()
	ctx := context.WithoutCancel(asked) // a request that ran out of time is told so
	r = r.Clone(ctx)
	r.Header.Del(FragmentHeader) // a problem takes the place of the whole page
	p := d.page(r)
	p.Title = problemTitle(status)
	m := view.Problem{Page: p, Sentence: sentence, Back: view.Link{Text: "Go to the start page", Href: "/"}}
	if status >= http.StatusInternalServerError {
		m.Request = gate.RequestID(ctx)
	}
	if err := d.renderAs(w, r, status, view.ProblemPage(m)); err != nil && !errors.Is(asked.Err(), context.Canceled) { // nobody is left to see it
		d.config.Logger.ErrorContext(ctx, "the error page cannot be drawn", "request", gate.RequestID(ctx), "err", err)
	}
}

func problemTitle(status int) string {
	switch status {
	case http.StatusNotFound:
		return "There is nothing here"
	case http.StatusForbidden:
		return "You may not do this"
	case http.StatusConflict:
		return "This does not go together"
	case http.StatusUnprocessableEntity, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge:
		return "This cannot be used"
	case http.StatusTooManyRequests:
		return "Too much at once"
	case http.StatusServiceUnavailable:
		return "Not now"
	}
	return "Something went wrong"
}

// faults takes an error about what was typed apart: a sentence for each field,
// those without one under "". It returns nil for errors of another kind, which
// are no matter of a form.
func faults(err error) map[string]string {
	switch vpp.KindOf(err) {
	case vpp.Internal, vpp.NotFound:
		return nil
	}
	found := map[string]string{}
	collect(err, found)
	return found
}

func collect(err error, found map[string]string) {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			collect(one, found)
		}
		return
	}
	var e *vpp.Error
	if errors.As(err, &e) && e.Kind != vpp.Internal {
		found[e.Field] = join(found[e.Field], e.Message)
	}
}

// join puts one sentence after another.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
