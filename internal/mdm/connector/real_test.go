package connector_test

import (
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/mdm/connector"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const apiKey = "the API key"

// site is a real MDM server with our connector to it.
type site struct {
	house
	profile mdmtest.Profile
	certify func(*x509.CertificateRequest) (*x509.Certificate, error)
	client  *http.Client
	stop    func()
}

// keys are made once: it takes longer than all else.
var keys = sync.OnceValues(func() (*mdmtest.Keys, error) { return mdmtest.NewKeys(3) })

func newHouse(t *testing.T) house {
	t.Helper()
	keys, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	return house{t: t, ears: newEars(), keys: keys}
}

func nanoSite(t *testing.T, storage ...string) *site {
	t.Helper()
	path := program(t, "nanomdm")
	ca, listen := newAuthority(t), free(t)
	s := &site{house: newHouse(t), certify: ca.certify(t), client: http.DefaultClient}
	s.url = "http://" + listen
	s.profile = mdmtest.Profile{ServerURL: s.url + "/mdm", Topic: "com.apple.mgmt.External.test"}
	s.Connector = dial(t, connector.KindNanoMDM, s.url, apiKey)
	args := append([]string{"-listen", listen, "-ca", ca.file(t), "-api", apiKey, "-webhook-url", s.reports()}, storage...)
	s.stop = run(t, s.url, "/version", path, args...)
	return s
}

// elsewhere leads to another host than the address says: MicroMDM insists on
// an https address in its profiles.
type elsewhere struct{ host string }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", e.host
	return http.DefaultTransport.RoundTrip(r)
}

func microSite(t *testing.T) *site {
	t.Helper()
	path := program(t, "micromdm")
	listen := free(t)
	s := &site{house: newHouse(t), client: &http.Client{Transport: elsewhere{listen}}}
	s.url = "http://" + listen
	s.Connector = dial(t, connector.KindMicroMDM, s.url, apiKey)
	s.stop = run(t, s.url, "/version", path, "serve", "-server-url=https://mdm.example.test", "-tls=false", "-http-addr="+listen,
		"-config-path="+t.TempDir(), "-filerepo="+t.TempDir(), "-api-key="+apiKey, "-command-webhook-url="+s.reports())
	answer, err := http.Get(s.url + "/mdm/enroll")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if s.profile, err = mdmtest.ReadProfile(body); err != nil {
		t.Fatal(err)
	}
	s.profile.Topic = "com.apple.mgmt.External.test" // it has no push certificate
	return s
}

// enroll brings a device along, and waits until we were told of all its channels.
func (s *site) enroll(kind mdmtest.Kind, name string, people ...*mdmtest.Person) *mdmtest.Device {
	s.t.Helper()
	d := mdmtest.NewDevice(kind, name, s.client, s.apns, s.keys)
	d.People = people
	if err := d.EnrollWith(s.t.Context(), s.profile, s.certify); err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *site) enrolled(d *mdmtest.Device, channel string) {
	s.t.Helper()
	s.until(s.t, "the channel "+channel, func() bool {
		_, channels := s.device(d.UDID)
		c, there := channels[vpp.EnrollmentID(channel)]
		return there && !c.Disabled && !c.EnrolledAt.IsZero()
	})
}

// described waits until we were told what a device is: reports overtake each other.
func (s *site) described(d *mdmtest.Device) {
	s.t.Helper()
	s.until(s.t, "what it is", func() bool {
		is, _ := s.device(d.UDID)
		return is.SerialNumber == d.Serial
	})
}

// answer lets a device do what it is asked, and waits until its answer is told.
func (s *site) answer(d *mdmtest.Device, p *mdmtest.Person, id string, n int) vpp.CommandAnswer {
	s.t.Helper()
	if err := d.Answer(s.t.Context(), p); err != nil {
		s.t.Fatal(err)
	}
	s.until(s.t, "the answer", func() bool { return len(s.answersOf(id)) >= n })
	list := s.answersOf(id)
	if len(list) != n {
		s.t.Fatalf("told of %d answers, want %d", len(list), n)
	}
	return list[n-1]
}

func ian() *mdmtest.Person {
	return &mdmtest.Person{GUID: strings.ToUpper(uuid.NewString()), ShortName: "ian", LongName: "Ian Berg"}
}

