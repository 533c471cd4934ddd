package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/console"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/hook"
	"github.com/rsvpp/rsvpp/internal/metrics"
	"github.com/rsvpp/rsvpp/internal/welcome"
)

// openGate opens the doors behind the gate.
func (v *server) openGate(ctx context.Context) error {
	public, err := url.Parse(v.url)
	if err != nil {
		return err
	}
	claims, err := v.newMovers(ctx)
	if err != nil {
		return err
	}
	var pages *console.Door // made behind the gate, asked only when requests come
	v.gate, err = gate.New(gate.Config{
		PublicURL: public, TrustedProxies: v.settings.trustedProxies, Logger: v.log, Clock: time.Now, IDs: newID,
		Page: func(w http.ResponseWriter, r *http.Request, status int, sentence string) {
			pages.ErrorPage(w, r, status, sentence)
		},
	}, v.operators, v.db)
	if err != nil {
		return err
	}
	pages, err = console.New(console.Services{
		Entrance: v.gate, Operators: v.operators, Locations: v.locations, Claims: claims, People: v.roster, Imports: v.roster, Inviter: v.invite,
		Letters: v.invite, Program: v.program, Licenses: v.licenses, Tasks: v.tasks, Changes: v.hub, Sealer: v.box,
		Devices: v.roster, Accounts: v.accounts, MDM: v.mdm, Links: v.links, Servers: v.connect, Webhooks: v.webhooks,
	}, console.Config{PublicURL: public, Clock: time.Now, IDs: newID, Logger: v.log, LinkLife: v.settings.linkLife})
	if err != nil {
		return err
	}
	rest := api.New(api.Services{
		People: v.roster, Imports: v.roster, Locations: v.locations, Claims: claims, Inviter: v.invite, Letters: v.invite,
		Program: v.program, Licenses: v.licenses, Tasks: v.tasks, Operators: v.operators, Changes: v.hub,
		Devices: v.roster, Accounts: v.accounts, MDM: v.mdm, Links: v.links, Servers: v.connect, Webhooks: v.webhooks,
	}, api.Config{Version: readVersion().Version, Clock: time.Now, Ready: v.db.Ping})
	v.handler, err = v.gate.NewMux(slices.Concat(v.publicRoutes(), rest.Routes(), pages.Routes())...)
	return err
}

// publicRoutes are for people and machines without an account.
func (v *server) publicRoutes() []gate.Route {
	page := welcome.Handler(v.invite, v.enrolls, v.log, appleOrigins(v.settings.appleURL)...)
	routes := []gate.Route{
		{Pattern: hook.Pattern, Scope: gate.Public, Handler: hook.New(v.program, time.Now, v.metrics.Notified), MaxBody: 1 << 20, Bare: true},
		{Pattern: metrics.Pattern, Scope: gate.Public, Handler: v.metrics, Bare: true},
		v.reportRoute(),
		{Pattern: "GET /healthz", Scope: gate.Public, Handler: http.HandlerFunc(v.health), Bare: true},
	}
	for _, pattern := range []string{"GET /i/", "POST /i/"} {
		routes = append(routes, gate.Route{Pattern: pattern, Scope: gate.Public, Handler: page, Bare: true})
	}
	return slices.Concat(routes, v.deviceRoutes())
}

// health says whether the server can do its work.
func (v *server) health(w http.ResponseWriter, r *http.Request) {
	if err := v.db.Ping(r.Context()); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// appleOrigins are where the landing page's form may lead.
func appleOrigins(apple string) []string {
	origins := []string{"https://*.apple.com"}
	if u, err := url.Parse(apple); err == nil && u.Host != "" {
		origins = append(origins, strings.ToLower(u.Scheme+"://"+u.Host))
	}
	return origins
}
