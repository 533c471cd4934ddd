package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/console"
	"github.com/rsvpp/rsvpp/internal/console/viewtest"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/license"
	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
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

const password = "correct horse battery"

// house is the whole product but its workers: the console behind the gate over
// the real services and SQLite, with the pretend Apple beyond.
type house struct {
	t        *testing.T
	db       *store.DB
	apple    *applesim.Server
	ops      *operator.Service
	mdm      *builtin.Server
	accounts *roster.Accounts
	roster   *roster.Service
	invite   *invite.Service
	program  *program.Service
	tasks    *task.Service
	places   *location.Service
	news     *news
	door     *console.Door
	server   *httptest.Server
	setup    string // the token of the set-up link
}

// news hands what a test says changed to whoever listens.
type news struct{ said chan string }

func (n *news) Subscribe(context.Context, []string) <-chan string { return n.said }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, news: &news{make(chan string)}}
	var err error
	h.apple, err = applesim.NewServer(applesim.Options{Limits: applesim.UnlimitedRate()})
	must(t, err)
	t.Cleanup(func() { _ = h.apple.Close() })
	h.db = storetest.Open(t, storetest.SQLite(t), time.Now)
	q, err := queue.New(t.Context(), h.db.SQLite(), h.db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: time.Now})
	must(t, err)
	h.db.Use(q)
	box, err := seal.New(make([]byte, seal.MasterSize))
	must(t, err)
	h.rooms(box)
	must(t, h.places.EnsureDefault(t.Context()))
	h.listen(box)
	h.setup, err = h.ops.OfferSetup(t.Context())
	must(t, err)
	return h
}

// rooms makes the services.
func (h *house) rooms(box *seal.Box) {
	keys := &tokens{}
	h.program = program.New(h.db, keys, box, program.Config{
		Client: appsandbooks.Config{BaseURL: h.apple.BaseURL(), RequestTimeout: 5 * time.Second}, Cadence: program.Apple, Lease: time.Minute, Slice: time.Second,
		Parallel: 1, Attempts: 2, Logger: slog.New(slog.DiscardHandler), Now: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString,
	})
	h.places = location.New(h.db, h.program, box, time.Now, storetest.NewID)
	keys.Service = h.places
	h.roster = roster.New(h.db, time.Now, storetest.NewID)
	h.ops = operator.New(h.db, time.Now, storetest.NewID, rand.Reader)
	h.mdm = builtin.New(h.db.MDM(box), told{Service: h.roster}, builtin.Config{
		URL: "https://rsvpp.test", Name: func(context.Context) string { return "Example School" }, Logger: slog.New(slog.DiscardHandler),
		Push: push.Config{URL: "https://127.0.0.1:1", Attempts: 1}, Now: time.Now, IDs: storetest.NewID, Random: rand.Reader,
	})
	h.accounts = roster.NewAccounts(h.db, h.mdm, time.Hour, time.Now, storetest.NewID)
	sender, err := mail.NewSender(mail.Settings{}, mail.Ports{})
	must(h.t, err)
	h.t.Cleanup(func() { _ = sender.Close() })
	h.invite = invite.New(h.db, invite.Ports{Carrier: carrier{sender}, Letters: letters{}, Sealer: box, Apple: h.program, Clock: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString},
		invite.Config{BaseURL: "https://rsvpp.test", LinkKey: box.Derive("links")})
	h.tasks = task.New(h.db, time.Now, map[vpp.TaskKind]task.Starter{
		vpp.TaskSync: func(ctx context.Context, by vpp.Actor, s vpp.Selection, _ map[string]string, key string) (vpp.Task, error) {
			return h.program.StartSync(ctx, by, s, false, key)
		},
	})
}

// told hands on what devices say, as cmd does.
type told struct {
	mdm.Told
	*roster.Service
}

func (t told) Enrolled(ctx context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	return t.DeviceSeen(ctx, d, channels)
}

func (t told) Answered(ctx context.Context, a vpp.CommandAnswer) error    { return t.AccountRead(ctx, a) }
func (told) Pushed(context.Context, vpp.MDMID, []string, time.Time) error { return nil }

