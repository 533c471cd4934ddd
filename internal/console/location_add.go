package console

import (
	"context"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) addLocationPage(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, view.LocationAddPage(d.locationAdd(r)))
}

func (d *Door) locationAdd(r *http.Request) view.LocationAdd {
	p := d.page(r)
	p.Title, p.Path = "Add content token", "/locations/add"
	p.Crumbs = []view.Link{{Text: "Locations", Href: "/locations"}}
	return view.LocationAdd{Page: p}
}

// readToken is the first step: what the token says and what Apple says of it.
// The file goes back to the browser, locked, so that nothing is kept before
// somebody has seen this.
func (d *Door) readToken(w http.ResponseWriter, r *http.Request) error {
	file, err := uploaded(r, "token")
	if err != nil {
		return d.refuseToken(w, r, err)
	}
	l, err := d.Locations.Preview(r.Context(), file)
	here := vpp.KindOf(err) == vpp.Conflict && err != nil && l.ID != ""
	if err != nil && !here {
		return d.refuseToken(w, r, err)
	}
	m := d.locationAdd(r)
	if here {
		m.Found = d.tokenHere(l)
		return d.refuse(w, r, view.LocationAddPage(m))
	}
	if m.Found, err = d.tokenFound(r, l, file); err != nil {
		return err
	}
	return d.render(w, r, view.LocationAddPage(m))
}

// refuseToken shows the first step again with why the token is no use.
func (d *Door) refuseToken(w http.ResponseWriter, r *http.Request, err error) error {
	if faults(err) == nil {
		return err
	}
	m := d.locationAdd(r)
	m.Error = vpp.MessageOf(err)
	return d.refuse(w, r, view.LocationAddPage(m))
}

func (d *Door) tokenFound(r *http.Request, l vpp.Location, file []byte) (*view.TokenFound, error) {
	sealed, err := d.Sealer.Seal(file, carriedToken(r))
	if err != nil {
		return nil, err
	}
	found := &view.TokenFound{
		Sealed: sealed, Default: l.Default, CanAdd: true, Consent: l.ConsentAsked(), Version: vpp.ConsentVersion(l.ConsentAsked()),
		Facts: []view.Fact{
			{Term: "Organization", Text: l.Token.Organization},
			{Term: "Expires", Text: day(l.Token.ExpiresAt) + ", " + d.when(l.Token.ExpiresAt).Text},
		},
		Checks: []view.Check{{Tone: view.Good, Title: "Apple accepts the token", Detail: l.Name + ", storefront " + country(l.Country) + ", " + platform(l.Platform)}},
	}
	switch l.ClaimState() {
	case vpp.ClaimOthers:
		found.Other, found.Claim = l.Claim.Title(), l.Claim.ID
		found.Checks = append(found.Checks, view.Check{Tone: view.Bad, Title: "Another server manages this location: " + l.Claim.Title(),
			Detail: "Two servers on one location undo each other’s work. Find out who runs the other one, and see that it stands back, before you take the location over."})
	case vpp.ClaimOurs:
		found.Checks = append(found.Checks, view.Check{Tone: view.Good, Title: "This server manages the location"})
	default:
		found.Checks = append(found.Checks, view.Check{Tone: view.Good, Title: "Nobody else manages the location", Detail: "This server claims it when it is added, so that other servers see whose it is."})
	}
	return found, nil
}

// tokenHere is what is shown of a token whose location is here already.
func (d *Door) tokenHere(l vpp.Location) *view.TokenFound {
	return &view.TokenFound{
		Facts:    []view.Fact{{Term: "Location", Text: l.Name}, {Term: "Location id", Text: l.UID}},
		Checks:   []view.Check{{Tone: view.Good, Title: "Apple accepts the token", Detail: l.Name}},
		Existing: view.Link{Text: l.Name, Href: "/locations/" + string(l.ID) + "#renew"},
	}
}

// carriedToken binds a carried file to who was shown it.
func carriedToken(r *http.Request) string { return "console:token:" + string(caller(r).Operator.ID) }

// addLocation is the second step. Apple is asked again: some time has passed.
func (d *Door) addLocation(w http.ResponseWriter, r *http.Request) error {
	file, err := d.Sealer.Open(r.PostFormValue("token"), carriedToken(r))
	if err != nil {
		return d.refuseToken(w, r, vpp.Wrap(vpp.Invalid, err, "The file of the step before is not readable any more: choose it again."))
	}
	add := d.Locations.Add
	if r.PostFormValue("take_over") != "" {
		add = func(ctx context.Context, by vpp.Actor, file []byte, consent bool) (vpp.Location, error) {
			return d.Locations.AddOver(ctx, by, file, r.PostFormValue("claim"), consent)
		}
	}
	consent := r.PostFormValue("consent") != ""
	if consent {
		err = d.sameWords(r, r.PostFormValue("words"))
	}
	var l vpp.Location
	if err == nil {
		l, err = add(r.Context(), actor(r), file, consent)
	}
	if err != nil {
		return d.refuseToken(w, r, err)
	}
	if r.PostFormValue("default") != "" && !l.Default {
		if err := d.Locations.SetDefault(r.Context(), actor(r), l.ID); err != nil {
			return err
		}
	}
	return d.done(w, r, "/locations/"+string(l.ID), view.Notice{Tone: view.Good, Text: l.Name + " is here. What Apple knows of its people is being read now."})
}

// sameWords refuses what was confirmed in words that were changed meanwhile.
func (d *Door) sameWords(r *http.Request, version string) error {
	f, err := d.Locations.ConsentForm(r.Context())
	if err == nil && version != "" && version != vpp.ConsentVersion(f.Text) {
		return vpp.Errorf(vpp.Conflict, "Meanwhile somebody changed what there is to confirm: choose the file again, and read it.")
	}
	return err
}
