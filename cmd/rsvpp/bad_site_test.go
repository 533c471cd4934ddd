package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/api"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// site is a whole server that is asked over HTTP alone, as an administrator's
// program would, between a pretend Apple and a real mail server. It can be
// stopped and opened again on the same database and address.
type site struct {
	*testServer
	t        *testing.T
	apple    *applesim.Server
	uid      string // of the location at Apple
	token    applesim.Token
	post     *mailtest.Server
	key      string
	log      *logbook
	flags    map[string]string
	database string
	address  string
	stop     func()
}

const password = "correct horse battery staple"

// siteOptions differ from test to test. The zero value is a good day on SQLite.
type siteOptions struct {
	database string // "" for a new SQLite file
	apple    applesim.Options
	place    applesim.Location
	mail     mailtest.Options
	flags    map[string]string
	bare     bool // neither content token nor mail settings yet
}

// within makes the site speak to a test inside the test that opened it.
func (h *site) within(t *testing.T) {
	t.Helper()
	outer := h.t
	h.t = t
	t.Cleanup(func() { h.t = outer })
}

func openSite(t *testing.T, o siteOptions) *site {
	t.Helper()
	h := &site{t: t, database: o.database, log: &logbook{}, flags: o.flags, address: "127.0.0.1:0"}
	if h.database == "" {
		h.database = storetest.SQLite(t)
	}
	o.apple.PlainHooks = true
	if o.apple.Limits == (applesim.Limits{}) {
		o.apple.Limits = applesim.UnlimitedRate()
	}
	if o.place.Name == "" {
		o.place.Name = "North School"
	}
	h.openApple(o)
	post, err := mailtest.NewServer(o.mail)
	if err != nil {
		t.Fatal(err)
	}
	h.post = post
	t.Cleanup(func() { _ = post.Close() })
	h.start()
	t.Cleanup(func() { h.stop() })
	if h.key, err = h.bootstrap(t.Context(), "admin", password); err != nil {
		t.Fatal(err)
	}
	if !o.bare {
		h.must("POST", "/locations?consent=true", h.token.Content, nil)
		h.useMail(nil)
	}
	return h
}

func (h *site) openApple(o siteOptions) {
	h.t.Helper()
	apple, err := applesim.NewServer(o.apple)
	if err != nil {
		h.t.Fatal(err)
	}
	h.apple = apple
	h.t.Cleanup(func() { _ = apple.Close() })
	place, err := apple.AddLocation(o.place)
	if err != nil {
		h.t.Fatal(err)
	}
	h.uid = place.UID
	h.token = h.mint(applesim.TokenOptions{})
}

func (h *site) mint(o applesim.TokenOptions) applesim.Token {
	h.t.Helper()
	token, err := h.apple.MintToken(h.uid, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// start opens the server, at the same address as before if there was one.
func (h *site) start() {
	h.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(h.t.Context(), "tcp", h.address)
	if err != nil {
		h.t.Fatal(err)
	}
	h.address = l.Addr().String()
	all := map[string]string{
		"data-dir": filepath.Dir(h.database), "database": h.database, "public-url": "http://" + h.address,
		"apple-url": h.apple.BaseURL(), "first-look": "100ms", "look-every": "80ms", "resend-after": "2s", "settle": "40ms",
		"take-over-after": "20s", "sweep-every": "200ms", "mail-retry": "200ms",
	}
	if strings.HasPrefix(h.database, "postgres") {
		all["data-dir"] = h.t.TempDir()
	}
	maps.Copy(all, h.flags)
	h.flags = all // the same data folder every time
	s, err := resolve(settingTable(), all, func(string) (string, bool) { return "", false }, nil, os.ReadFile)
	if err != nil {
		h.t.Fatal(err)
	}
	v, err := openServer(h.t.Context(), s, serverOptions{logger: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- v.serve(ctx, l) }()
	h.testServer = &testServer{v, nil}
	h.stop = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	})
}

// logbook is the whole log at its finest.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// answer is what the server said.
type said struct {
	status int
	kind   string
	header http.Header
	body   []byte
}

// problem is the shape of every refusal (RFC 9457).
type problem struct {
	Type, Title, Detail, Field string
	Status                     int
}

// send asks the API. A string or a reader is sent as it is, a value as JSON.
func (h *site) send(method, path string, body any, header ...string) said {
	h.t.Helper()
	var r io.Reader
	kind := "application/octet-stream"
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case io.Reader:
		r = b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		r, kind = bytes.NewReader(text), "application/json"
	}
	if !strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "http") {
		path = "/api/v1" + path
	}
	q, err := http.NewRequestWithContext(h.t.Context(), method, "http://"+h.address+path, r)
	if err != nil {
		h.t.Fatal(err)
	}
	if r != nil {
		q.Header.Set("Content-Type", kind)
	}
	q.Header.Set("Authorization", "Bearer "+h.key)
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	return h.do(q)
}

