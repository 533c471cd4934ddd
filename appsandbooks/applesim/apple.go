package applesim

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// Apple is the pretend Apple: an http.Handler. Its methods may be called at any time from anywhere.
type Apple struct {
	options Options
	routes  map[string]map[string]route
	legacy  map[string]route // version 1, by name
	control http.Handler
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
	wake    chan struct{}

	mu         sync.Mutex
	mint       mint
	rng        *rand.Rand
	file       *os.File // nil: memory only
	unwritten  []byte   // journal lines of the running request
	broken     error    // why the journal cannot be kept
	limits     Limits
	quirks     Quirks
	faults     faultBox
	locations  map[string]*location // by uId
	ordered    []*location
	tokens     map[string]*Token // by content
	minted     []*Token
	events     map[string]*event
	eventOrder []string
	starts     int
	notes      uint64 // notifications made since the start
	agenda     agenda
	outage     Outage
	announced  Announcement
	lapses     []*lapse // under way
	news       []News
	listeners  map[int]func(News)
	witnesses  map[int]func(Exchange)
	calls      Calls
}

// New makes a pretend Apple. Close it to stop its one background worker and to close its file.
func New(o Options) (*Apple, error) {
	o = o.withDefaults()
	ctx, stop := context.WithCancel(context.Background())
	a := &Apple{
		options: o, ctx: ctx, stop: stop, wake: make(chan struct{}, 1),
		limits: o.Limits, quirks: o.Quirks, faults: newFaultBox(o.Faults),
		locations: map[string]*location{}, tokens: map[string]*Token{}, events: map[string]*event{},
		listeners: map[int]func(News){}, witnesses: map[int]func(Exchange){}, calls: newCalls(),
	}
	a.routes, a.legacy, a.control = a.allRoutes(), a.v1Routes(), a.controlRoutes()
	if err := a.load(); err != nil {
		stop()
		return nil, err
	}
	a.running.Go(a.clerk)
	return a, nil
}

// load opens the file, if any, and adds the locations it does not know yet.
func (a *Apple) load() error {
	key, err := newKey(a.options.Seed)
	if err == nil {
		a.mint, err = newMint(key)
	}
	if err == nil && a.options.File != "" {
		err = a.openFile(a.options.File)
	}
	if err != nil {
		return err
	}
	if a.starts == 0 {
		a.note(line{Kind: lineKey, Key: hex.EncodeToString(a.mint.key)})
	}
	a.put(line{Kind: lineStart})
	a.rng = rand.New(rand.NewPCG(a.options.Seed, uint64(a.starts)))
	for _, l := range a.options.Locations {
		if a.locations[l.UID] == nil {
			l = a.complete(l)
			a.put(line{Kind: lineLocation, Location: &l})
		}
	}
	for _, id := range a.eventOrder {
		if e := a.events[id]; e.Status == statusPending {
			a.schedule(e)
		}
	}
	if err := a.startOptions(); err != nil {
		return err
	}
	return a.flush()
}

// Close stops deliveries, lets hanging requests go and closes the file. It returns the first failure to write the file, if any.
func (a *Apple) Close() error {
	a.stop()
	a.running.Wait()
	a.options.HookClient.CloseIdleConnections()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		return nil
	}
	err := a.flush()
	a.broken = errors.Join(a.broken, errClosed) // a straggler must not be told that its work is kept
	if cerr := a.file.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("applesim: close file: %w", cerr)
	}
	a.file = nil
	return err
}

// lock takes the state and first does everything that has become due.
func (a *Apple) lock() time.Time {
	a.mu.Lock()
	now := a.options.Now()
	a.settle(now)
	return now
}

// unlock writes what was noted and gives the state back.
func (a *Apple) unlock() {
	_ = a.flush() // kept in a.broken, which answers every later request
	a.mu.Unlock()
}

// Settle does everything that is due by the clock: for tests that move their own.
func (a *Apple) Settle() {
	a.lock()
	a.unlock()
	a.wakeClerk()
}

// SetQuirks changes the quirks from now on.
func (a *Apple) SetQuirks(q Quirks) {
	a.lock()
	defer a.unlock()
	a.quirks = q
}

// SetLimits changes the limits that the service config announces and that are enforced from now on.
func (a *Apple) SetLimits(l Limits) {
	a.lock()
	defer a.unlock()
	a.limits = l
}

var errClosed = errors.New("applesim: closed")

const (
	apiRoot     = "/mdm/v2/"
	controlRoot = "/internal/"
	signInPath  = "/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount"
)

// ServeHTTP serves the API under /mdm/v2, its legacy names beside it, the sign-in page at Apple's path, and where
// Options.Control allows it the page at / and the control addresses under /internal/.
func (a *Apple) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, api := strings.CutPrefix(r.URL.Path, apiRoot)
	legacy, base, v1 := a.v1Route(r.URL.Path)
	switch {
	case api:
		a.serveAPI(w, r, name)
	case v1:
		a.serveV1(w, r, legacy, base)
	case r.URL.Path == signInPath:
		a.serveSignIn(w, r)
	case r.URL.Path == lookupPath:
		a.serveLookup(w, r)
	case r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, controlRoot):
		a.serveControl(w, r)
	default: // not the control's mux: it would send "//mdm/v2/users" elsewhere, and Apple does not
		http.NotFound(w, r)
	}
}

// origin is the address that clients reach the service at.
func (a *Apple) origin(r *http.Request) string {
	if a.options.BaseURL != "" {
		return strings.TrimSuffix(a.options.BaseURL, "/")
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
