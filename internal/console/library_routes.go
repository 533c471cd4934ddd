package console

import (
	"context"
	"net/url"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) libraryRoutes() []gate.Route {
	adopt := d.route("POST /locations/{id}/strangers", operator.ScopeProgram, d.adoptStrangers)
	adopt.Timeout = applesTime
	return []gate.Route{
		d.route("GET /locations/{id}/assets", operator.ScopeRead, d.assetsPage),
		d.route("GET /locations/{id}/strangers", operator.ScopeRead, d.strangersPage),
		d.route("GET /locations/{id}/notifications", operator.ScopeRead, d.notificationsPage),
		adopt,
		d.route("GET /settings/vpp", operator.ScopeRead, d.schedulesPage),
		d.route("POST /settings/vpp/{id}", operator.ScopeSettings, d.saveSchedule),
	}
}

// The pages of a location.
const (
	tabLocation  = ""
	tabAssets    = "assets"
	tabStrangers = "strangers"
	tabNotified  = "notifications"
)

func (d *Door) locationTabs(ctx context.Context, id vpp.LocationID, now string) ([]view.Choice, error) {
	n, err := d.Program.CountStrangers(ctx, id)
	if err != nil {
		return nil, err
	}
	at := "/locations/" + url.PathEscape(string(id))
	list := []view.Choice{
		{Value: at, Text: "Location", Current: now == tabLocation},
		{Value: at + "/assets", Text: "Apps and books", Current: now == tabAssets},
		{Value: at + "/strangers", Text: "Found at Apple", Hint: thousands(n), Current: now == tabStrangers},
		{Value: at + "/notifications", Text: "Notifications", Current: now == tabNotified},
	}
	return list, nil
}
