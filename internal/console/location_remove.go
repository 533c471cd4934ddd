package console

import (
	"errors"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// askRemoveLocation says what is at stake, and has the location's name typed.
func (d *Door) askRemoveLocation(w http.ResponseWriter, r *http.Request) error {
	m, err := d.leaving(r)
	if err != nil {
		return err
	}
	return d.render(w, r, view.RemoveLocationPage(m))
}

func (d *Door) leaving(r *http.Request) (view.RemoveLocation, error) {
	found, err := d.Claims.PreviewRemoveLocation(r.Context(), locationID(r))
	if err != nil {
		return view.RemoveLocation{}, err
	}
	l, p := found.Location, d.page(r)
	p.Title, p.Path = "Remove "+l.Name, locationPath(l)+"/remove"
	p.Crumbs = []view.Link{{Text: "Locations", Href: "/locations"}, {Text: l.Name, Href: locationPath(l)}}
	return view.RemoveLocation{
		Page: p, Location: string(l.ID), Name: l.Name, Kept: found.Kept, Untold: found.Untold, Claimed: l.ClaimState() == vpp.ClaimOurs,
		Empty: l.UID == "", People: found.People, Only: found.Only, Strangers: found.Strangers, Assets: found.Assets, Licenses: found.Licenses,
		Confirm: view.Field{Name: "name", Label: "Type the location’s name to confirm", Hint: l.Name, Required: true, Autocomplete: "off"},
	}, nil
}

// removeLocation goes by the name that was typed, so that nobody removes the
// wrong one.
func (d *Door) removeLocation(w http.ResponseWriter, r *http.Request) error {
	m, err := d.leaving(r)
	if err != nil {
		return err
	}
	if typed(r, "name") != m.Name {
		m.Confirm.Value, m.Confirm.Error = typed(r, "name"), "That is not the name of the location."
		return d.refuse(w, r, view.RemoveLocationPage(m))
	}
	if err := d.Claims.RemoveLocation(r.Context(), actor(r), locationID(r), typed(r, "without") != ""); err != nil {
		return d.refuseRemoval(w, r, err)
	}
	return d.done(w, r, "/locations", view.Notice{Tone: view.Good, Text: m.Name + " is removed. Its people stay."})
}

// refuseRemoval shows the page with why the location is still there.
func (d *Door) refuseRemoval(w http.ResponseWriter, r *http.Request, why error) error {
	if faults(why) == nil {
		return why
	}
	m, err := d.leaving(r)
	if err != nil {
		return err
	}
	m.Confirm.Value = m.Name
	if said, ok := errors.AsType[*vpp.Error](why); ok && said.Field == program.WithoutField {
		m.Untold = vpp.MessageOf(why)
	} else {
		m.Error = vpp.MessageOf(why)
	}
	return d.refuse(w, r, view.RemoveLocationPage(m))
}
