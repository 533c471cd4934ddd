package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
)

// sureField says in a form that its question was asked and answered.
const sureField = "sure"

// sure reports whether a form was confirmed. If it was not it answers with the
// question, which carries the form on.
func (d *Door) sure(w http.ResponseWriter, r *http.Request, q view.Question) (bool, error) {
	values, err := form(r)
	if err != nil || values.Get(sureField) == "1" {
		return err == nil, err
	}
	q.Page = d.page(r)
	q.Page.Title, q.Action, q.Back = "Are you sure?", r.URL.RequestURI(), backTo(r, q.Back)
	q.Fields = []view.Hidden{{Name: sureField, Value: "1"}}
	for name, all := range values {
		for _, value := range all {
			q.Fields = append(q.Fields, view.Hidden{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(q.Fields, func(a, b view.Hidden) int { return strings.Compare(a.Name, b.Name) })
	return false, d.render(w, r, view.QuestionPage(q))
}