func (h *site) do(q *http.Request) said {
	h.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Do(q)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return said{a.StatusCode, a.Header.Get("Content-Type"), a.Header, text}
}

// must asks what has to go well.
func (h *site) must(method, path string, body, into any) {
	h.t.Helper()
	a := h.send(method, path, body)
	if a.status >= 300 {
		h.t.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
	}
	if into != nil {
		if err := json.Unmarshal(a.body, into); err != nil {
			h.t.Fatalf("%s %s: %v: %s", method, path, err, a.body)
		}
	}
}

// refused checks that an answer is a problem of a status whose detail is a
// sentence with all of the words in it.
func (h *site) refused(a said, status int, words ...string) problem {
	h.t.Helper()
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.kind != "application/problem+json" {
		h.t.Errorf("the answer is %d %s: %s", a.status, a.kind, a.body)
		return p
	}
	if a.status != status || p.Status != status {
		h.t.Errorf("the status is %d, want %d: %s", a.status, status, p.Detail)
	}
	h.sentence(p.Detail, words...)
	return p
}

// sentence checks that a text is fit for people and holds the words.
func (h *site) sentence(text string, words ...string) {
	h.t.Helper()
	if text == "" || !strings.ContainsAny(text[len(text)-1:], ".?)") || strings.Contains(text, "internal error") && !strings.Contains(text, "Apple") {
		h.t.Errorf("this is no sentence that says what to do: %q", text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			h.t.Errorf("%q does not say %q", text, w)
		}
	}
}

// until waits until something is so. What the other side of the wire does is
// not announced to us, so it is looked for.
func (h *site) until(what string, so func() bool) {
	h.t.Helper()
	late, look := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-late:
			h.t.Fatalf("within a minute it did not become so: %s\n%s", what, h.tail())
		}
	}
}

// tail is the end of what the log complains about.
func (h *site) tail() string {
	var lines []string
	for line := range strings.SplitSeq(h.log.String(), "\n") {
		if strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-8):], "\n")
}

// useMail points the server to the mail server.
func (h *site) useMail(change func(*api.MailSettings)) {
	h.t.Helper()
	m := api.MailSettings{Mode: "relay", Host: h.post.Host(), Port: h.post.Port(), Security: "none", FromName: "North School", FromAddress: "it@north.example"}
	if change != nil {
		change(&m)
	}
	h.must("PUT", "/mail", m, nil)
}

// pupils adds n people, pupil0@north.example and so on.
func (h *site) pupils(n int) {
	h.t.Helper()
	file := &strings.Builder{}
	file.WriteString("external_id,first_name,last_name,email\n")
	for i := range n {
		fmt.Fprintf(file, "p%d,Pupil,Number%d,pupil%d@north.example\n", i, i, i)
	}
	if task := h.importing(file.String()); task.Done != n {
		h.t.Fatalf("%d of %d were imported: %+v", task.Done, n, task)
	}
}

// importing uploads a file and imports it to the end.
func (h *site) importing(file string) api.Task {
	h.t.Helper()
	var i api.Import
	h.must("POST", "/imports?filename=people.csv", file, &i)
	return h.running(i)
}

