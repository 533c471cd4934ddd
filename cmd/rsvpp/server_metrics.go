package main

import (
	"context"
	"net/netip"
	"net/url"
	"runtime"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/metrics"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// standings reads from two walls how things stand.
type standings struct {
	*store.DB
	queue *queue.Queue
}

// QueueDepth implements metrics.Source.
func (s standings) QueueDepth(ctx context.Context) (map[string]int, error) { return s.queue.Depth(ctx) }

// openMetrics makes the door for Prometheus. Without a secret it opens only on
// a server that is meant for this machine alone.
func (v *server) openMetrics() {
	v.metrics = metrics.New(standings{v.db, v.queue}, metrics.Config{
		Version: readVersion().Version, Go: runtime.Version(), Token: v.settings.metricsToken,
		Local: isLocal(v.url) && v.settings.metricsToken == "", Keys: v.operators, Now: time.Now,
	})
}

// called tells whoever watches the calls to Apple.
func (v *server) called(id vpp.LocationID, i appsandbooks.CallInfo) {
	v.metrics.Called(i.Endpoint, i.Status, int(i.ErrorNumber), i.Duration)
	if v.options.observe != nil {
		v.options.observe(id, i)
	}
}

// isLocal says whether an address leads to the machine that it is used on.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}
