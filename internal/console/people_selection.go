package console

import (
	"net/url"
	"slices"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// mostChosen is how many people can be chosen one by one: their ids travel in
// a form. All that match has no bound.
const mostChosen = 3000

// selectionOf reads whom a list's form is about: all that match the filter it
// was made from, at the location it was made for, or the people whose boxes
// are checked. Of all that match, those whose boxes were cleared are left out.
func selectionOf(form url.Values, current vpp.LocationID) (vpp.Selection, error) {
	location := vpp.LocationID(form.Get("location"))
	if location == "" {
		location = current
	}
	s := vpp.Selection{Filter: vpp.Filter{Location: location}}
	named := form["user"]
	if form.Get("all") == "1" {
		s = vpp.Selection{All: true, Filter: peopleQueryOf(form).filter(location)}
		named = form["except"]
	}
	for _, id := range named {
		if id != "" {
			s.IDs = append(s.IDs, vpp.UserID(id))
		}
	}
	slices.Sort(s.IDs)
	s.IDs = slices.Compact(s.IDs)
	switch {
	case s.All && len(s.IDs) > mostChosen:
		return s, fault(vpp.Invalid, "user", "At most %s people can be left out one by one: narrow the list instead.", thousands(mostChosen))
	case s.All:
		return s, nil
	case len(s.IDs) == 0:
		return s, fault(vpp.Invalid, "user", "Nobody is chosen: check the boxes of some people, or “All that match”.")
	case len(s.IDs) > mostChosen:
		return s, fault(vpp.Invalid, "user", "At most %s people can be chosen one by one: narrow the list and take all that match.", thousands(mostChosen))
	}
	return s, nil
}

// fieldsOf carries a selection on in a form, so that selectionOf reads it back.
func fieldsOf(s vpp.Selection) []view.Hidden {
	fields := []view.Hidden{{Name: "location", Value: string(s.Filter.Location)}}
	name := "user"
	if s.All {
		name = "except"
	}
	for _, id := range s.IDs {
		fields = append(fields, view.Hidden{Name: name, Value: string(id)})
	}
	if !s.All {
		return fields
	}
	fields = append(fields, view.Hidden{Name: "all", Value: "1"})
	q := peopleQuery{Search: s.Filter.Search, Status: s.Filter.Status, Attention: s.Filter.Attention, Group: s.Filter.Group}
	for name, values := range q.values() {
		fields = append(fields, view.Hidden{Name: name, Value: values[0]})
	}
	slices.SortStableFunc(fields, func(a, b view.Hidden) int { return len(a.Name) - len(b.Name) })
	return fields
}

// summaryOf says in words whom a selection means, with their number.
func summaryOf(s vpp.Selection, people int, location string) string {
	out := users(people)
	if !s.All {
		return out + " chosen at " + location
	}
	out = "All " + out + " at " + location
	if s.Filter.Status != "" {
		out += " who are " + statusWord(s.Filter.Status)
	}
	if s.Filter.Attention != "" {
		out += " with “" + attentionWord(s.Filter.Attention) + "”"
	}
	if s.Filter.Group != "" {
		out += " in the group “" + s.Filter.Group + "”"
	}
	if s.Filter.Search != "" {
		out += " that match “" + s.Filter.Search + "”"
	}
	if len(s.IDs) > 0 {
		out += ", without " + users(len(s.IDs)) + " left out"
	}
	return out
}