// sites are the real servers.
var sites = map[string]func(*testing.T) *site{
	"NanoMDM": func(t *testing.T) *site { return nanoSite(t, "-storage", "inmem", "-storage-dsn", "none") },
	"NanoMDM on files": func(t *testing.T) *site {
		return nanoSite(t, "-storage", "filekv", "-storage-dsn", t.TempDir())
	},
	"MicroMDM": microSite,
}

func atEach(t *testing.T, try func(*testing.T, *site)) {
	for name, open := range sites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(t, open(t))
		})
	}
}

// F-85, S3-11, S3-12, S3-13, S3-14: an invitation goes through a real server to a real
// client, exactly as we wrote it, and the answer comes back once.
func TestInvitation(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		if err := s.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		links := make(chan string, 2)
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		phone.Do.Invited = func(p mdmtest.Prompt) { links <- p.Link }
		s.enrolled(phone, phone.UDID)
		s.described(phone)
		d, _ := s.device(phone.UDID)
		if d.SerialNumber != phone.Serial || d.Platform != vpp.PlatformIPhone || d.Name != phone.Name || d.OSVersion != phone.OS || d.MDM != server || d.Kind != vpp.EnrolledDevice {
			t.Errorf("the phone is %+v", d)
		}
		id := uuid.Must(uuid.NewV7()).String()
		if err := send(t, s, invitation(id, phone.UDID)); err != nil {
			t.Fatal(err)
		}
		a := s.answer(phone, nil, id, 1)
		if a.State(vpp.CommandInvite) != vpp.CommandAcknowledged || a.Enrollment != vpp.EnrollmentID(phone.UDID) || a.MDM != server {
			t.Errorf("the answer is %+v", a)
		}
		if got := <-links; got != link {
			t.Errorf("the device got %q", got)
		}
	})
}

// S2-01, S3-07, S4-20: a Mac is reached by its user's channel, and by no other.
func TestMac(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		person := ian()
		mac := s.enroll(mdmtest.Mac, "Ian’s Mac", person)
		channel := mac.UDID + ":" + person.GUID
		s.enrolled(mac, channel)
		s.described(mac)
		d, channels := s.device(mac.UDID)
		if c := channels[vpp.EnrollmentID(channel)]; d.Platform != vpp.PlatformMac || !c.User || c.UserShortName != "ian" || c.UserLongName != "Ian Berg" {
			t.Errorf("the Mac is %+v, the channel %+v", d, c)
		}
		id := uuid.Must(uuid.NewV7()).String()
		if err := send(t, s, invitation(id, channel)); err != nil {
			t.Fatal(err)
		}
		if err := mac.Answer(t.Context(), nil); err != nil || len(mac.Shown()) != 0 {
			t.Fatalf("the device's own channel got it: %v, %v", mac.Shown(), err)
		}
		if a := s.answer(mac, person, id, 1); a.Enrollment != vpp.EnrollmentID(channel) || a.State(vpp.CommandInvite) != vpp.CommandAcknowledged {
			t.Errorf("the answer is %+v", a)
		}
	})
}

// An answer to Send that was lost makes it be sent again: before the device
// came, after it put the command off, and after it answered. The person is
// asked once.
func TestSendAgain(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		s.enrolled(phone, phone.UDID)
		phone.Do.NotNow = 1
		k := invitation(uuid.Must(uuid.NewV7()).String(), phone.UDID)
		again := func(when string) {
			t.Helper()
			if err := send(t, s, k); err != nil {
				t.Fatalf("%s: %v", when, err)
			}
		}
		again("the first time")
		again("before the device came")
		if a := s.answer(phone, nil, k.ID, 1); a.State(vpp.CommandInvite) != vpp.CommandNotNow {
			t.Errorf("the answer is %+v, want NotNow", a)
		}
		again("put off")
		if a := s.answer(phone, nil, k.ID, 2); a.State(vpp.CommandInvite) != vpp.CommandAcknowledged {
			t.Errorf("the answer is %+v, want Acknowledged", a)
		}
		again("answered")
		if err := phone.Answer(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := phone.Shown()[k.ID]; n != 1 {
			t.Errorf("the person was asked %d times", n)
		}
	})
}

