package gate

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Mux leads requests through the gate to the doors.
type Mux struct {
	gate   *Gate
	mux    *http.ServeMux
	routes []Route
}

// NewMux makes a mux of every door's routes. It refuses routes that do not
// declare who may use them, and those that get in each other's way.
func (g *Gate) NewMux(routes ...Route) (*Mux, error) {
	if err := CheckRoutes(routes); err != nil {
		return nil, err
	}
	m := &Mux{gate: g, mux: http.NewServeMux(), routes: slices.Clone(routes)}
	for _, r := range m.routes {
		if err := m.add(r); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// add turns ServeMux's panics about patterns into errors.
func (m *Mux) add(r Route) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("gate: route %q: %v", r.Pattern, fault)
		}
	}()
	h := m.gate.authorize(r, r.Handler)
	h = m.gate.withSession(r, h)
	m.mux.Handle(r.Pattern, m.gate.bound(r, h))
	return nil
}

// Routes returns what the mux was made of.
func (m *Mux) Routes() []Route { return slices.Clone(m.routes) }

// ServeHTTP implements http.Handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.gate.observe(w, r, func(w http.ResponseWriter, r *http.Request) {
		m.gate.protect(w.Header())
		setDeadlines(w, m.gate.config.Timeout)
		if !isText(r.URL.Path) {
			WriteError(w, r, errNoText)
			return
		}
		handler, pattern := m.mux.Handler(r)
		if pattern == "" {
			m.nowhere(w, r, handler)
			return
		}
		m.mux.ServeHTTP(w, r)
	})
}

// nowhere answers for a path that is nobody's, or a method that is not the
// path's. ServeMux knows which; its words are for no one.
func (m *Mux) nowhere(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	probe := &probe{header: http.Header{}}
	handler.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		allowed := probe.header.Get("Allow")
		w.Header().Set("Allow", allowed)
		WriteError(w, r, &refusal{probe.status, vpp.Errorf(vpp.Invalid, "This address does not take %s, only %s.", r.Method, allowed)})
		return
	}
	sentence := "There is no such page here."
	if isAPI(r) {
		sentence = "There is no such address in the API."
	}
	WriteError(w, r, vpp.Errorf(vpp.NotFound, "%s", sentence))
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// probe takes an answer that nobody will see.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }
