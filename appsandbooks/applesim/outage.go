package applesim

import (
	"fmt"
	"net/http"
	"slices"
)

// Outage is a way in which the whole service is away.
type Outage string

const (
	// OutageNone is an ordinary day.
	OutageNone Outage = "none"
	// OutageMaintenance is Apple's maintenance mode (9644): version 1 refuses every call; version 2 still answers reads and
	// accepts work, all of which then fails.
	OutageMaintenance Outage = "maintenance"
	// OutageUnavailable answers everything with HTTP 503, 9729 and Retry-After.
	OutageUnavailable Outage = "unavailable"
	// OutageRemoved answers everything but the service config with 9634, HTTP 410.
	OutageRemoved Outage = "removed"
)

// Outages lists all of them.
func Outages() []Outage {
	return []Outage{OutageNone, OutageMaintenance, OutageUnavailable, OutageRemoved}
}

// SetOutage begins an outage, or ends it with OutageNone. A restart ends it too.
func (a *Apple) SetOutage(o Outage) error {
	if !slices.Contains(Outages(), o) {
		return fmt.Errorf("applesim: no such outage: %q", o)
	}
	a.lock()
	defer a.unlock()
	a.outage = o
	return nil
}

// befalls makes maintenance the fate of all work that is accepted meanwhile.
func (o Outage) befalls(c *call, f Fault) Fault {
	if o == OutageMaintenance && c.v1 == nil && f == "" && c.writes() {
		return EventMaintenance
	}
	return f
}

// closed answers in place of a service that is away.
func (a *Apple) closed(c *call) *reply {
	a.mu.Lock()
	outage := a.outage
	a.mu.Unlock()
	var out reply
	switch {
	case outage == OutageUnavailable:
		out = fail(9729).reply()
		out.header = a.retryAfter(false)
	case outage == OutageRemoved && !c.open:
		out = fail(9634).reply()
	case outage == OutageMaintenance && !c.open && c.v1 != nil:
		out = fail(9644).reply()
	default:
		return nil
	}
	return &out
}

// dress puts an error into the clothes of version 1: HTTP 200 and status -1. Only 503 stays, for its Retry-After.
func (c *call) dress(out reply) reply {
	if c.v1 == nil || out.number == 0 {
		return out
	}
	out.body = v1Failure(out.number)
	if out.status != http.StatusServiceUnavailable {
		out.status = http.StatusOK
	}
	return out
}
