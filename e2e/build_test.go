package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// bin is the folder of the programs built for this run. It stands first on the
// PATH of every script.
var bin string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "rsvpp-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	return m.Run()
}

// rsvpp returns the path of the real binary, built on first use as it is built
// for release: without cgo.
func rsvpp(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join("..", "cmd", "rsvpp")); os.IsNotExist(err) {
		t.Skip("LEFT OUT: there is no cmd/rsvpp yet")
	}
	return built(t, "rsvpp", buildRsvpp)
}

// standin returns the path of a small server that behaves as rsvpp does where
// the harness is concerned, so that the harness itself can be tested.
func standin(t testing.TB) string {
	t.Helper()
	return built(t, "standin", buildStandin)
}

var (
	buildRsvpp   = sync.OnceValue(func() error { return build("rsvpp", "../cmd/rsvpp") })
	buildStandin = sync.OnceValue(func() error { return build("standin", "./testdata/standin") })
)

func built(t testing.TB, name string, build func() error) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(bin, name)
}

func build(name, pkg string) error {
	// No VCS stamp: the tests also run where git distrusts the folder's owner.
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(bin, name), pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return nil
}
