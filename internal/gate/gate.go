package gate

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Operators tells who somebody is. operator.Service is one.
type Operators interface {
	SignIn(ctx context.Context, name, password, from string) (operator.Operator, error)
	CreateFirst(ctx context.Context, token, name, password, from string) (operator.Operator, error)
	ChangePassword(ctx context.Context, caller operator.Caller, current, next string) (operator.Operator, error)
	SignOutEverywhere(ctx context.Context, actor vpp.Actor, id vpp.OperatorID) error
	Callers
}

// Callers finds who stands behind a request; nobody is vpp.Denied.
type Callers interface {
	Resume(ctx context.Context, id vpp.OperatorID, epoch int64, from string) (operator.Caller, error)
	UseKey(ctx context.Context, secret, from string) (operator.Caller, error)
}

// Config is what differs between servers. Logger, Clock and IDs are needed.
type Config struct {
	// PublicURL is the address that browsers use. With https, cookies are
	// Secure and browsers are told to stay with https; nil is plain http.
	PublicURL *url.URL
	// TrustedProxies may say in X-Forwarded-For whom they speak for.
	TrustedProxies []netip.Prefix
	Logger         *slog.Logger
	Clock          vpp.Clock
	IDs            vpp.IDs       // request ids
	SessionLife    time.Duration // from sign-in on; 0 is 12 hours
	Timeout        time.Duration // of a request; 0 is 30 seconds
	MaxBody        int64         // of a request; 0 is 1 MiB
	// Page writes an error for a person who looks at a page. Nil writes a
	// problem for them too.
	Page func(w http.ResponseWriter, r *http.Request, status int, sentence string)
}

// Gate lets requests in.
type Gate struct {
	config    Config
	operators Operators
	sessions  *scs.SessionManager
	origins   *http.CrossOriginProtection
}

// New makes a gate.
func New(config Config, operators Operators, sessions Sessions) (*Gate, error) {
	if config.SessionLife == 0 {
		config.SessionLife = 12 * time.Hour
	}
	if config.Timeout == 0 {
		config.Timeout = 30 * time.Second
	}
	if config.MaxBody == 0 {
		config.MaxBody = 1 << 20
	}
	g := &Gate{config: config, operators: operators, origins: http.NewCrossOriginProtection()}
	g.sessions = g.newSessions(sessions)
	if u := config.PublicURL; u != nil {
		// A proxy may change the Host that browsers without Sec-Fetch-Site are judged by.
		if err := g.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, vpp.Wrap(vpp.Invalid, err, "The public address %q is not one like https://vpp.example.com.", u.Redacted())
		}
	}
	return g, nil
}

func (g *Gate) https() bool { return g.config.PublicURL != nil && g.config.PublicURL.Scheme == "https" }

// Server returns an HTTP server for the handler, with the limits that no
// route can set. Its WriteTimeout is left to the routes, some of which stream.
func (g *Gate) Server(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(g.config.Logger.Handler(), slog.LevelWarn),
	}
}
