package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// askPlace asks in which location the chosen people get a place.
func (d *Door) askPlace(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	locations, err := d.Locations.List(r.Context())
	if err != nil {
		return err
	}
	m := view.Place{Page: d.programPage(r, "Add to location")}
	for _, l := range locations {
		if l.ID != selection.Filter.Location {
			m.Locations = append(m.Locations, view.Choice{Value: string(l.ID), Text: l.Name})
		}
	}
	if m.Selection, err = d.confirming(r.Context(), selection); err != nil {
		return err
	}
	return d.render(w, r, view.PlacePage(m))
}

func (d *Door) placePeople(w http.ResponseWriter, r *http.Request) error {
	selection, gone, err := d.meant(w, r)
	if gone {
		return err
	}
	to, err := d.Locations.Get(r.Context(), vpp.LocationID(typed(r, "to")))
	if err != nil {
		return err
	}
	n, err := d.People.Place(r.Context(), actor(r), to.ID, selection)
	if err != nil {
		return err
	}
	text := thousands(n) + " people can be invited at " + to.Name + " now."
	if n == 1 {
		text = "1 person can be invited at " + to.Name + " now."
	}
	return d.done(w, r, "/users", view.Notice{Tone: view.Good, Text: text})
}
