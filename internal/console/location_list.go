package console

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// applesTime is how long a page may take that asks Apple.
const applesTime = 90 * time.Second

// filesTime is how long a file of a million people may take.
const filesTime = 30 * time.Minute

func (d *Door) locationRoutes() []gate.Route {
	slow := func(r gate.Route) gate.Route { r.Timeout = applesTime; return r }
	files := func(r gate.Route) gate.Route { r.Timeout, r.MaxBody = filesTime, largestUpload; return r }
	return []gate.Route{
		d.route("GET /locations", operator.ScopeRead, d.locationsPage),
		d.route("POST /locations/current", gate.SignedIn, d.chooseLocation),
		d.route("GET /locations/add", operator.ScopeSettings, d.addLocationPage),
		slow(d.route("POST /locations/add", operator.ScopeSettings, d.readToken)),
		slow(d.route("POST /locations/add/confirm", operator.ScopeSettings, d.addLocation)),
		d.route("GET /locations/{id}", operator.ScopeRead, d.locationPage),
		d.route("GET /settings/consent", operator.ScopeSettings, d.consentPage),
		d.route("POST /settings/consent", operator.ScopeSettings, d.saveConsentText),
		slow(d.route("POST /locations/{id}/consent", operator.ScopeSettings, d.giveConsent)),
		slow(d.route("POST /locations/{id}/token", operator.ScopeSettings, d.renewToken)),
		slow(d.route("POST /locations/{id}/check", operator.ScopeSettings, d.checkLocation)),
		slow(d.route("POST /locations/{id}/test", operator.ScopeSettings, d.testLocation)),
		slow(d.route("POST /locations/{id}/notifications/test", operator.ScopeSettings, d.testNotifications)),
		d.route("POST /locations/{id}/default", operator.ScopeSettings, d.defaultLocation),
		d.route("GET /locations/{id}/take-back", operator.ScopeSettings, d.askTakeBack),
		slow(d.route("POST /locations/{id}/take-back", operator.ScopeSettings, d.takeBack)),
		d.route("GET /locations/{id}/move-out", operator.ScopeSettings, d.askMoveOut),
		slow(d.route("POST /locations/{id}/move-out", operator.ScopeSettings, d.moveOut)),
		slow(d.route("GET /locations/{id}/remove", operator.ScopeSettings, d.askRemoveLocation)),
		files(d.route("POST /locations/{id}/remove", operator.ScopeSettings, d.removeLocation)),
		files(d.route("GET /locations/{id}/hand-over", operator.ScopeSettings, d.handOver)),
		files(d.route("POST /locations/{id}/move-in", operator.ScopeSettings, d.moveIn)),
	}
}

func (d *Door) locationsPage(w http.ResponseWriter, r *http.Request) error {
	all, err := d.Locations.List(r.Context())
	if err != nil {
		return err
	}
	m := view.Locations{Page: d.page(r)}
	m.Page.Title = "Locations"
	for _, l := range all {
		if l.UID == "" && len(all) == 1 { // nothing yet: the page then says how to begin
			continue
		}
		card, err := d.locationCard(r.Context(), l)
		if err != nil {
			return err
		}
		m.Cards = append(m.Cards, card)
	}
	return d.render(w, r, view.LocationsPage(m))
}

func (d *Door) locationCard(ctx context.Context, l vpp.Location) (view.LocationCard, error) {
	counts, err := d.People.Counts(ctx, l.ID)
	return view.LocationCard{
		ID: string(l.ID), Name: l.Name, Storefront: country(l.Country), Platform: platform(l.Platform), Default: l.Default,
		Tone: d.tokenTone(l), State: d.tokenWords(l), Expires: d.when(l.Token.ExpiresAt), Synced: d.when(l.ReadAt),
		Registered: counts.Status[vpp.Registered], People: counts.Total, Wait: d.waiting(l),
	}, err
}

// country says the name of a storefront's country.
func country(code string) string {
	if code == "" {
		return "no storefront"
	}
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := display.English.Regions().Name(region); name != "" {
		return name
	}
	return code
}

// platform says Apple's word for whose portal a location belongs to.
func platform(word string) string {
	switch word {
	case "volumestore":
		return "Apple School Manager"
	case "enterprisestore":
		return "Apple Business Manager"
	case "":
		return "no platform"
	}
	return word
}

// chooseLocation is where lists are seen from, for this operator alone.
func (d *Door) chooseLocation(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Locations.Get(r.Context(), vpp.LocationID(r.PostFormValue("location")))
	if err != nil {
		return err
	}
	if err := d.prefer(r.Context(), preferLocation, string(l.ID)); err != nil {
		return err
	}
	return d.seeOther(w, r, backTo(r, "/users"))
}
