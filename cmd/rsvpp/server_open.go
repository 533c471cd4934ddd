package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/metrics"
	"github.com/rsvpp/rsvpp/internal/notice"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/task"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

// Each wall fits the services that declare what they need of it.
var (
	_ location.Store = (*store.DB)(nil)
	_ roster.Store   = (*store.DB)(nil)
	_ invite.Store   = (*store.DB)(nil)
	_ program.Store  = (*store.DB)(nil)
	_ license.Store  = (*store.DB)(nil)
	_ operator.Store = (*store.DB)(nil)
	_ task.Store     = (*store.DB)(nil)
	_ notice.Store   = (*store.DB)(nil)
	_ notice.Post    = (*invite.Service)(nil)
	_ gate.Sessions  = (*store.DB)(nil)
	_ store.Queue    = (*queue.Queue)(nil)
	_ builtin.Store  = (*store.MDM)(nil)

	_ roster.AccountStore = (*store.DB)(nil)
	_ roster.LinkStore    = (*store.DB)(nil)
	_ roster.Commands     = (*mdm.Carrier)(nil)
)

// serverOptions is what serve, demo and rehearse do differently.
type serverOptions struct {
	logger    *slog.Logger
	noWorkers bool                                        // promised work is kept, not done
	observe   func(vpp.LocationID, appsandbooks.CallInfo) // each call to Apple, may be nil
}

// server is the house with its rooms wired. It listens when serve is called.
type server struct {
	settings settings
	options  serverOptions
	log      *slog.Logger
	url      string // where people reach it
	setup    string // the one-time link, "" when there is an administrator

	db     *store.DB
	queue  *queue.Queue
	box    *seal.Box
	sender *mail.Sender
	hub    *hub

	locations *announcing
	roster    *roster.Service
	invite    *invite.Service
	program   *program.Service
	licenses  *license.Service
	notices   *notice.Service
	tasks     *task.Service
	operators *operator.Service

	metrics  *metrics.Door
	carrier  *mdm.Carrier // commands to devices
	connect  *connect.Service
	webhooks *webhook.Service
	mdm      *builtin.Server
	accounts *roster.Accounts
	links    *roster.Links

	gate    *gate.Gate
	handler http.Handler
	spare   []byte // see spareHeap
}

