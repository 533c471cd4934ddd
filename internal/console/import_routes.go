package console

import (
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

// largestUpload bounds the request; the roster bounds the file within.
const largestUpload = 260 << 20

func (d *Door) importRoutes() []gate.Route {
	upload := slow(d.route("POST /users/import", operator.ScopeRoster, d.uploadPeople))
	upload.MaxBody = largestUpload
	return []gate.Route{
		d.route("GET /users/import", operator.ScopeRoster, d.startImport),
		upload,
		d.route("GET /users/import/{import}/columns", operator.ScopeRoster, d.showColumns),
		d.route("POST /users/import/{import}/columns", operator.ScopeRoster, d.mapColumns),
		slow(d.route("GET /users/import/{import}/preview", operator.ScopeRoster, d.previewImport)),
		d.route("POST /users/import/{import}/run", operator.ScopeRoster, d.runImport),
		d.route("GET /users/import/{import}/result", operator.ScopeRoster, d.showImport),
		slow(d.route("GET /users/import/{import}/failed.csv", operator.ScopeRoster, d.failedRows)),
	}
}