// tokens is there before the service that it stands for.
type tokens struct{ *location.Service }

// listen puts the door behind the gate.
func (h *house) listen(box *seal.Box) {
	logger := slog.New(slog.DiscardHandler)
	g, err := gate.New(gate.Config{
		Logger: logger, Clock: time.Now, IDs: storetest.NewID,
		Page: func(w http.ResponseWriter, r *http.Request, status int, sentence string) {
			h.door.ErrorPage(w, r, status, sentence)
		},
	}, h.ops, h.db)
	must(h.t, err)
	h.door, err = console.New(console.Services{
		Entrance: g, Operators: h.ops, Locations: h.places, People: h.roster, Imports: h.roster, Inviter: h.invite, Letters: h.invite,
		Claims: movers{h.program, h.roster}, Program: h.program, Licenses: license.New(h.db, time.Now, storetest.NewID), Tasks: h.tasks, Changes: h.news, Sealer: box, Devices: h.roster, MDM: h.mdm, Accounts: h.accounts, Servers: servers(h.db, box, told{Service: h.roster}), Webhooks: webhooks(h.db, box),
		Links: roster.NewLinks(h.db, "https://rsvpp.test", box.Derive("devices"), time.Hour, time.Now),
	}, console.Config{Clock: time.Now, IDs: storetest.NewID, Logger: logger})
	must(h.t, err)
	mux, err := g.NewMux(h.door.Routes()...)
	must(h.t, err)
	h.server = httptest.NewUnstartedServer(nil)
	h.server.Config = g.Server(mux)
	h.server.Start()
	h.t.Cleanup(h.server.Close)
}

// token makes a content token of a new location at the pretend Apple.
func (h *house) token(name string, o applesim.TokenOptions) applesim.Token {
	h.t.Helper()
	l, err := h.apple.AddLocation(applesim.Location{Name: name, Country: "DE", Platform: applesim.PlatformEducation})
	must(h.t, err)
	t, err := h.apple.MintToken(l.UID, o)
	must(h.t, err)
	return t
}

// visitor is a browser with its own cookies.
type visitor struct {
	h      *house
	client *http.Client
}

func (h *house) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	return &visitor{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// anna is the administrator, signed in through the set-up link.
func (h *house) anna() *visitor {
	h.t.Helper()
	b := h.visitor()
	if got := b.post("/setup/"+h.setup, "name", "anna", "password", password, "again", password); got.status != http.StatusSeeOther {
		h.t.Fatalf("set-up got %d: %s", got.status, got.body)
	}
	b.get("/") // takes the greeting
	return b
}

type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// says fails the test where the answer has another status, or lacks the words.
func (a answer) says(status int, words ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("got %d, want %d: %s", a.status, status, text(a.body))
	}
	for _, w := range words {
		if !strings.Contains(a.body, w) {
			a.t.Errorf("does not say %q: %s", w, text(a.body))
		}
	}
	return a
}

// leads fails the test where the answer does not lead to a path.
func (a answer) leads(path string) answer {
	a.t.Helper()
	if got := a.header.Get("Location"); a.status != http.StatusSeeOther || !strings.HasPrefix(got, path) {
		a.t.Errorf("got %d to %q, want to %q: %s", a.status, got, path, text(a.body))
	}
	return a
}

// text is the page's main part, for messages.
func text(body string) string {
	if _, main, ok := strings.Cut(body, "<main"); ok {
		body = main
	}
	return body[:min(len(body), 3000)]
}

func (b *visitor) get(path string, header ...string) answer {
	b.h.t.Helper()
	return b.do(http.MethodGet, path, nil, header)
}

func (b *visitor) post(path string, form ...string) answer {
	b.h.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return b.do(http.MethodPost, path, strings.NewReader(values.Encode()), []string{"Content-Type", "application/x-www-form-urlencoded"})
}

