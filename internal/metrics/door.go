package metrics

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Pattern is where the numbers are read.
const Pattern = "GET /metrics"

// patience is how long the numbers of the database may take.
const patience = 10 * time.Second

// Keys knows API keys; operator.Service does.
type Keys interface {
	UseKey(ctx context.Context, secret, from string) (operator.Caller, error)
}

// Config is what cmd decides.
type Config struct {
	Version string
	Go      string
	// Token is the secret that Prometheus shows as a bearer; "" for none.
	Token string
	// Local lets this machine read without a secret. It is only for a server
	// that nobody reaches from elsewhere: behind a proxy on the same machine
	// the whole world comes from here.
	Local bool
	Keys  Keys
	Now   vpp.Clock
}

// Door answers Prometheus.
type Door struct {
	config  Config
	source  Source
	counted *prometheus.Registry
	Counters
}

// New makes the door; nothing is read before somebody asks.
func New(source Source, config Config) *Door {
	d := &Door{config: config, source: source, counted: prometheus.NewRegistry(), Counters: newCounters()}
	d.counted.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		d.calls, d.callTime, d.letters, d.notifications, d.told,
	)
	return d
}

// ServeHTTP answers with all numbers, to whoever may see them.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !d.admits(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
		http.Error(w, "The metrics need the metrics-token of this server, or an API key with the scope “read”, as a bearer token.", http.StatusUnauthorized)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	now := prometheus.NewRegistry()
	now.MustRegister(d.standing(ctx))
	promhttp.HandlerFor(prometheus.Gatherers{d.counted, now}, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

func (d *Door) admits(r *http.Request) bool {
	from := gate.Address(r.Context())
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if secret = strings.TrimSpace(secret); secret != "" && strings.EqualFold(scheme, "Bearer") {
		return d.isToken(secret) || d.isKey(r.Context(), secret, from)
	}
	a, err := netip.ParseAddr(from)
	return d.config.Local && err == nil && a.Unmap().IsLoopback()
}

// isToken compares digests, so that neither content nor length shows in time.
func (d *Door) isToken(secret string) bool {
	is, want := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(d.config.Token))
	return subtle.ConstantTimeCompare(is[:], want[:]) == 1 && d.config.Token != ""
}

func (d *Door) isKey(ctx context.Context, secret, from string) bool {
	c, err := d.config.Keys.UseKey(ctx, secret, from)
	return err == nil && c.Scopes.Allow(operator.ScopeRead)
}