func (h *site) running(i api.Import) (task api.Task) {
	h.t.Helper()
	h.must("POST", "/imports/"+i.ID+"/run", nil, &task)
	return h.finished(task)
}

func (h *site) finished(task api.Task) api.Task {
	h.t.Helper()
	h.until(task.Title+" is finished", func() bool { task = h.task(task.ID); return task.Finished })
	return task
}

func (h *site) task(id string) (task api.Task) {
	h.t.Helper()
	h.must("GET", "/tasks/"+id, nil, &task)
	return task
}

func (h *site) items(task api.Task) (items []api.TaskItem) {
	h.t.Helper()
	var page api.List[api.TaskItem]
	h.must("GET", "/tasks/"+task.ID+"/items?limit=1000", nil, &page)
	return page.Items
}

// item is one person's part of a task.
func (h *site) item(task api.Task, email string) api.TaskItem {
	h.t.Helper()
	for _, i := range h.items(task) {
		if i.Email == email {
			return i
		}
	}
	return api.TaskItem{}
}

type everybody = map[string]any

// inviting starts a run for everybody.
func (h *site) inviting() (task api.Task) {
	h.t.Helper()
	h.must("POST", "/invitations", everybody{"selection": everybody{"all": true}}, &task)
	return task
}

func (h *site) statuses() map[string]int {
	h.t.Helper()
	var c api.Counts
	h.must("GET", "/users/counts", nil, &c)
	return c.Status
}

func (h *site) place() (l api.Location) {
	h.t.Helper()
	var all api.List[api.Location]
	h.must("GET", "/locations", nil, &all)
	return all.Items[0]
}

// truth checks that our state equals Apple's, person by person, and that
// nobody has two living records.
func (h *site) truth() {
	h.t.Helper()
	living := map[string]applesim.User{}
	for u := range h.apple.Users(h.uid) {
		if u.Status != applesim.Registered && u.Status != applesim.Associated {
			continue
		}
		if _, twice := living[u.ClientUserID]; twice {
			h.t.Errorf("Apple has %s twice", u.ClientUserID)
		}
		living[u.ClientUserID] = u
	}
	byEmail := map[string]int{}
	for _, u := range living {
		byEmail[u.Email]++
		if u.Email != "" && byEmail[u.Email] > 1 {
			h.t.Errorf("Apple has %d living records for %s", byEmail[u.Email], u.Email)
		}
	}
	seen := 0
	for _, p := range h.people() {
		u, there := living[p.ClientUserID]
		if there {
			seen++
		}
		if ours := p.AppleStatus == "Registered" || p.AppleStatus == "Associated"; ours != there || there && p.AppleStatus != string(u.Status) {
			h.t.Errorf("%s is %q here and %q at Apple", p.FullName, p.AppleStatus, u.Status)
		}
	}
	if seen != len(living) {
		h.t.Errorf("Apple has %d living records, we know %d of them", len(living), seen)
	}
}

func (h *site) people() (people []api.Person) {
	h.t.Helper()
	for after := ""; ; {
		var page api.List[api.Person]
		h.must("GET", "/users?limit=1000&after="+after, nil, &page)
		people = append(people, page.Items...)
		if after = page.Next; after == "" {
			return people
		}
	}
}

// once checks that everybody got exactly one letter: repeats after a lost
// answer carry the same Message-ID, and readers' programs show them once.
func (h *site) once(n int) {
	h.t.Helper()
	ids := map[string]map[string]bool{}
	for _, l := range h.post.Letters() {
		if ids[l.To[0]] == nil {
			ids[l.To[0]] = map[string]bool{}
		}
		ids[l.To[0]][l.MessageID] = true
	}
	for to, of := range ids {
		if len(of) != 1 {
			h.t.Errorf("%s got %d different letters", to, len(of))
		}
	}
	if len(ids) != n {
		h.t.Errorf("%d people got a letter, want %d", len(ids), n)
	}
}
