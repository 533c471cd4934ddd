package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Limits for processes. They are long because a loaded machine is slow; nothing
// waits this long unless something is wrong.
const (
	readyWithin = 60 * time.Second
	stopWithin  = 20 * time.Second
)

// program says what to start and how to know that it is ready.
type program struct {
	path   string
	args   []string
	env    []string       // added to ours, "NAME=value"
	dir    string         // working folder; a fresh one if empty
	ready  *regexp.Regexp // its first group is the address; printedAddress if nil
	health string         // path below the address that answers 200 when ready; /healthz if empty
}

// printedAddress is the first loopback address a program prints.
var printedAddress = regexp.MustCompile(`(https?://(?:127\.0\.0\.1|localhost|\[::1\]):\d+)`)

// process is a running program.
type process struct {
	url    string // scheme, host and port it listens on
	dir    string // its working folder
	cmd    *exec.Cmd
	out    *output
	exited chan struct{} // closed when it has ended and err is set
	err    error
}

// start runs a program, waits until it is ready, and stops it when the test
// ends. What it printed is logged if the test failed.
func start(t testing.TB, p program) *process {
	t.Helper()
	if p.dir == "" {
		p.dir = t.TempDir()
	}
	proc, err := p.start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proc.stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", p.path, proc.out)
		}
	})
	if err := proc.await(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return proc
}

func (p program) start() (*process, error) {
	proc := &process{dir: p.dir, out: newOutput(), exited: make(chan struct{})}
	proc.cmd = exec.Command(p.path, p.args...)
	proc.cmd.Dir = p.dir
	proc.cmd.Env = append(os.Environ(), p.env...)
	proc.cmd.Stdout, proc.cmd.Stderr = proc.out, proc.out
	// A grandchild that keeps our pipe open must not hold up the test.
	proc.cmd.WaitDelay = time.Second
	if err := proc.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		proc.err = proc.cmd.Wait()
		close(proc.exited)
	}()
	return proc, nil
}

// await blocks until the program has printed its address and says it is well.
func (proc *process) await(ctx context.Context, p program) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if p.ready == nil {
		p.ready = printedAddress
	}
	if p.health == "" {
		p.health = "/healthz"
	}
	for {
		changed := proc.out.changed()
		if m := p.ready.FindStringSubmatch(proc.out.String()); len(m) > 1 {
			proc.url = strings.TrimSuffix(m[1], "/")
			return proc.healthy(ctx, proc.url+p.health)
		}
		select {
		case <-changed:
		case <-proc.exited:
			return fmt.Errorf("%s ended before it was ready: %w", p.path, errors.Join(proc.err, errors.New(proc.out.String())))
		case <-ctx.Done():
			return fmt.Errorf("%s printed no address (%s) within %v", p.path, p.ready, readyWithin)
		}
	}
}

// healthy asks until the answer is 200.
func (proc *process) healthy(ctx context.Context, url string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		last := ask(ctx, url)
		if last == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-proc.exited:
			return fmt.Errorf("ended before %s answered 200: %w", url, errors.Join(proc.err, last))
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer 200 within %v: %w", url, readyWithin, last)
		}
	}
}

func ask(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

// stop asks the process to end, as a service manager does, and tells whether
// it did so by itself, in time and with status 0. Stopping twice is fine.
func (proc *process) stop() error {
	select {
	case <-proc.exited:
		// It ended before we asked: after kill that is meant, otherwise a fault.
		if proc.killed() {
			return nil
		}
		return proc.err
	default:
	}
	if err := proc.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-proc.exited:
		return proc.err
	case <-time.After(stopWithin):
		proc.kill()
		return fmt.Errorf("%s did not stop within %v of SIGTERM", proc.cmd.Path, stopWithin)
	}
}

// kill ends the process at once, as `kill -9` does, and waits until it is gone.
func (proc *process) kill() {
	_ = proc.cmd.Process.Kill() // fails only if it is gone already
	<-proc.exited
}

func (proc *process) killed() bool {
	status, ok := proc.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// output collects what a process prints and wakes who waits for more.
type output struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	wake chan struct{}
}

func newOutput() *output { return &output{wake: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.wake)
	o.wake = make(chan struct{})
	return o.buf.Write(p)
}

// changed is closed by the next write.
func (o *output) changed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.wake
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
