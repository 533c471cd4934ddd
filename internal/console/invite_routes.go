package console

import (
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

func (d *Door) inviteRoutes() []gate.Route {
	return []gate.Route{
		d.route("POST /invite", operator.ScopeInvite, d.startInvite),
		d.route("POST /invite/withdraw", operator.ScopeInvite, d.withdrawInvite),
		d.route("GET /invite/{draft}/who", operator.ScopeInvite, d.inviteWho),
		d.route("POST /invite/{draft}/who", operator.ScopeInvite, d.chooseWho),
		d.route("GET /invite/{draft}/how", operator.ScopeInvite, d.inviteHow),
		d.route("POST /invite/{draft}/how", operator.ScopeInvite, d.chooseHow),
		d.route("GET /invite/{draft}/text", operator.ScopeInvite, d.inviteText),
		d.route("POST /invite/{draft}/text", operator.ScopeInvite, d.writeText),
		d.route("GET /invite/{draft}/preview", operator.ScopeInvite, d.previewText),
		d.route("GET /invite/{draft}/review", operator.ScopeInvite, d.inviteReview),
		d.route("POST /invite/{draft}/send", operator.ScopeInvite, d.sendInvite),
		d.route("GET /invite/{draft}/result", operator.ScopeInvite, d.inviteResult),
	}
}
