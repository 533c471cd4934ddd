package api_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/task"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// house is the door with the real rooms behind it, on a fresh database, with
// the pretend Apple.
type house struct {
	t      *testing.T
	db     *store.DB
	apple  *applesim.Server
	roster *roster.Service
	mdm    *builtin.Server
	ops    *operator.Service
	owner  operator.Caller
	door   *api.Door
	server *httptest.Server
	hub    hub
	down   error // why the server is not ready
}

func open(t *testing.T, change ...func(*api.Services)) *house {
	t.Helper()
	h := &house{t: t, hub: hub{make(chan api.Change, 16)}}
	h.db = storetest.Open(t, storetest.SQLite(t), time.Now)
	log := slog.New(slog.DiscardHandler)
	q, err := queue.New(t.Context(), h.db.SQLite(), h.db.Postgres(), queue.Config{Logger: log, Clock: time.Now})
	must(t, err)
	h.db.Use(q)
	h.apple, err = applesim.NewServer(applesim.Options{Locations: []applesim.Location{{UID: "2049025000431439", Name: "Example School", Country: "DE"}}})
	must(t, err)
	t.Cleanup(func() { must(t, h.apple.Close()) })
	master, err := seal.NewMaster(rand.Reader)
	must(t, err)
	box, err := seal.New(master)
	must(t, err)
	services := h.rooms(box, log)
	for _, c := range change {
		c(&services)
	}
	h.door = api.New(services, api.Config{Version: "9.9", Clock: time.Now, Ready: func(context.Context) error { return h.down }, Beat: 50 * time.Millisecond})
	g, err := gate.New(gate.Config{Logger: log, Clock: time.Now, IDs: storetest.NewID}, h.ops, h.db)
	must(t, err)
	mux, err := g.NewMux(h.door.Routes()...)
	must(t, err)
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
	h.setUp()
	return h
}

// rooms wires the services as cmd does.
func (h *house) rooms(box *seal.Box, log *slog.Logger) api.Services {
	h.t.Helper()
	keys := &tokens{}
	apple := program.New(h.db, keys, box, program.Config{
		Client: appsandbooks.Config{BaseURL: h.apple.BaseURL()}, PublicURL: "http://rsvpp.test", Cadence: program.Apple, Logger: log,
		Now: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString, Lease: time.Minute, Slice: time.Second, Parallel: 2, Attempts: 2, Undo: time.Hour,
		Sleep: func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	})
	places := location.New(h.db, apple, box, time.Now, storetest.NewID)
	keys.Service = places
	must(h.t, places.EnsureDefault(h.t.Context()))
	h.roster = roster.New(h.db, time.Now, storetest.NewID)
	sender, err := mail.NewSender(mail.Settings{Mode: mail.None}, mail.Ports{})
	must(h.t, err)
	h.t.Cleanup(func() { must(h.t, sender.Close()) })
	inviter := invite.New(h.db, invite.Ports{Carrier: carrier{}, Letters: letters{}, Sealer: box, Apple: apple, Clock: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString},
		invite.Config{BaseURL: "http://rsvpp.test", LinkKey: box.Derive("links")})
	h.ops = operator.New(h.db, time.Now, storetest.NewID, rand.Reader)
	h.mdm = builtin.New(h.db.MDM(box), told{Service: h.roster}, builtin.Config{
		URL: "https://rsvpp.test", Name: func(context.Context) string { return "Example School" }, Logger: log, Now: time.Now, IDs: storetest.NewID, Random: rand.Reader,
	})
	devices := mdm.NewCarrier()
	devices.Set(vpp.BuiltinMDM, h.mdm)
	return api.Services{
		Servers: servers(h.db, box, told{Service: h.roster}),
		Devices: h.roster, MDM: h.mdm, Accounts: roster.NewAccounts(h.db, devices, time.Hour, time.Now, storetest.NewID),
		Links:  roster.NewLinks(h.db, "https://rsvpp.test", box.Derive("devices"), time.Hour, time.Now),
		People: h.roster, Imports: h.roster, Locations: places, Claims: movers{apple, h.roster}, Inviter: inviter, Letters: inviter, Program: apple, Licenses: license.New(h.db, time.Now, storetest.NewID),
		Tasks: task.New(h.db, time.Now, nil), Operators: h.ops, Changes: h.hub, Webhooks: webhooks(h.db, box),
	}
}

// setUp creates the first administrator.
func (h *house) setUp() {
	h.t.Helper()
	token, err := h.ops.OfferSetup(h.t.Context())
	must(h.t, err)
	o, err := h.ops.CreateFirst(h.t.Context(), token, "anna", "correct horse battery staple", "192.0.2.1")
	must(h.t, err)
	h.owner = operator.Caller{Operator: o, Scopes: o.Scopes}
}

// key makes an API key with these scopes.
func (h *house) key(scopes ...operator.Scope) string {
	h.t.Helper()
	_, secret, err := h.ops.CreateKey(h.t.Context(), h.owner, operator.KeyInput{Name: "test", Scopes: scopes})
	must(h.t, err)
	return secret
}

// client speaks with the door as an owner.
func (h *house) client() *client.Client {
	h.t.Helper()
	c, err := client.New(client.Config{Address: h.server.URL, Key: h.key(operator.ScopeOwner), Retries: -1})
	must(h.t, err)
	return c
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request as it is.
func (h *house) ask(method, path, key, kind, body string) reply {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, bytes.NewReader([]byte(body)))
	must(h.t, err)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(r)
	must(h.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(h.t, err)
	return reply{resp.StatusCode, resp.Header, b}
}

func (r reply) problem(t *testing.T) *client.Problem {
	t.Helper()
	if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%d came as %s: %s", r.status, kind, r.body)
	}
	p := &client.Problem{}
	must(t, json.Unmarshal(r.body, p))
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hub hands on what the test says.
type hub struct{ said chan api.Change }

func (h hub) Changes(context.Context, []string) <-chan api.Change { return h.said }

// told hands on what devices say, as cmd does.
type told struct {
	mdm.Told
	*roster.Service
}

func (t told) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return t.DeviceSeen(ctx, d, channels)
}

type tokens struct{ *location.Service }

// carrier checks settings; nothing is sent here.
type carrier struct{ invite.Carrier }

func (carrier) Check(s invite.MailSettings) error {
	return mail.Settings{
		Mode: mail.Mode(s.Mode), Host: s.Host, Port: s.Port, Security: mail.Security(s.Security), Username: s.Username,
		Password: mail.NewSecret(s.Password), FromName: s.FromName, FromAddress: s.FromAddress,
	}.Validate()
}

type letters struct{}

func (letters) Compile(l vpp.Letter) (invite.Compiled, error) {
	c, err := mail.Compile(mail.Template(l))
	return compiled{c}, err
}
func (letters) Default() vpp.Letter       { return vpp.Letter(mail.DefaultTemplate()) }
func (letters) Sample() invite.LetterData { return invite.LetterData(mail.SampleData()) }

type compiled struct{ *mail.Compiled }

func (c compiled) Render(d invite.LetterData) (vpp.Letter, error) {
	r, err := c.Compiled.Render(mail.TemplateData(d))
	return vpp.Letter(r), err
}
