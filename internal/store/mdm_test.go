package store_test

import (
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/micromdm/nanomdm/test/e2e"

	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// NanoMDM's own conformance suite, on both databases (F-85).
func TestNanoMDM(t *testing.T) {
	out, err := osexec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/micromdm/nanomdm").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(strings.TrimSpace(string(out)), "storage", "inmem")) // the suite reads its test data from there
	storetest.Each(t, func(t *testing.T, url string) {
		box, err := seal.New([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		e2e.TestE2E(t, t.Context(), storetest.Open(t, url, time.Now).MDM(box))
	})
}
