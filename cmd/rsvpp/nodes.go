package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// nodes are several processes of this very program on one PostgreSQL, behind
// one address.
type nodes struct {
	program string
	args    []string
	dir     string
	front   *front
	ended   chan struct{} // closed when one ended that was not told to

	mu     sync.Mutex
	all    []*node
	starts int
}

// node is one process.
type node struct {
	address string
	cmd     *exec.Cmd
	exited  chan struct{}
	told    bool // to end
}

// openNodes makes the first administrator, then starts the processes.
func (p *cli) openNodes(ctx context.Context, dir string, given map[string]string, o stageOptions) (house, string, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, "", sayf(err, "This program cannot be found again to start it as a server.")
	}
	n := &nodes{program: program, dir: dir, ended: make(chan struct{})}
	if n.front, err = openFront(ctx); err != nil {
		return nil, "", err
	}
	given = maps.Clone(given)
	given["public-url"] = n.front.url()
	key, err := p.bootstrapAlone(ctx, given, o)
	if err != nil {
		return nil, "", errors.Join(err, n.stop())
	}
	n.args = []string{"serve"}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if name != "database" { // it may hold a password, which has no place in a list of processes
			n.args = append(n.args, "--"+name+"="+given[name])
		}
	}
	for i := range o.nodes {
		n.all = append(n.all, nil)
		if err := n.start(ctx, i, given["database"]); err != nil {
			return nil, "", errors.Join(err, n.stop())
		}
	}
	return n, key, nil
}

// bootstrapAlone opens the server here for a moment, to migrate the database
// and to get an API key.
func (p *cli) bootstrapAlone(ctx context.Context, given map[string]string, o stageOptions) (string, error) {
	s, err := settingsFrom(given)
	if err != nil {
		return "", err
	}
	server, err := openServer(ctx, s, serverOptions{logger: p.quietly(), noWorkers: true})
	if err != nil {
		return "", err
	}
	key, err := server.bootstrap(ctx, o.admin, o.password)
	l, lerr := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if lerr != nil {
		return "", errors.Join(err, lerr)
	}
	over, end := context.WithCancel(ctx)
	end()
	return key, errors.Join(err, server.serve(over, l)) // which stops at once, and closes all
}

const readyWithin = 60 * time.Second

var printedAddress = regexp.MustCompile(`listens on (https?://\S+)`)

// start starts one process and waits until it listens.
func (n *nodes) start(ctx context.Context, i int, database string) error {
	n.starts++
	log, err := os.Create(filepath.Join(n.dir, fmt.Sprintf("node-%d.log", n.starts)))
	if err != nil {
		return sayf(err, "There is no room for the log of a server.")
	}
	defer log.Close()                         // the process has its own
	cmd := exec.Command(n.program, n.args...) //nolint:noctx // ended by name, so that it can end in order
	cmd.Env = append(withoutOurs(os.Environ()), "RSVPP_DATABASE="+database)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return sayf(err, "A server cannot be started as a process.")
	}
	one := &node{cmd: cmd, exited: make(chan struct{})}
	address := make(chan string, 1)
	go n.watch(one, out, address)
	select {
	case one.address = <-address:
	case <-time.After(readyWithin):
		_ = cmd.Process.Kill()
	case <-ctx.Done():
		_ = cmd.Process.Kill()
	}
	if one.address == "" {
		<-one.exited
		words, _ := os.ReadFile(log.Name()) // whatever there is
		return sayf(errors.New(string(words)), "A server that was started as a process did not begin to listen.")
	}
	n.put(i, one)
	return nil
}

// watch reads what a process prints and waits for its end.
func (n *nodes) watch(one *node, out io.Reader, address chan<- string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := printedAddress.FindStringSubmatch(lines.Text()); m != nil {
			address <- m[1]
			break
		}
	}
	close(address)
	_, _ = io.Copy(io.Discard, out) // it must never wait for us to read
	_ = one.cmd.Wait()              // killed ones end badly, and are meant to
	n.mu.Lock()
	if !one.told && slices.Contains(n.all, one) {
		one.told = true
		close(n.ended)
	}
	n.mu.Unlock()
	close(one.exited)
}

func (n *nodes) put(i int, one *node) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[i] = one
	var addresses []string
	for _, o := range n.all {
		if o != nil {
			addresses = append(addresses, o.address)
		}
	}
	n.front.set(addresses)
}

// killOne ends a process as kill -9 does and starts another in its place.
func (n *nodes) killOne(ctx context.Context, i int, database string) error {
	n.mu.Lock()
	one := n.all[i]
	one.told = true
	n.mu.Unlock()
	if err := one.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return sayf(err, "A server process cannot be killed.")
	}
	<-one.exited
	return n.start(ctx, i, database)
}

func (n *nodes) url() string           { return n.front.url() }
func (n *nodes) gone() <-chan struct{} { return n.ended }

// stop asks all processes to end and waits for them.
func (n *nodes) stop() error {
	n.mu.Lock()
	all := slices.DeleteFunc(slices.Clone(n.all), func(one *node) bool { return one == nil })
	for _, one := range all {
		one.told = true
		_ = one.cmd.Process.Signal(syscall.SIGTERM) // fails only if it has ended
	}
	n.mu.Unlock()
	var late error
	for _, one := range all {
		select {
		case <-one.exited:
		case <-time.After(20 * time.Second):
			late = errors.New("a server process did not end when it was asked to")
			_ = one.cmd.Process.Kill()
			<-one.exited
		}
	}
	return errors.Join(late, n.front.close())
}

// withoutOurs keeps settings of the person's own server away from a rehearsal.
func withoutOurs(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, "RSVPP_") })
}

// isDial says that a request never reached anybody.
func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// canRepeat says whether asking a second time does no harm.
func canRepeat(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}