// upload sends a file as a form's field "token".
func (b *visitor) upload(path, content string) answer {
	b.h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("token", "school.vpptoken")
	must(b.h.t, err)
	_, err = io.WriteString(part, content)
	must(b.h.t, err)
	must(b.h.t, form.Close())
	return b.do(http.MethodPost, path, &body, []string{"Content-Type", form.FormDataContentType()})
}

// do asks as a browser does, and holds every page to the rules of pages.
func (b *visitor) do(method, path string, body io.Reader, header []string) answer {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), method, b.h.server.URL+path, body)
	must(b.h.t, err)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(r)
	must(b.h.t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	must(b.h.t, err)
	a := answer{b.h.t, response.StatusCode, response.Header, string(raw)}
	if strings.HasPrefix(a.body, "<!doctype html>") && strings.Contains(a.body, "rsvpp") && a.header.Get("X-Frame-Options") == "DENY" {
		viewtest.Check(b.h.t, a.body)
	}
	return a
}

// hidden returns the value of a page's hidden field.
func (a answer) hidden(name string) string {
	_, rest, _ := strings.Cut(a.body, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// carrier is the adapter that cmd puts between invite and mail.
type carrier struct{ sender *mail.Sender }

func settingsOf(s invite.Outgoing) mail.Settings {
	return mail.Settings{
		Mode: mail.Mode(s.Mode), Host: s.Host, Port: s.Port, Security: mail.Security(s.Security), Username: s.Username,
		Password: mail.NewSecret(s.Password), FromName: s.FromName, FromAddress: s.FromAddress, ReplyTo: s.ReplyTo, HELO: s.HELO,
		MaxConnections: s.MaxConnections, Timeout: time.Duration(s.TimeoutSeconds) * time.Second, TrustedCA: []byte(s.TrustedCA),
		BounceTo: s.BounceTo,
		DKIM:     mail.DKIM{Domain: s.DKIMDomain, Selector: s.DKIMSelector, Key: mail.NewSecret(s.SigningKey)},
	}
}

func (c carrier) Check(s invite.MailSettings) error {
	return settingsOf(invite.Outgoing{MailSettings: s}).Validate()
}
func (c carrier) Use(s invite.Outgoing) error { return c.sender.Change(settingsOf(s)) }

func (c carrier) Send(context.Context, invite.Message) invite.Handover { return invite.Handover{} }

func (carrier) NewSigningKey() (key, record string, err error) {
	made, err := mail.NewSigningKey()
	return made.Key.Reveal(), made.Record, err
}

func (c carrier) Test(ctx context.Context, s invite.Outgoing, to string) invite.TestReport {
	sender, err := mail.NewSender(settingsOf(s), mail.Ports{})
	if err != nil {
		return invite.TestReport{Outcome: vpp.DeliveryRefused, Sentence: vpp.MessageOf(err)}
	}
	defer func() { _ = sender.Close() }()
	report := sender.Test(ctx, to)
	out := invite.TestReport{Outcome: vpp.DeliveryRefused, Answer: report.Result.Answer, Sentence: report.Result.Sentence}
	if report.Result.Outcome == mail.Accepted {
		out.Outcome = vpp.DeliveryAccepted
	}
	for _, s := range report.Steps {
		out.Steps = append(out.Steps, invite.TestStep{Name: string(s.Step), OK: s.OK, Took: s.Took, Answer: s.Answer})
	}
	for _, hint := range report.Hints {
		out.Hints = append(out.Hints, invite.TestHint{About: hint.About, Verdict: string(hint.Verdict), Sentence: hint.Sentence})
	}
	return out
}

var (
	_ console.Entrance  = (*gate.Gate)(nil)
	_ console.Operators = (*operator.Service)(nil)
	_ console.Locations = (*location.Service)(nil)
	_ console.People    = (*roster.Service)(nil)
	_ console.Imports   = (*roster.Service)(nil)
	_ console.Inviter   = (*invite.Service)(nil)
	_ console.Letters   = (*invite.Service)(nil)
	_ console.Program   = (*program.Service)(nil)
	_ console.Tasks     = (*task.Service)(nil)
	_ console.Sealer    = (*seal.Box)(nil)
)
