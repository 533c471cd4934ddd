package console_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
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
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
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

var fixture = vpp.Actor{Name: "test"}

// school is the console over real services, SQLite, a pretend Apple and a real
// mail server. Promised work is done when a test says so.
type school struct {
	t       *testing.T
	db      *store.DB
	apple   *applesim.Server
	post    *mailtest.Server
	roster  *roster.Service
	places  *location.Service
	inviter *invite.Service
	mdm     *builtin.Server
	program *program.Service
	tasks   *task.Service
	ops     *operator.Service
	owner   operator.Caller
	server  *httptest.Server
	uid     string // of the location at Apple
	here    vpp.Location
	undo    time.Duration // removals can be undone for
}

// openSchool opens a school with a location at Apple and one owner, anna.
func openSchool(t *testing.T) *school {
	t.Helper()
	return openSchoolWith(t, 0)
}

// openSchoolWith opens one whose removals can be undone for a time.
func openSchoolWith(t *testing.T, undo time.Duration) *school {
	t.Helper()
	s := &school{t: t, undo: undo}
	s.db = storetest.Open(t, storetest.SQLite(t), time.Now)
	q, err := queue.New(t.Context(), s.db.SQLite(), s.db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: time.Now})
	s.must(err)
	s.db.Use(q)
	s.openApple()
	s.openRooms()
	s.openDoor()
	s.addLocation("Nordschule")
	return s
}

func (s *school) openApple() {
	var err error
	s.apple, err = applesim.NewServer(applesim.Options{Limits: applesim.UnlimitedRate()})
	s.must(err)
	s.t.Cleanup(func() { _ = s.apple.Close() })
	s.post, err = mailtest.NewServer(mailtest.Options{})
	s.must(err)
	s.t.Cleanup(func() { _ = s.post.Close() })
}

func (s *school) openRooms() {
	box, err := seal.New(make([]byte, 32))
	s.must(err)
	keys := &tokens{}
	s.roster = roster.New(s.db, time.Now, storetest.NewID)
	s.program = program.New(s.db, keys, box, program.Config{
		Client: appsandbooks.Config{BaseURL: s.apple.BaseURL(), RequestTimeout: 2 * time.Second, BackoffFirst: 5 * time.Millisecond},
		Cadence: program.Cadence{
			FirstLook: 5 * time.Millisecond, LookEvery: 10 * time.Millisecond, ResendAfter: 300 * time.Millisecond,
			Settle: 10 * time.Millisecond, ReadEvery: time.Hour, FullEvery: time.Hour,
		},
		Lease: time.Minute, Slice: 8 * time.Second, Parallel: 8, Attempts: 8, Undo: s.undo, Logger: slog.New(slog.DiscardHandler),
		Now: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString, Sleep: pause, People: s.roster,
	})
	s.places = location.New(s.db, s.program, box, time.Now, storetest.NewID)
	keys.Service = s.places
	s.must(s.places.EnsureDefault(s.t.Context()))
	sender, err := mail.NewSender(mail.Settings{}, mail.Ports{})
	s.must(err)
	s.t.Cleanup(func() { _ = sender.Close() })
	s.mdm = builtin.New(s.db.MDM(box), schoolTold{s}, builtin.Config{
		URL: "https://rsvpp.test", Name: func(context.Context) string { return "Example School" }, Logger: slog.New(slog.DiscardHandler),
		Push: push.Config{URL: "https://127.0.0.1:1", Attempts: 1}, Now: time.Now, IDs: storetest.NewID, Random: rand.Reader,
	})
	s.inviter = invite.New(s.db, invite.Ports{
		Carrier: post{sender}, Devices: s.mdm, Letters: letters{}, Sealer: box, Apple: s.program, Clock: time.Now, IDs: storetest.NewID, Secrets: uuid.NewString,
	}, invite.Config{BaseURL: "https://rsvpp.test", LinkKey: []byte("0123456789abcdef0123456789abcdef")})
	s.tasks = task.New(s.db, time.Now, nil)
	s.ops = operator.New(s.db, time.Now, storetest.NewID, rand.Reader)
}