// Success needs both: what a device refuses with is told as it is.
func TestRefusedOnDevice(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		s.enrolled(phone, phone.UDID)
		for _, c := range []struct {
			refuse mdmtest.Refusing
			status string
			result string
			errors int
		}{
			{mdmtest.RefuseLink, "Acknowledged", "InvalidInvitationURL", 0},
			{mdmtest.RefuseProgram, "Acknowledged", "InvalidProgramID", 0},
			{mdmtest.RefuseError, "Error", "", 1},
			{mdmtest.RefuseFormat, "CommandFormatError", "", 1},
		} {
			phone.Do.Refuse = c.refuse
			k := invitation(uuid.Must(uuid.NewV7()).String(), phone.UDID)
			if err := send(t, s, k); err != nil {
				t.Fatal(err)
			}
			a := s.answer(phone, nil, k.ID, 1)
			if a.Status != c.status || a.Invitation != c.result || len(a.Errors) != c.errors || a.State(vpp.CommandInvite) != vpp.CommandFailed {
				t.Errorf("%s is told as %+v", c.refuse, a)
			}
		}
	})
}

// Which account is signed in is asked through other servers as well, and what
// the device is becomes known on the way.
func TestAccount(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		s.enrolled(phone, phone.UDID)
		phone.SignIn(nil, "C2Wwd8LcIaE2v6f2/mvu82Gs/Lc=")
		k := vpp.Command{ID: uuid.Must(uuid.NewV7()).String(), Kind: vpp.CommandAccount, MDM: server, Enrollment: vpp.EnrollmentID(phone.UDID)}
		if err := send(t, s, k); err != nil {
			t.Fatal(err)
		}
		a := s.answer(phone, nil, k.ID, 1)
		if a.Account == nil || !a.Account.Active || a.Account.Hash != phone.SignedIn(nil) {
			t.Errorf("the account is %+v", a.Account)
		}
	})
}

func TestCheckOut(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		s.enrolled(phone, phone.UDID)
		if err := phone.CheckOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.until(t, "the end", func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return len(s.gone) == 1 && s.gone[0] == phone.UDID
		})
	})
}

// Whatever is wrong with the server, its key or the way there is said in a
// sentence, at Check and at Send.
func TestWrongKeyAndServerDown(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		kind := map[bool]string{true: connector.KindMicroMDM, false: connector.KindNanoMDM}[strings.Contains(t.Name(), "MicroMDM")]
		other := map[bool]string{true: connector.KindNanoMDM, false: connector.KindMicroMDM}[kind == connector.KindMicroMDM]
		for name, c := range map[string]connector.Connector{"key": dial(t, kind, s.url, "wrong"), "kind": dial(t, other, s.url, apiKey), "fleet": dial(t, connector.KindFleet, s.url, apiKey)} {
			for what, err := range map[string]error{"Check": c.Check(t.Context()), "Send": send(t, c, invitation(uuid.NewString(), "UDID"))} {
				if k := vpp.KindOf(err); err == nil || k == vpp.Internal {
					t.Errorf("wrong %s, %s: %v", name, what, err)
				} else if name == "key" && k != vpp.Denied {
					t.Errorf("a wrong key is %s at %s: %v", k, what, err)
				}
			}
		}
		s.stop()
		err := s.Check(t.Context())
		if vpp.KindOf(err) != vpp.Unavailable || !strings.Contains(vpp.MessageOf(err), "cannot be reached") {
			t.Errorf("down: %v", err)
		}
		errs := s.Send(t.Context(), []vpp.Command{invitation("a", "A"), invitation("b", "B")})
		if len(errs) != 2 || errs[0] == nil || errs[1] == nil {
			t.Errorf("down: %v", errs)
		}
	})
}

// MicroMDM lists devices and the users of Macs; what it lists and what is
// reported are the same.
func TestMicroMDMDevices(t *testing.T) {
	s := microSite(t)
	person := ian()
	none := newEars()
	if err := s.Devices(t.Context(), none); err != nil || len(none.seen) != 0 {
		t.Fatalf("an empty server: %v, %v", none.seen, err)
	}
	mac := s.enroll(mdmtest.Mac, "Ian’s Mac", person)
	phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
	left := s.enroll(mdmtest.IPad, "Ben’s iPad")
	s.enrolled(mac, mac.UDID+":"+person.GUID)
	s.enrolled(phone, phone.UDID)
	s.enrolled(left, left.UDID)
	// It writes its list after it reports, and in an order of its own.
	s.listed(func(e *ears) bool { _, channels := e.device(left.UDID); return len(channels) == 1 })
	if err := left.CheckOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	listed := s.listed(func(e *ears) bool { _, users := e.device(mac.UDID); return len(e.gone) > 0 && len(users) == 2 })
	d, channels := listed.device(mac.UDID)
	c := channels[vpp.EnrollmentID(mac.UDID+":"+person.GUID)]
	if d.SerialNumber != mac.Serial || d.Name != "" || len(channels) != 2 || !c.User || c.UserShortName != "ian" || c.EnrolledAt.IsZero() {
		t.Errorf("the Mac is %+v with %+v", d, channels)
	}
	if d, channels := listed.device(phone.UDID); d.SerialNumber != phone.Serial || len(channels) != 1 {
		t.Errorf("the phone is %+v with %+v", d, channels)
	}
	if len(listed.gone) != 1 || listed.gone[0] != left.UDID {
		t.Errorf("gone are %v", listed.gone)
	}
}