// spareHeap lets garbage gather to some tens of megabytes before it is
// collected. What lives here is so little that Go would otherwise collect
// twenty times a second under load, at a quarter of all processor time.
// Nobody touches it, so the system gives no memory for it.
func spareHeap() []byte { return make([]byte, 24<<20) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// openServer opens the database, wires the rooms and makes what must be there
// from the start. It serves nothing yet.
func openServer(ctx context.Context, s settings, o serverOptions) (*server, error) {
	if err := makeDataDir(s); err != nil {
		return nil, err
	}
	v := &server{settings: s, options: o, log: o.logger, url: s.publicURL, hub: newHub(), spare: spareHeap()}
	db, err := store.Open(ctx, s.database, time.Now, newID)
	if err != nil {
		return nil, err
	}
	v.db = db
	for _, step := range []func(context.Context) error{v.openQueue, v.openBox, v.openRooms, v.openMDM, v.openConnectors, v.openWebhooks, v.openGate, v.prepare} {
		if err := step(ctx); err != nil {
			_ = db.Close()
			return nil, err
		}
	}
	return v, nil
}

func (v *server) openQueue(ctx context.Context) (err error) {
	// A job that runs longer than it may is stopped before it is taken over.
	config := queue.Config{Logger: v.log, Clock: time.Now, JobTimeout: v.settings.lease * 4 / 5, RescueAfter: v.settings.lease}
	v.queue, err = queue.New(ctx, v.db.SQLite(), v.db.Postgres(), config)
	if err == nil {
		v.db.Use(v.queue)
		v.db.OnChange(v.hub.tell)
	}
	return err
}

func (v *server) openRooms(ctx context.Context) (err error) {
	linkKey, err := lastingKey(ctx, v.db, v.box, linkPurpose)
	if err != nil {
		return err
	}
	notifyKey, err := lastingKey(ctx, v.db, v.box, notifyPurpose)
	if err != nil {
		return err
	}
	if v.sender, err = mail.NewSender(mail.Settings{Mode: mail.None}, mail.Ports{}); err != nil {
		return err
	}
	v.operators = operator.New(v.db, time.Now, newID, rand.Reader)
	v.openMetrics()
	slice := min(10*time.Second, v.settings.lease/4)
	keys, clock := &tokens{}, &clockWatch{RoundTripper: transport()}
	v.roster = roster.New(v.db, time.Now, newID)
	v.program = program.New(v.db, keys, v.box, program.Config{
		Client: appsandbooks.Config{
			BaseURL: v.settings.appleURL, RequestTimeout: min(30*time.Second, v.settings.lease/3),
			HTTPClient: &http.Client{Transport: clock},
		},
		PublicURL: v.url, ClaimName: v.claimName(), ClaimMetadata: claimMetadata(), NotifyKey: notifyKey, Skew: clock.Skew,
		Cadence: v.settings.cadence, Lease: v.settings.lease * 4 / 5, Slice: slice, Parallel: 16, Attempts: 8, Undo: v.settings.undoTime,
		Logger: v.log, Now: time.Now, IDs: newID, Secrets: uuid.NewString, Sleep: sleep, Observe: v.called, People: v.roster,
	})
	v.licenses = license.New(v.db, time.Now, newID)
	places := location.New(v.db, v.program, v.box, time.Now, newID)
	keys.of = places
	v.locations = &announcing{Service: places, program: v.program, log: v.log}
	v.carrier = mdm.NewCarrier()
	v.invite = invite.New(v.db, invite.Ports{
		Carrier: &carrier{v.sender, v.metrics.Posted}, Devices: v.carrier, Letters: letters{}, Bounces: &carrier{}, Sealer: v.box, Apple: v.program,
		Clock: time.Now, IDs: newID, Secrets: uuid.NewString,
	}, invite.Config{
		BaseURL: v.url, LinkKey: linkKey, LinkLife: v.settings.linkLife, SendFor: slice,
		ClaimFor: v.settings.lease, BackOff: backOff(v.settings.mailRetry), AppleHost: appleHosts(v.settings.appleURL),
	})
	v.notices = notice.New(v.db, v.invite, v.url, time.Now, newID)
	v.tasks = task.New(v.db, time.Now, v.starters())
	return nil
}

// transport keeps as many connections to Apple as are used at once.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http says so
	t.MaxIdleConnsPerHost = 32
	return t
}

// backOff grows from the first pause: 1, 5, 15, 60 and 240 times.
func backOff(first time.Duration) []time.Duration {
	return []time.Duration{first, 5 * first, 15 * first, 60 * first, 240 * first}
}

// appleHosts are where a link may lead in the end: Apple's hosts, or the
// pretend Apple's.
func appleHosts(apple string) []string {
	hosts := []string{".apple.com"}
	if u, err := url.Parse(apple); err == nil && u.Hostname() != "" {
		hosts = append(hosts, u.Hostname())
	}
	return hosts
}

// prepare makes what must be there from the start.
func (v *server) prepare(ctx context.Context) error {
	if err := v.locations.EnsureDefault(ctx); err != nil {
		return err
	}
	if _, err := v.program.Claim(ctx); err != nil { // made at the first start
		return err
	}
	token, err := v.operators.OfferSetup(ctx)
	if err == nil && token != "" {
		v.setup = v.url + "/setup/" + token
	}
	return err
}

// setupLink returns the link that creates the first administrator, and whether
// there is none yet.
func (v *server) setupLink() (link string, first bool) { return v.setup, v.setup != "" }

// bootstrap creates the first administrator and an API key that may do
// everything, for demonstrations and rehearsals.
func (v *server) bootstrap(ctx context.Context, name, password string) (apiKey string, err error) {
	token, err := v.operators.OfferSetup(ctx)
	if err != nil {
		return "", err
	}
	first, err := v.operators.CreateFirst(ctx, token, name, password, "")
	if err != nil {
		return "", err
	}
	by := operator.Caller{Operator: first, Scopes: operator.Scopes{operator.ScopeOwner}}
	_, key, err := v.operators.CreateKey(ctx, by, operator.KeyInput{Name: "made at the start", Scopes: operator.Scopes{operator.ScopeOwner}})
	v.setup = ""
	return key, err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve answers requests and does promised work until ctx ends, then lets both
// finish.
func (v *server) serve(ctx context.Context, l net.Listener) error {
	return v.run(ctx, l)
}