func (s *school) openDoor() {
	log := slog.New(slog.NewTextHandler(s.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var door *console.Door
	g, err := gate.New(gate.Config{Logger: log, Clock: time.Now, IDs: storetest.NewID, Page: func(w http.ResponseWriter, r *http.Request, status int, sentence string) {
		door.ErrorPage(w, r, status, sentence)
	}}, s.ops, s.db)
	s.must(err)
	box, err := seal.New(make([]byte, 32))
	s.must(err)
	door, err = console.New(console.Services{
		Entrance: g, Operators: s.ops, Locations: s.places, People: s.roster, Imports: s.roster, Inviter: s.inviter, Letters: s.inviter,
		Claims: movers{s.program, s.roster}, Program: s.program, Licenses: license.New(s.db, time.Now, storetest.NewID), Tasks: s.tasks, Changes: &news{}, Sealer: box, Devices: s.roster, MDM: s.mdm,
	}, console.Config{Clock: time.Now, IDs: storetest.NewID, Logger: log})
	s.must(err)
	mux, err := g.NewMux(door.Routes()...)
	s.must(err)
	s.server = httptest.NewServer(mux)
	s.t.Cleanup(s.server.Close)
	token, err := s.ops.OfferSetup(s.t.Context())
	s.must(err)
	first, err := s.ops.CreateFirst(s.t.Context(), token, "anna", password, "")
	s.must(err)
	s.owner = operator.Caller{Operator: first, Scopes: operator.Scopes{operator.ScopeOwner}}
}

// addLocation makes a location at Apple and adds its content token; the first
// one becomes the location that lists are seen from.
func (s *school) addLocation(name string) vpp.Location {
	s.t.Helper()
	l, err := s.apple.AddLocation(applesim.Location{Name: name})
	s.must(err)
	token, err := s.apple.MintToken(l.UID, applesim.TokenOptions{})
	s.must(err)
	added, err := s.places.Add(s.t.Context(), fixture, []byte(token.Content), true)
	s.must(err)
	if s.uid == "" {
		s.uid, s.here = l.UID, added
	}
	return added
}

func (s *school) withMail() {
	s.t.Helper()
	s.must(s.inviter.SaveMailSettings(s.t.Context(), fixture, invite.MailSettings{
		Mode: "relay", Host: s.post.Host(), Port: s.post.Port(), Security: "none", FromName: "IT", FromAddress: "it@school.test", MaxConnections: 4,
	}))
}

// add makes a person; the e-mail address may be "".
func (s *school) add(name, email string, groups ...string) vpp.UserID {
	s.t.Helper()
	u, err := s.roster.Create(s.t.Context(), fixture, "", vpp.UserInput{UserName: strings.ToLower(strings.Map(letter, name)), FullName: name, Email: email, Groups: groups})
	s.must(err)
	return u.ID
}

func letter(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// work does what a task promised, to the end.
func (s *school) work(id vpp.TaskID) vpp.Task {
	s.t.Helper()
	ctx := s.t.Context()
	t, err := s.tasks.Get(ctx, id)
	s.must(err)
	switch t.Kind {
	case vpp.TaskSync, vpp.TaskDelete:
		s.must(s.program.Expand(ctx, t))
	case vpp.TaskImport:
		s.must(s.roster.RunImport(ctx, vpp.ImportPeople{TaskID: id}))
	default:
		s.must(s.inviter.Expand(ctx, vpp.ExpandTask{TaskID: id}))
	}
	s.tend(t.LocationID)
	s.must(s.inviter.Send(ctx, vpp.SendMail{}))
	t, err = s.tasks.Get(ctx, id)
	s.must(err)
	return t
}

// tend lets program work until nothing is due any more.
func (s *school) tend(at vpp.LocationID) {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		err := s.program.Tend(s.t.Context(), vpp.TendLocation{LocationID: at})
		var later *vpp.Later
		if err == nil {
			return
		}
		if !errors.As(err, &later) {
			s.t.Fatal(err)
		}
		s.must(pause(s.t.Context(), time.Until(later.At)))
	}
	s.t.Fatal("the location does not come to rest")
}

// only returns the one task there is of a kind.
func (s *school) only(kind vpp.TaskKind) vpp.Task {
	s.t.Helper()
	list, err := s.tasks.List(s.t.Context(), vpp.TaskFilter{Kind: kind}, vpp.Page{})
	s.must(err)
	if len(list.Items) != 1 {
		s.t.Fatalf("there are %d tasks of kind %s, want 1", len(list.Items), kind)
	}
	return list.Items[0]
}

func (s *school) status(id vpp.UserID) vpp.VPPStatus {
	s.t.Helper()
	p, err := s.roster.Profile(s.t.Context(), id)
	s.must(err)
	return p.Places[0].VPPStatus()
}

func (s *school) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// browser is an operator with a browser that runs no scripts.
type browser struct {
	s      *school
	client *http.Client
}

// page is an answer as it was followed to.
type page struct {
	status int
	at     string // path and query
	body   string
	header http.Header
}

// anna signs in as the owner.
func (s *school) anna() *browser { return s.signIn("anna") }

// somebody signs in with scopes of their own.
func (s *school) somebody(name string, scopes ...operator.Scope) *browser {
	s.t.Helper()
	_, err := s.ops.Create(s.t.Context(), s.owner, name, password, scopes)
	s.must(err)
	return s.signIn(name)
}

func (s *school) signIn(name string) *browser {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	s.must(err)
	b := &browser{s, &http.Client{Jar: jar}}
	if p := b.post("/signin", "name", name, "password", password); p.status >= 400 {
		s.t.Fatalf("%s cannot sign in: %d %s", name, p.status, p.body)
	}
	return b
}

func (b *browser) do(r *http.Request) page {
	b.s.t.Helper()
	r.Header.Set("Accept", "text/html")
	answer, err := b.client.Do(r)
	b.s.must(err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	b.s.must(err)
	p := page{answer.StatusCode, answer.Request.URL.RequestURI(), string(body), answer.Header}
	if strings.HasPrefix(strings.ToLower(p.body), "<!doctype html>") && !strings.HasSuffix(p.at, "/preview") {
		for _, fault := range viewtest.Faults(p.body) {
			b.s.t.Errorf("%s %s breaks a rule of pages: %s", r.Method, p.at, fault)
		}
	}
	return p
}

func (b *browser) get(path string) page {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(b.s.t.Context(), http.MethodGet, b.s.server.URL+path, nil)
	b.s.must(err)
	return b.do(r)
}

// post sends a plain form and follows where it leads.
func (b *browser) post(path string, pairs ...string) page {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.send(path, form)
}

func (b *browser) send(path string, form url.Values) page {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(b.s.t.Context(), http.MethodPost, b.s.server.URL+path, strings.NewReader(form.Encode()))
	b.s.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// has fails the test where a page lacks one of the texts.
func (p page) has(t *testing.T, texts ...string) page {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.body, text) {
			t.Errorf("%d %s lacks %q", p.status, p.at, text)
		}
	}
	return p
}

func (p page) lacks(t *testing.T, texts ...string) page {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			t.Errorf("%d %s has %q", p.status, p.at, text)
		}
	}
	return p
}