// listed reads the list until it is as hoped for.
func (s *site) listed(well func(*ears) bool) *ears {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		e := newEars()
		if err := s.Devices(s.t.Context(), e); err != nil {
			s.t.Fatal(err)
		}
		if well(e) || time.Now().After(end) {
			return e
		}
	}
}

// The people on Shared iPads have one queue together at MicroMDM: nothing is
// sent to them through it. NanoMDM tells them apart.
func TestSharedIPad(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		pupil := &mdmtest.Person{ShortName: "pupil@appleid.example.edu"}
		pad := s.enroll(mdmtest.SharedIPad, "Trolley 7", pupil)
		s.enrolled(pad, pad.UDID)
		channel := pad.UDID + ":" + pupil.ShortName
		k := invitation(uuid.Must(uuid.NewV7()).String(), channel)
		if strings.Contains(t.Name(), "MicroMDM") {
			if err := send(t, s, k); vpp.KindOf(err) != vpp.Denied {
				t.Errorf("sent through MicroMDM: %v", err)
			}
			return
		}
		s.enrolled(pad, channel)
		if d, _ := s.device(pad.UDID); !d.Shared {
			t.Errorf("it is not shared: %+v", d)
		}
		if err := send(t, s, k); err != nil {
			t.Fatal(err)
		}
		if a := s.answer(pad, pupil, k.ID, 1); a.Enrollment != vpp.EnrollmentID(channel) {
			t.Errorf("the answer is %+v", a)
		}
	})
}

// A device that enrolled before we were connected becomes known when it speaks.
func TestEnrolledBefore(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		s.enrolled(phone, phone.UDID)
		kind := map[bool]string{true: connector.KindMicroMDM, false: connector.KindNanoMDM}[strings.Contains(t.Name(), "MicroMDM")]
		s.connectAnew(kind)
		if err := phone.Answer(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		s.enrolled(phone, phone.UDID)
	})
}

// The answer of the server is lost on the way: the command is there all the
// same, and sending it again asks nobody twice.
func TestLostAnswer(t *testing.T) {
	atEach(t, func(t *testing.T, s *site) {
		phone := s.enroll(mdmtest.IPhone, "Anna’s iPhone")
		s.enrolled(phone, phone.UDID)
		kind := map[bool]string{true: connector.KindMicroMDM, false: connector.KindNanoMDM}[strings.Contains(t.Name(), "MicroMDM")]
		lossy, err := connector.New(kind, connector.Config{ID: server, URL: s.url, Secret: apiKey, Now: time.Now, Client: &http.Client{Transport: &losing{}}})
		if err != nil {
			t.Fatal(err)
		}
		k := invitation(uuid.Must(uuid.NewV7()).String(), phone.UDID)
		if err := send(t, lossy, k); vpp.KindOf(err) != vpp.Unavailable || err == nil {
			t.Fatalf("the answer was lost: %v", err)
		}
		if err := send(t, lossy, k); err != nil {
			t.Fatal(err)
		}
		s.answer(phone, nil, k.ID, 1)
		if err := phone.Answer(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := phone.Shown()[k.ID]; n != 1 {
			t.Errorf("the person was asked %d times", n)
		}
	})
}

// losing loses the answer to the first command that it carries.
type losing struct{ once sync.Once }

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && (r.Method == http.MethodPut || r.Method == http.MethodPost) {
		l.once.Do(func() {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			answer, err = nil, io.ErrUnexpectedEOF
		})
	}
	return answer, err
}
