package console

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

func (d *Door) inviteRoutes() []gate.Route {
	text := d.route("POST /invite/{draft}/text", operator.ScopeInvite, d.writeText)
	text.Timeout = 2 * time.Minute // it may try the letter, and mail servers take their time
	return []gate.Route{
		d.route("POST /invite", operator.ScopeInvite, d.startInvite),
		d.route("POST /invite/device", operator.ScopeInvite, d.inviteOnDevice),
		d.route("POST /invite/withdraw", operator.ScopeInvite, d.withdrawInvite),
		d.route("GET /invite/{draft}/who", operator.ScopeInvite, d.inviteWho),
		d.route("POST /invite/{draft}/who", operator.ScopeInvite, d.chooseWho),
		d.route("GET /invite/{draft}/how", operator.ScopeInvite, d.inviteHow),
		d.route("POST /invite/{draft}/how", operator.ScopeInvite, d.chooseHow),
		d.route("GET /invite/{draft}/text", operator.ScopeInvite, d.inviteText),
		text,
		d.route("GET /invite/{draft}/preview", operator.ScopeInvite, d.previewText),
		d.route("GET /invite/{draft}/review", operator.ScopeInvite, d.inviteReview),
		d.route("POST /invite/{draft}/send", operator.ScopeInvite, d.sendInvite),
		d.route("GET /invite/{draft}/result", operator.ScopeInvite, d.inviteResult),
	}
}
