package console

import (
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

const largestList = 8 << 20 // of serial numbers

func (d *Door) deviceRoutes() []gate.Route {
	assign := d.route("POST /devices/assign", operator.ScopeRoster, d.assignList)
	assign.MaxBody = largestList
	return []gate.Route{
		d.route("GET /devices", operator.ScopeRead, d.listDevices),
		d.route("GET /devices/assign", operator.ScopeRoster, d.assignListPage),
		assign,
		d.route("GET /devices/{id}", operator.ScopeRead, d.showDevice),
		d.route("POST /devices/{id}/assign", operator.ScopeRoster, d.assignDevice),
		d.route("POST /devices/{id}/ask", operator.ScopeInvite, d.askDevice),
		d.route("GET /users/{id}/device", operator.ScopeRoster, d.addDevicePage),
		d.route("POST /users/{id}/device", operator.ScopeRoster, d.makeEnrollLink),
		d.route("POST /users/{id}/profile", operator.ScopeRoster, d.userProfile),
		d.route("GET /settings/mdm", operator.ScopeRead, d.mdmPage),
		d.route("POST /settings/mdm/push-cert", operator.ScopeSettings, d.setPushCert),
		d.route("POST /settings/mdm/profile", operator.ScopeRoster, d.nobodysProfile),
	}
}
