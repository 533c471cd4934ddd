package console

import (
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

// fileTime is how long a file may take to come or go.
const fileTime = 30 * time.Minute

func (d *Door) peopleRoutes() []gate.Route {
	return []gate.Route{
		d.route("GET /users", operator.ScopeRead, d.listPeople),
		d.route("POST /users/columns", operator.ScopeRead, d.chooseColumns),
		slow(d.route("GET /users/export.csv", operator.ScopeRead, d.exportPeople)),
		d.route("GET /users/new", operator.ScopeRoster, d.newPerson),
		d.route("POST /users", operator.ScopeRoster, d.addPerson),
		d.route("POST /users/place", operator.ScopeRoster, d.askPlace),
		slow(d.route("POST /users/place/confirm", operator.ScopeRoster, d.placePeople)),
		slow(d.route("POST /users/pause", operator.ScopeRoster, d.pausePeople)),
		slow(d.route("POST /users/resume", operator.ScopeRoster, d.resumePeople)),
		d.route("GET /users/{id}", operator.ScopeRead, d.showPerson),
		d.route("GET /users/{id}/edit", operator.ScopeRoster, d.editPerson),
		d.route("POST /users/{id}", operator.ScopeRoster, d.savePerson),
		d.route("POST /users/{id}/remove", operator.ScopeRoster, d.removePerson),
		d.route("POST /users/{id}/link", operator.ScopeInvite, d.showLink),
	}
}

// slow gives a route the time that files take.
func slow(r gate.Route) gate.Route {
	r.Timeout = fileTime
	return r
}
