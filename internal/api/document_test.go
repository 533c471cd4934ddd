package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rsvpp/rsvpp/internal/api"
)

var update = flag.Bool("update", false, "write docs/openapi.yaml anew")

// TestDocument keeps the committed OpenAPI document equal to the one served.
func TestDocument(t *testing.T) {
	now, err := api.New(api.Services{}, api.Config{Version: "1"}).YAML()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "docs", "openapi.yaml")
	if *update {
		if err := os.WriteFile(path, now, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, now) {
		t.Error("docs/openapi.yaml is not of this program: run go test ./internal/api -run TestDocument -update")
	}
}

// TestRepeatable: whatever starts work takes a key, so that a client may ask
// again after 503.
func TestRepeatable(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			Responses  map[string]any
			Parameters []struct{ Name string }
		}
	}
	door := api.New(api.Services{}, api.Config{Version: "1"})
	served := httptest.NewRecorder()
	for _, r := range door.Routes() {
		if r.Pattern == "GET /api/openapi.json" {
			r.Handler.ServeHTTP(served, httptest.NewRequestWithContext(t.Context(), "GET", "/api/openapi.json", nil))
		}
	}
	must(t, json.Unmarshal(served.Body.Bytes(), &doc))
	n := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.Responses["202"] == nil {
				continue
			}
			n++
			if !slices.ContainsFunc(op.Parameters, func(p struct{ Name string }) bool { return p.Name == "Idempotency-Key" }) {
				t.Errorf("%s %s takes no Idempotency-Key", method, path)
			}
		}
	}
	if n < 7 {
		t.Errorf("only %d operations answer 202", n)
	}
}
