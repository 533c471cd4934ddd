package builtin_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/mdm/builtin"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/mdm/push"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var (
	_    builtin.Store = (*store.MDM)(nil)
	anna               = vpp.Actor{ID: "op", Name: "anna"}
)

const (
	topic = "com.apple.mgmt.External.pretend"
	link  = "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?cc=us&inviteCode=00112233445566778899aabbccddeeff&mt=8"
)

// noPromises is a queue that nobody uses here.
type noPromises struct{}

func (noPromises) InsertSQL(context.Context, *sql.Tx, []vpp.Job) error { return nil }
func (noPromises) InsertPgx(context.Context, pgx.Tx, []vpp.Job) error  { return nil }

// ledger writes down what is told.
type ledger struct {
	mu       sync.Mutex
	devices  map[vpp.EnrollmentID]vpp.Device
	channels map[vpp.EnrollmentID]vpp.Enrollment
	gone     []string
	answers  []vpp.CommandAnswer
	pushed   []string
	fails    int // so many tellings fail first
}

var _ mdm.Told = (*ledger)(nil)

func (l *ledger) lock() func() { l.mu.Lock(); return l.mu.Unlock }

func (l *ledger) Enrolled(_ context.Context, d vpp.Device, channels []vpp.Enrollment) error {
	defer l.lock()()
	was := l.devices[d.Key]
	if d.Platform == "" {
		d.Platform = was.Platform
	}
	if d.OwnerID == "" {
		d.OwnerID = was.OwnerID
	}
	l.devices[d.Key] = d
	for _, c := range channels {
		l.channels[c.ID] = c
	}
	return nil
}

func (l *ledger) Gone(_ context.Context, _ vpp.MDMID, key string) error {
	defer l.lock()()
	l.gone = append(l.gone, key)
	return nil
}

func (l *ledger) Answered(_ context.Context, a vpp.CommandAnswer) error {
	defer l.lock()()
	if l.fails > 0 {
		l.fails--
		return errors.New("not just now")
	}
	l.answers = append(l.answers, a)
	return nil
}

func (l *ledger) Pushed(_ context.Context, _ vpp.MDMID, commands []string, _ time.Time) error {
	defer l.lock()()
	l.pushed = append(l.pushed, commands...)
	return nil
}

func (l *ledger) said(id string) []string {
	defer l.lock()()
	var words []string
	for _, a := range l.answers {
		if a.ID == id {
			words = append(words, strings.TrimSpace(a.Status+" "+a.Invitation))
		}
	}
	return words
}

type house struct {
	*builtin.Server
	t    testing.TB
	apns *mdmtest.Apns
	keys *mdmtest.Keys
	web  *httptest.Server
	told *ledger
	db   *store.DB
}

func build(t testing.TB, url string, change ...func(*builtin.Config)) *house {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	h := &house{t: t, db: storetest.Open(t, url, time.Now), told: &ledger{devices: map[vpp.EnrollmentID]vpp.Device{}, channels: map[vpp.EnrollmentID]vpp.Enrollment{}}}
	h.db.Use(noPromises{})
	storetest.AddLocation(t, h.db, "here", "uid")
	storetest.AddPeople(t, h.db, "here", 4, vpp.WriteNone)
	box, err := seal.New([]byte(strings.Repeat("k", 32)))
	must(err)
	h.apns, err = mdmtest.NewApns()
	must(err)
	t.Cleanup(func() { _ = h.apns.Close() })
	h.keys, err = mdmtest.NewKeys(2)
	must(err)
	mux := http.NewServeMux()
	h.web = httptest.NewServer(mux)
	t.Cleanup(h.web.Close)
	config := builtin.Config{
		URL: h.web.URL, Name: func(context.Context) string { return "Example School" }, Push: push.Config{URL: h.apns.URL, Roots: h.apns.Roots},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now, IDs: uuid.NewString, Random: rand.Reader,
	}
	for _, c := range change {
		c(&config)
	}
	h.Server = builtin.New(h.db.MDM(box), h.told, config)
	t.Cleanup(h.Stop)
	mux.Handle(builtin.ProtocolPath, h.Protocol())
	mux.Handle(builtin.ScepPath, h.SCEP())
	cert, key, err := mdmtest.PushCert(topic, time.Now().AddDate(1, 0, 0))
	must(err)
	_, err = h.SetPushCert(t.Context(), anna, cert, key)
	must(err)
	return h
}

