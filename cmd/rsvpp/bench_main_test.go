package main

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// TestBench measures what docs/benchmarks.md promises. Every number stands
// beside its floor, measured in the same run on the same data. It runs when
// RSVPP_BENCH is set (make bench); RSVPP_BENCH_SCALE=0.01 makes everything a
// hundred times smaller, to work on it, and leaves the document alone.
func TestBench(t *testing.T) {
	if os.Getenv("RSVPP_BENCH") == "" {
		t.Skip("measuring takes long: make bench")
	}
	r := &benchReport{scale: 1}
	if s, err := strconv.ParseFloat(os.Getenv("RSVPP_BENCH_SCALE"), 64); err == nil && s > 0 {
		r.scale = s
	}
	engines := []*benchEngine{{name: "SQLite"}}
	if os.Getenv(storetest.PostgresVariable) != "" {
		engines = append(engines, &benchEngine{name: "PostgreSQL"})
	}
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			e.t, e.folder = t, t.TempDir()
			t.Run("read", func(t *testing.T) { benchRead(t, e, r) })
			t.Run("sync", func(t *testing.T) { benchSync(t, e, r) })
			t.Run("list", func(t *testing.T) { benchList(t, e, r) })
			t.Run("start", func(t *testing.T) { benchStart(t, e, r) })
			t.Run("forgeries", func(t *testing.T) { benchForgeries(t, e, r) })
			t.Run("mail", func(t *testing.T) { benchInviteMail(t, e, r) })
			t.Run("calls", func(t *testing.T) { benchInviteCalls(t, e, r) })
			t.Run("turns", func(t *testing.T) { benchDeviceTurns(t, e, r) })
			t.Run("herd", func(t *testing.T) { benchDeviceHerd(t, e, r) })
			t.Run("queue", func(t *testing.T) { benchDeviceQueue(t, e, r) })
		})
	}
	text := r.text()
	t.Log("\n" + text)
	// A part of the measurements, or small ones, must not pass for all of them.
	if r.scale == 1 && flag.Lookup("test.run").Value.String() == "^TestBench" {
		if err := os.WriteFile(filepath.Join("..", "..", "docs", "benchmarks.md"), []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// people is how many a measurement is about.
func (r *benchReport) people(n int) int { return max(200, int(float64(n)*r.scale)) }
