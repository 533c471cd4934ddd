package console

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/static"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Config is what cmd decides. Clock, IDs and Logger are needed.
type Config struct {
	// PublicURL is the address that browsers use; with https, cookies are
	// Secure. Nil is plain http.
	PublicURL *url.URL
	Clock     vpp.Clock
	IDs       vpp.IDs // idempotency keys of forms
	Logger    *slog.Logger
	LinkLife  time.Duration // of links when a run does not say, to be told; 0 tells no days
	Beat      time.Duration // between signs of life on an idle stream; 0 is 15 seconds
}

// Door is the console.
type Door struct {
	Services
	config  Config
	version string // of the static files
}

// New makes the door. Its routes are for the gate to lead to, and ErrorPage is
// for the gate's Config.Page.
func New(services Services, config Config) (*Door, error) {
	if config.Beat == 0 {
		config.Beat = 15 * time.Second
	}
	version, err := static.Version()
	return &Door{services, config, version}, err
}

// Routes returns every way into the door and the scope it needs.
func (d *Door) Routes() []gate.Route {
	return slices.Concat(
		d.assetRoutes(), d.entranceRoutes(), d.accountRoutes(), d.startRoutes(), d.locationRoutes(),
		d.mailRoutes(), d.operatorRoutes(), d.taskRoutes(), d.historyRoutes(), d.eventRoutes(),
		d.libraryRoutes(), d.settingsRoutes(), d.peopleRoutes(), d.deviceRoutes(), d.serverRoutes(), d.webhookRoutes(), d.importRoutes(), d.inviteRoutes(), d.vppRoutes(), d.licenseRoutes(), d.helpRoutes(), d.conflictRoutes(),
	)
}

// handler answers a request, or returns why it cannot.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one way into the door. An error that the handler returns leaves as
// an error page.
func (d *Door) route(pattern string, scope gate.Scope, h handler) gate.Route {
	return gate.Route{Pattern: pattern, Scope: scope, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			d.fail(w, r, err)
		}
	})}
}

func (d *Door) now() time.Time { return d.config.Clock() }

func (d *Door) https() bool { return d.config.PublicURL != nil && d.config.PublicURL.Scheme == "https" }
