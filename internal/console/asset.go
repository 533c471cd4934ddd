package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/static"
	"github.com/rsvpp/rsvpp/internal/gate"
)

func (d *Door) assetRoutes() []gate.Route {
	prefix := "/static/" + d.version + "/"
	favicon := http.RedirectHandler(prefix+"mark.svg", http.StatusFound)
	return []gate.Route{
		{Pattern: "GET " + prefix + "{file}", Scope: gate.Public, Handler: static.Handler(prefix), Bare: true},
		{Pattern: "GET /favicon.ico", Scope: gate.Public, Handler: favicon, Bare: true},
	}
}
