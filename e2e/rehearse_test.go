package e2e

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// TestRehearsal plays the campaign on a very bad day, with devices: on SQLite,
// and on PostgreSQL with two servers of which one is killed. Whatever differs
// from Apple at the end, person by person, is printed and fails it.
func TestRehearsal(t *testing.T) {
	path := rsvpp(t)
	play := func(t *testing.T, args ...string) {
		t.Parallel()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, path, append([]string{"rehearse", "--users", "60", "--devices", "90", "--faults", "many", "--unlimited"}, args...)...)
		c.Dir = t.TempDir()
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
	t.Run("sqlite", func(t *testing.T) { play(t) })
	t.Run("postgres", func(t *testing.T) { play(t, "--database", storetest.Postgres(t), "--nodes", "2", "--kills", "1") })
}
