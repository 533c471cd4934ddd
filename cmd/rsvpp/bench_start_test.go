package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// benchStart starts the real program on the database that is there, several
// times, and looks at its memory when it has nothing to do.
func benchStart(t *testing.T, e *benchEngine, r *benchReport) {
	if e.million == "" {
		t.Skip("needs the database of the read")
	}
	binary := filepath.Join(t.TempDir(), "rsvpp")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if exec.CommandContext(t.Context(), binary, "nosuchcommand").Run() == nil {
		r.notes = append(r.notes, "The start of `rsvpp serve` was not measured: this program had no commands yet.")
		t.Skip("this program has no commands yet")
	}
	var took []time.Duration
	idle := 0
	for i := range 5 {
		wait := time.Duration(0)
		if i == 4 {
			wait = 5 * time.Second
		}
		d, m := startOnce(t, binary, e, wait)
		took, idle = append(took, d), max(idle, m)
	}
	slices.Sort(took)
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("start of `rsvpp serve` on a database of %s users, the middle of 5", million(r.people(1_000_000))),
		floor: "–", ours: millis(took[2]), aim: "≤ 500 ms", met: took[2] <= 500*time.Millisecond,
	})
	r.add(benchRow{engine: e.name, what: "the same process, idle for 5 s: memory", floor: "–", ours: fmt.Sprintf("%d MiB", idle), aim: "≤ 80 MiB", met: idle > 0 && idle <= 80})
}

// startOnce returns how long it took until the server said that it is well,
// and its memory in MiB after a wait, 0 without one.
func startOnce(t *testing.T, binary string, e *benchEngine, wait time.Duration) (took time.Duration, memory int) {
	t.Helper()
	address, err := mdmtest.FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(binary, "serve", "--listen", address, "--data-dir", e.data, "--apple-url", "http://127.0.0.1:1/mdm/v2")
	c.Env = append(os.Environ(), "RSVPP_DATABASE="+e.million)
	c.Stderr = os.Stderr
	began := time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	}()
	took = until(t, 30*time.Second, began, func() bool {
		answer, err := http.Get("http://" + address + "/healthz")
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	if wait > 0 {
		_ = sleep(t.Context(), wait)
		memory = residentMiB(strconv.Itoa(c.Process.Pid))
	}
	return took, memory
}
