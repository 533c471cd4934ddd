package e2e

import (
	"os"
	"testing"
)

// need returns an environment variable that `make test` sets, and skips the
// test aloud where it is missing.
func need(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Skipf("LEFT OUT: %s is not set; run `make test`, which brings what this test needs", name)
	}
	return value
}
