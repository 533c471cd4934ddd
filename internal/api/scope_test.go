package api_test

import (
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

// TestScopes asks every route without a key and with one that may do
// everything but what the route needs.
func TestScopes(t *testing.T) {
	h := open(t)
	lacking := map[operator.Scope]string{}
	for _, scope := range operator.KnownScopes()[1:] {
		var others []operator.Scope
		for _, other := range operator.KnownScopes()[1:] {
			if other != scope {
				others = append(others, other)
			}
		}
		lacking[scope] = h.key(others...)
	}
	for _, route := range h.door.Routes() {
		if route.Scope == gate.Public {
			continue
		}
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = strings.ReplaceAll(path, "{id}", "x")
		if r := h.ask(method, path, "", "", ""); r.status != 401 || r.problem(t).Kind() != "denied" {
			t.Errorf("%s without a key: %d %s", route.Pattern, r.status, r.body)
		}
		if r := h.ask(method, path, lacking[route.Scope], "", ""); r.status != 403 || !strings.Contains(r.problem(t).Detail, string(route.Scope)) {
			t.Errorf("%s without its scope: %d %s", route.Pattern, r.status, r.body)
		}
	}
}

func TestPublicPages(t *testing.T) {
	h := open(t)
	for path, want := range map[string]string{
		"/api/v1/health": `"ok"`, "/api/openapi.json": `"openapi":"3.1`, "/api/openapi.yaml": "openapi: 3.1",
		"/api/docs": "swagger-ui-bundle.js", "/api/docs/docs.js": "SwaggerUIBundle", "/api/docs/swagger-ui.css": ".swagger-ui",
	} {
		if r := h.ask("GET", path, "", "", ""); r.status != 200 || !strings.Contains(string(r.body), want) {
			t.Errorf("%s: %d without %q", path, r.status, want)
		}
	}
	r := h.ask("GET", "/api/docs", "", "", "")
	if csp := r.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'self'") || strings.Contains(csp, "script-src") || strings.Contains(string(r.body), "<script>") {
		t.Errorf("the page may do too much: %s", csp)
	}
	for _, path := range []string{"/api/docs/nothing.js", "/api/v1/nothing"} {
		if r := h.ask("GET", path, "", "", ""); r.status != 404 || r.problem(t).Kind() != "not_found" {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if r := h.ask("DELETE", "/api/v1/users", "", "", ""); r.status != 405 || r.header.Get("Allow") == "" || r.problem(t).Status != 405 {
		t.Errorf("a wrong method: %d %s", r.status, r.body)
	}
}