// withoutPauses lets every sweep try everybody.
func withoutPauses(c *builtin.Config) { c.Repush = time.Nanosecond }

// enroll brings a device of a person under management.
func (h *house) enroll(kind mdmtest.Kind, person vpp.UserID, people ...*mdmtest.Person) *mdmtest.Device {
	h.t.Helper()
	d := mdmtest.NewDevice(kind, string(kind)+" of "+string(person), h.web.Client(), h.apns, h.keys)
	d.People = people
	profile, err := h.NewProfile(h.t.Context(), anna, person)
	if err == nil {
		err = d.Enroll(h.t.Context(), profile)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

func (h *house) invite(id string, channel string) error {
	return h.Send(h.t.Context(), []vpp.Command{{ID: id, Kind: vpp.CommandInvite, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(channel), URL: link}})[0]
}

// S3-01, S3-03…S3-06, S3-11…S3-17: from the profile to the prompt, over the
// wire, with a push in between.
func TestInvite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		d := h.enroll(mdmtest.IPad, "user-0001")
		if got := h.told.devices[vpp.EnrollmentID(d.UDID)]; got.Platform != vpp.PlatformIPad || got.OwnerID != "user-0001" || got.EnrolledAt.IsZero() {
			t.Fatalf("told of %+v", got)
		}
		links := make(chan string, 1)
		d.Do.Invited = func(p mdmtest.Prompt) { links <- p.Link }
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		listening := make(chan error, 1)
		go func() { listening <- d.Listen(ctx) }()
		for range 2 { // a repeat after a crash shows no second prompt
			if err := h.invite("0001_InviteToProgram", d.UDID); err != nil {
				t.Fatal(err)
			}
		}
		if got := <-links; got != link {
			t.Errorf("the device was given %s", got)
		}
		waitFor(t, func() bool { return len(h.told.said("0001_InviteToProgram")) == 1 })
		stop()
		if err := <-listening; err != nil {
			t.Error(err)
		}
		if got := h.told.said("0001_InviteToProgram"); !slices.Equal(got, []string{"Acknowledged Acknowledged"}) {
			t.Error(got)
		}
		if shown := d.Shown(); len(shown) != 1 || shown["0001_InviteToProgram"] != 1 {
			t.Errorf("the prompt was shown %v", shown)
		}
	})
}

