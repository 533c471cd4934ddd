package console

import (
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

func (d *Door) vppRoutes() []gate.Route {
	return []gate.Route{
		d.route("POST /vpp/delete", operator.ScopeProgram, d.askDelete),
		d.route("POST /vpp/delete/confirm", operator.ScopeProgram, d.deleteFromVPP),
		d.route("GET /vpp/sync", operator.ScopeProgram, d.askSync),
		d.route("POST /vpp/sync", operator.ScopeProgram, d.askSync),
		d.route("POST /vpp/sync/confirm", operator.ScopeProgram, d.syncVPP),
		d.route("GET /vpp/sync/{task}", operator.ScopeRead, d.syncResult),
	}
}
