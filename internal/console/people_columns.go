package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// preferColumns remembers an operator's columns (S0-06, F-01).
const preferColumns = "users.columns"

// column is one that the list of people can have; Sort is "" where the store
// keeps no order for it.
type column struct {
	key, text string
	sort      vpp.Sort
	usual     bool
}

// columns are all there are, in their order.
func columns() []column {
	return []column{
		{view.ColumnName, "Name", vpp.SortName, true},
		{view.ColumnEmail, "E-mail", "", true},
		{view.ColumnUserName, "User name", "", false},
		{view.ColumnStatus, "VPP status", vpp.SortStatus, true},
		{view.ColumnApple, "Apple’s word", "", false},
		{view.ColumnStep, "Step or reason", "", true},
		{view.ColumnSince, "Since", vpp.SortSince, true},
		{view.ColumnManaged, "Managed Apple Account", "", false},
		{view.ColumnGroups, "Groups", "", true},
		{view.ColumnInvitedAt, "Invited", "", false},
		{view.ColumnRegisteredAt, "Registered", "", false},
		{view.ColumnPausedAt, "Paused", "", false},
		{view.ColumnExternalID, "External id", "", false},
	}
}

// columnKeys are the columns to show of those that are wanted; none, or none
// that is known, gives the usual ones. The name always stands first.
func columnKeys(wanted []string) []string {
	keys := []string{view.ColumnName}
	for _, c := range columns()[1:] {
		if slices.Contains(wanted, c.key) {
			keys = append(keys, c.key)
		}
	}
	if len(keys) == 1 && !slices.Contains(wanted, view.ColumnName) {
		for _, c := range columns()[1:] {
			if c.usual {
				keys = append(keys, c.key)
			}
		}
	}
	return keys
}

func columnsOf(keys []string, q peopleQuery) (shown []view.Column, chooser []view.Choice) {
	for _, c := range columns() {
		on := slices.Contains(keys, c.key)
		chooser = append(chooser, view.Choice{Value: c.key, Text: c.text, Current: on})
		if on {
			shown = append(shown, c.header(q))
		}
	}
	return shown, chooser
}

// header is the column's head. A search and those who are stuck have their own
// order, so that nothing can be sorted by then.
func (c column) header(q peopleQuery) view.Column {
	out := view.Column{Key: c.key, Text: c.text}
	if c.sort == "" || q.Search != "" || q.Attention == vpp.AttentionStuck {
		return out
	}
	out.Sort = q.sortedBy(c.sort).list()
	switch q.order() {
	case c.sort:
		out.Dir = "ascending"
	case "-" + c.sort:
		out.Dir = "descending"
	}
	return out
}

// chooseColumns remembers which columns the operator wants to see (S0-08).
func (d *Door) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return vpp.Wrap(vpp.Invalid, err, "The form could not be read: send it again.")
	}
	keys := columnKeys(append(r.PostForm["column"], view.ColumnName))
	if err := d.prefer(r.Context(), preferColumns, strings.Join(keys, ",")); err != nil {
		return err
	}
	return d.seeOther(w, r, backTo(r, "/users"))
}
