package api

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Door is the REST API.
type Door struct {
	Services
	config Config
	routes []gate.Route

	// The OpenAPI document.
	json, yaml func() ([]byte, error)
}

// New makes the door. Its routes are for the gate to lead to.
func New(services Services, config Config) *Door {
	if config.Beat == 0 {
		config.Beat = 15 * time.Second
	}
	d := &Door{Services: services, config: config}
	b := newBook(config.Version)
	d.write(b)
	d.json, d.yaml = b.writing()
	d.routes = append(b.routes, d.documentRoutes()...)
	return d
}

// YAML returns the OpenAPI document.
func (d *Door) YAML() ([]byte, error) { return d.yaml() }

// Routes returns every way into the door and the scope it needs.
func (d *Door) Routes() []gate.Route { return d.routes }

// actor is who stands behind a request.
func actor(ctx context.Context) vpp.Actor { return gate.Actor(ctx) }

func caller(ctx context.Context) operator.Caller {
	c, _ := gate.Caller(ctx) // routes with a scope always have one
	return c
}

// at is how times leave: none where there is none.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// none is the answer to what leaves nothing to say: 204.
type none struct{}

// answer wraps what is answered.
type answer[T any] struct{ Body T }

func answered[T any](v T, err error) (*answer[T], error) {
	if err != nil {
		return nil, err
	}
	return &answer[T]{v}, nil
}