// S3-07: a Mac's person is reached by a channel of their own.
func TestInviteMac(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	person := &mdmtest.Person{GUID: "6A1E6E0C-0000-0000-0000-000000000001", ShortName: "anna", LongName: "Anna Berg"}
	d := h.enroll(mdmtest.Mac, "user-0001", person)
	channel := d.UDID + ":" + person.GUID
	got := h.told.channels[vpp.EnrollmentID(channel)]
	if !got.User || got.UserLongName != "Anna Berg" || h.told.devices[vpp.EnrollmentID(d.UDID)].Platform != vpp.PlatformMac {
		t.Fatalf("told of %+v", got)
	}
	if err := h.invite("c1", channel); err != nil {
		t.Fatal(err)
	}
	for _, who := range []*mdmtest.Person{nil, person} {
		if err := d.Answer(t.Context(), who); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.told.said("c1"); len(got) != 1 || h.told.answers[0].Enrollment != vpp.EnrollmentID(channel) {
		t.Errorf("%v %+v", got, h.told.answers)
	}
}

// Pain 3: NotNow waits; what fails in telling is told again by the device.
func TestNotNowAndAgain(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d := h.enroll(mdmtest.IPhone, "user-0001")
	d.Do.NotNow = 1
	if err := h.invite("c1", d.UDID); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Answer(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := h.told.said("c1"); !slices.Equal(got, []string{"NotNow", "Acknowledged Acknowledged"}) {
		t.Error(got)
	}
	h.told.fails = 1
	if err := h.invite("c2", d.UDID); err != nil {
		t.Fatal(err)
	}
	var status *mdmtest.StatusError
	if err := d.Answer(t.Context(), nil); !errors.As(err, &status) || status.Status != http.StatusInternalServerError {
		t.Errorf("a failed telling answers %v", err)
	}
	if err := d.Answer(t.Context(), nil); err != nil || len(h.told.said("c2")) != 1 {
		t.Errorf("%v, told %v", err, h.told.said("c2"))
	}
	if err := d.CheckOut(t.Context()); err != nil || !slices.Equal(h.told.gone, []string{d.UDID}) {
		t.Errorf("%v %v", err, h.told.gone)
	}
	if err := h.invite("c3", d.UDID); vpp.KindOf(err) != vpp.NotFound {
		t.Errorf("a device that left takes commands: %v", err)
	}
}

// A profile is good for one device; device B is not taken for A; nobody is
// ever told 401.
func TestStrangers(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	a := h.enroll(mdmtest.IPad, "user-0002")
	b := h.enroll(mdmtest.IPad, "user-0003")
	profile, err := h.NewProfile(t.Context(), anna, "user-0000")
	if err != nil {
		t.Fatal(err)
	}
	c, late := mdmtest.NewDevice(mdmtest.IPad, "c", h.web.Client(), h.apns, h.keys), mdmtest.NewDevice(mdmtest.IPad, "late", h.web.Client(), h.apns, h.keys)
	if err := c.Enroll(t.Context(), profile); err != nil {
		t.Fatal(err)
	}
	if err := late.Enroll(t.Context(), profile); err == nil {
		t.Error("a profile enrolled two devices")
	}
	b.UDID = a.UDID // with its own certificate
	var status *mdmtest.StatusError
	if err := b.Answer(t.Context(), nil); !errors.As(err, &status) || status.Status == http.StatusUnauthorized || status.Status < 400 {
		t.Errorf("B that says it is A gets %v", err)
	}
	for name, body := range map[string]string{
		"binary": "bplist00\xa1\x00\x08", "deep": strings.Repeat("<array>", 100000), "empty": "", "unsigned": "<plist><dict><key>Status</key><string>Idle</string></dict></plist>",
		"large": "<plist>" + strings.Repeat("x", 5<<20),
	} {
		for _, contentType := range []string{"application/x-apple-aspen-mdm", "application/x-apple-aspen-mdm-checkin"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, h.web.URL+builtin.ProtocolPath, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", contentType)
			answer, err := h.web.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode < 400 || answer.StatusCode == http.StatusUnauthorized {
				t.Errorf("%s gets %d", name, answer.StatusCode)
			}
		}
	}
	if err := a.Answer(t.Context(), nil); err != nil {
		t.Errorf("A is no longer answered: %v", err)
	}
}

// A renewal keeps the topic; another topic is refused with the reason while a
// device depends on the present one.
func TestPushCert(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	h.enroll(mdmtest.IPad, "user-0001")
	cert, key, err := mdmtest.PushCert(topic, time.Now().AddDate(2, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.SetPushCert(t.Context(), anna, cert, key); err != nil || got.Topic != topic || time.Until(got.NotAfter) < 700*24*time.Hour {
		t.Error(got, err)
	}
	other, otherKey, err := mdmtest.PushCert("com.apple.mgmt.External.other", time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	old, oldKey, err := mdmtest.PushCert(topic, time.Now().AddDate(0, 0, -1))
	if err != nil {
		t.Fatal(err)
	}
	web, webKey, err := mdmtest.PushCert("www.example.com", time.Now().AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		cert, key []byte
		part      string
	}{
		"another topic": {other, otherKey, "enroll anew"}, "expired": {old, oldKey, "expired"}, "of a web site": {web, webKey, "com.apple.mgmt."},
		"not its key": {cert, otherKey, "belong together"}, "no PEM": {[]byte("x"), []byte("y"), "PEM"},
	} {
		if _, err := h.SetPushCert(t.Context(), anna, c.cert, c.key); vpp.KindOf(err) != vpp.Invalid || !strings.Contains(vpp.MessageOf(err), c.part) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// While no device is enrolled the push certificate may be another's; profiles
// that name the old topic are void then.
func TestFirstPushCert(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		old, err := h.NewProfile(t.Context(), anna, "user-0001")
		if err != nil {
			t.Fatal(err)
		}
		cert, key, err := mdmtest.PushCert("com.apple.mgmt.External.other", time.Now().AddDate(1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := h.SetPushCert(t.Context(), anna, cert, key); err != nil || got.Topic != "com.apple.mgmt.External.other" {
			t.Fatal(got, err)
		}
		if err := mdmtest.NewDevice(mdmtest.IPad, "old profile", h.web.Client(), h.apns, h.keys).Enroll(t.Context(), old); err == nil {
			t.Error("a profile of the old topic enrolls a device")
		}
		d := h.enroll(mdmtest.IPad, "user-0001")
		if err := h.invite("c1", d.UDID); err != nil {
			t.Fatal(err)
		}
		if h.Settle(); h.apns.Pushed(token(d)) != 1 {
			t.Error("the device is not woken")
		}
	})
}

// F-54: administrators are told in time that certificates end, each once.
func TestCertificatesEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Now()
		h := build(t, url, func(c *builtin.Config) { c.Now = func() time.Time { return now } })
		d := h.enroll(mdmtest.IPad, "user-0001")
		h.enroll(mdmtest.IPad, "user-0002")
		ends, err := h.IdentityEnds(t.Context(), vpp.Device{MDM: vpp.BuiltinMDM, Key: vpp.EnrollmentID(d.UDID)})
		if err != nil || ends.Before(now.AddDate(4, 11, 0)) {
			t.Fatal(ends, err)
		}
		told := func() []string {
			t.Helper()
			for range 2 {
				if err := h.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			list, err := h.db.Notices(t.Context(), 20)
			if err != nil {
				t.Fatal(err)
			}
			var subjects []string
			for _, n := range list {
				subjects = append(subjects, n.Subject)
			}
			return subjects
		}
		if got := told(); len(got) != 0 {
			t.Errorf("told of %q", got)
		}
		state, err := h.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		end := state.Cert.NotAfter
		for i, c := range []struct {
			at   time.Time
			said string
		}{
			{end.AddDate(0, 0, -50), "expires in 50 days"}, {end.AddDate(0, 0, -29), "expires in 29 days"}, {end.AddDate(0, 0, -13), "in 13 days"},
			{end.AddDate(0, 0, -5), "in 5 days"}, {end.Add(-time.Hour), "within a day"}, {end.Add(time.Hour), "has expired"}, {ends.AddDate(0, 0, -59), "The certificates of 2 devices end"},
		} {
			now = c.at
			if got := told(); len(got) != i+1 || !strings.Contains(got[0], c.said) {
				t.Errorf("at %s told of %q", c.at.Format(time.DateOnly), got)
			}
		}
	})
}

// Whoever was not reached by a push is woken again; a dead token is not.
func TestSweep(t *testing.T) {
	h := build(t, storetest.SQLite(t), withoutPauses)
	d := h.enroll(mdmtest.IPad, "user-0002")
	dead := h.enroll(mdmtest.IPad, "user-0003")
	h.apns.Refuse(func(token string) *mdmtest.Refusal {
		if token == strings.ToLower(strings.ReplaceAll(dead.UDID, "-", "")) {
			return &mdmtest.Refusal{Status: 410, Reason: "Unregistered"}
		}
		return &mdmtest.Refusal{Status: 400, Reason: "BadPath"}
	})
	for _, device := range []*mdmtest.Device{d, dead} {
		if err := h.invite("to "+device.UDID, device.UDID); err != nil {
			t.Fatal(err) // queued, though not woken
		}
	}
	h.Settle()
	h.apns.Refuse(nil)
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, m := h.apns.Pushed(token(d)), h.apns.Pushed(token(dead)); n != 1 || m != 0 {
		t.Errorf("woken %d and %d times", n, m)
	}
	if !slices.Equal(h.told.pushed, []string{"to " + d.UDID}) {
		t.Error(h.told.pushed)
	}
	if err := h.Cancel(t.Context(), []vpp.Command{{ID: "to " + d.UDID}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Answer(t.Context(), nil); err != nil || len(d.Shown()) != 0 {
		t.Errorf("a canceled command was carried out: %v %v", err, d.Shown())
	}
}

// A push finds the token dead while the device is not online yet: the device
// hears of it when it is, and brings another.
func TestTokenDeadBeforeOnline(t *testing.T) {
	h := build(t, storetest.SQLite(t), withoutPauses)
	d := h.enroll(mdmtest.IPad, "user-0002")
	first := token(d)
	h.apns.Refuse(func(token string) *mdmtest.Refusal {
		if token == first {
			return &mdmtest.Refusal{Status: 410, Reason: "Unregistered"}
		}
		return nil
	})
	for _, id := range []string{"c1", "c2"} { // the second time nothing is tried
		if err := h.invite(id, d.UDID); err != nil {
			t.Fatal(err)
		}
		h.Settle()
	}
	ctx, off := context.WithCancel(t.Context())
	var on sync.WaitGroup
	on.Go(func() { _ = d.Listen(ctx) })
	defer on.Wait()
	defer off()
	waitFor(t, func() bool { return len(d.Shown()) == 2 }) // it came by itself
	if err := h.invite("c3", d.UDID); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		if err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		return d.Shown()["c3"] == 1
	})
}

// F-10: with who is signed in a device tells what it is called by now, and its
// system.
func TestDescribed(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d := h.enroll(mdmtest.IPad, "user-0001")
	d.Name, d.OS = "Anna’s new iPad", "18.1"
	d.SignIn(nil, "C2Wwd8LcIaE2v6f2/mvu82Gs/Lc=")
	if err := h.Send(t.Context(), []vpp.Command{{ID: "q1", Kind: vpp.CommandAccount, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(d.UDID)}})[0]; err != nil {
		t.Fatal(err)
	}
	if err := d.Answer(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	got := h.told.devices[vpp.EnrollmentID(d.UDID)]
	if got.Name != "Anna’s new iPad" || got.OSVersion != "18.1" || got.Product != string(mdmtest.IPad) || got.Platform != vpp.PlatformIPad {
		t.Errorf("told of %+v", got)
	}
	if a := h.told.answers; len(a) != 1 || a[0].Account == nil || a[0].Account.Hash != d.SignedIn(nil) || d.Told(nil) != 1 {
		t.Errorf("told of %+v", a)
	}
}

// F-40: Apple's push service holds nobody up who sends: the command is queued,
// and is "pushed" when the push was taken.
func TestSendDoesNotWait(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d := h.enroll(mdmtest.IPad, "user-0002")
	let := make(chan struct{})
	h.apns.Refuse(func(string) *mdmtest.Refusal { <-let; return nil })
	sent := make(chan error, 1)
	go func() { sent <- h.invite("c1", d.UDID) }()
	select {
	case err := <-sent:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(5 * time.Second):
		close(let)
		t.Fatal("sending waits for Apple")
	}
	if len(h.told.pushed) != 0 {
		t.Error("told that it was pushed before it was")
	}
	close(let)
	h.Settle()
	if n := h.apns.Pushed(token(d)); n != 1 || !slices.Equal(h.told.pushed, []string{"c1"}) {
		t.Errorf("pushed %d times, told of %v", n, h.told.pushed)
	}
}

// Why Apple takes no pushes is kept, until it does again.
func TestPushProblem(t *testing.T) {
	h := build(t, storetest.SQLite(t))
	d := h.enroll(mdmtest.IPad, "user-0002")
	h.apns.Refuse(func(string) *mdmtest.Refusal { return &mdmtest.Refusal{Status: 403, Reason: "BadCertificate"} })
	problem := func(id string) string {
		t.Helper()
		if err := h.invite(id, d.UDID); err != nil {
			t.Fatal(err)
		}
		h.Settle()
		state, err := h.State(t.Context())
		if err != nil || (state.Cert.Problem == "") != (state.Cert.ProblemAt.IsZero()) {
			t.Errorf("%+v %v", state, err)
		}
		return state.Cert.Problem
	}
	if got := problem("c1"); !strings.Contains(got, "BadCertificate") || !strings.Contains(got, "renew") {
		t.Error(got)
	}
	h.apns.Refuse(nil)
	if got := problem("c2"); got != "" {
		t.Errorf("all is well, but: %s", got)
	}
	if err := h.apns.Close(); err != nil {
		t.Fatal(err)
	}
	if got := problem("c3"); !strings.Contains(got, "api.push.apple.com") {
		t.Error(got)
	}
}

func token(d *mdmtest.Device) string { return strings.ToLower(strings.ReplaceAll(d.UDID, "-", "")) }

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if holds() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it never came to that")
}
