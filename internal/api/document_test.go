package api_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rsvpp/rsvpp/internal/api"
)

var update = flag.Bool("update", false, "write docs/openapi.yaml anew")

// TestDocument keeps the committed OpenAPI document equal to the one served.
func TestDocument(t *testing.T) {
	door, err := api.New(api.Services{}, api.Config{Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "docs", "openapi.yaml")
	if *update {
		if err := os.WriteFile(path, door.YAML(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, door.YAML()) {
		t.Error("docs/openapi.yaml is not of this program: run go test ./internal/api -run TestDocument -update")
	}
}
