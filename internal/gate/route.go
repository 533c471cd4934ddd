package gate

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/operator"
)

// Scope says who may use a route: one of operator's scopes, Public or SignedIn.
type Scope = operator.Scope

// Scopes that only routes have.
const (
	// Public is for anybody. Who calls is known nevertheless if they are signed in.
	Public Scope = "public"
	// SignedIn is for every operator in person, for what concerns themselves.
	// API keys are refused.
	SignedIn Scope = "signed-in"
)

// NoTimeout is the Timeout of routes that stream.
const NoTimeout time.Duration = -1

// Route is one way into a door, and who may use it.
type Route struct {
	Pattern string // "GET /api/v1/users/{id}"; the method is always there
	Scope   Scope  // never empty
	Handler http.Handler
	MaxBody int64         // bytes; 0 is the gate's
	Timeout time.Duration // 0 is the gate's; NoTimeout for streams
	// Bare routes look at no session: assets, hooks, health. They are Public,
	// may be cached if they say so, and are logged at debug level.
	Bare bool
	// Machine routes are called by no browser and know callers by other means
	// than cookies: what browsers say of another site does not matter there.
	// They are Bare.
	Machine bool
}

// CheckRoutes names every route that does not say properly who may use it.
func CheckRoutes(routes []Route) error {
	var faults []error
	known := append(operator.KnownScopes(), Public, SignedIn)
	for _, r := range routes {
		method, path, _ := strings.Cut(r.Pattern, " ")
		switch {
		case method == "" || !strings.HasPrefix(path, "/"):
			faults = append(faults, fmt.Errorf("gate: the pattern of route %q must be a method and a path", r.Pattern))
		case r.Scope == "":
			faults = append(faults, fmt.Errorf("gate: route %q does not declare who may use it", r.Pattern))
		case !slices.Contains(known, r.Scope):
			faults = append(faults, fmt.Errorf("gate: route %q declares the unknown scope %q", r.Pattern, r.Scope))
		case r.Bare && r.Scope != Public:
			faults = append(faults, fmt.Errorf("gate: route %q is bare, so it must be public", r.Pattern))
		case r.Machine && !r.Bare:
			faults = append(faults, fmt.Errorf("gate: route %q is for machines, so it must be bare", r.Pattern))
		case r.Handler == nil:
			faults = append(faults, fmt.Errorf("gate: route %q has no handler", r.Pattern))
		}
	}
	return errors.Join(faults...)
}