// linksIn are where a page leads to, of those that begin so.
func linksIn(body string, begins ...string) []string {
	var out []string
	for part := range strings.SplitSeq(body, `href="`) {
		link, _, _ := strings.Cut(part, `"`)
		for _, b := range begins {
			if strings.HasPrefix(link, b) {
				link, _, _ = strings.Cut(link, "#")
				out = append(out, link)
			}
		}
	}
	return out
}

// hidden reads the hidden fields of a page, as sending its form would.
func (p page) hidden(names ...string) url.Values {
	form := url.Values{}
	for part := range strings.SplitSeq(p.body, `<input type="hidden" name="`) {
		name, rest, found := strings.Cut(part, `" value="`)
		value, _, ended := strings.Cut(rest, `"`)
		for _, wanted := range names {
			if found && ended && name == wanted {
				form.Add(name, value)
			}
		}
	}
	return form
}

// post is the adapter between the invite room and the mail room.
type post struct{ sender *mail.Sender }

func (c post) Check(s invite.MailSettings) error {
	return settingsOf(invite.Outgoing{MailSettings: s}).Validate()
}
func (c post) Use(s invite.Outgoing) error { return c.sender.Change(settingsOf(s)) }

func (c post) Send(ctx context.Context, m invite.Message) invite.Handover {
	r := c.sender.Send(ctx, mail.Letter(m))
	h := invite.Handover{Outcome: vpp.DeliveryDeferred, Answer: r.Answer, Sentence: r.Sentence}
	switch r.Outcome {
	case mail.Accepted:
		h.Outcome = vpp.DeliveryAccepted
	case mail.Refused:
		h.Outcome = vpp.DeliveryRefused
	}
	return h
}

func (c post) NewSigningKey() (key, record string, err error) { return carrier{}.NewSigningKey() }

func (c post) Test(context.Context, invite.Outgoing, string) invite.TestReport {
	return invite.TestReport{}
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
