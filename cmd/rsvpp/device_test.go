package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// deviceWorld is a server with a push certificate, an administrator's commands,
// and pretend devices that a pretend push service wakes.
type deviceWorld struct {
	*testServer
	t      *testing.T
	apns   *mdmtest.Apns
	keys   *mdmtest.Keys
	client *client.Client
	key    string
	files  map[string]string
}

func openDeviceWorld(t *testing.T, url string, more ...string) *deviceWorld {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w := &deviceWorld{t: t}
	var err error
	w.apns, err = mdmtest.NewApns()
	must(err)
	t.Cleanup(func() { _ = w.apns.Close() })
	w.keys, err = mdmtest.NewKeys(2)
	must(err)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	must(os.WriteFile(ca, w.apns.CA, 0o600))
	flags := map[string]string{"database": url, "mdm-push-url": w.apns.URL, "mdm-push-ca": ca}
	for i := 0; i < len(more); i += 2 {
		flags[more[i]] = more[i+1]
	}
	w.testServer = startServer(t, flags)
	w.key, err = w.bootstrap(t.Context(), "anna", "correct horse battery staple")
	must(err)
	w.client, err = client.New(client.Config{Address: w.url, Key: w.key})
	must(err)
	cert, key, err := mdmtest.PushCert("com.apple.mgmt.External.pretend", time.Now().AddDate(1, 0, 0))
	must(err)
	w.files = map[string]string{"push.pem": string(cert), "push.key": string(key)}
	return w
}

// says runs a command and returns what it printed.
func (w *deviceWorld) says(args ...string) string {
	w.t.Helper()
	status, out, errs := world{env: map[string]string{"RSVPP_SERVER": w.url, "RSVPP_API_KEY": w.key}, files: w.files}.run(w.t, args...)
	if status != exitOK {
		w.t.Fatalf("rsvpp %s: %d %s %s", strings.Join(args, " "), status, out, errs)
	}
	return out
}

func (w *deviceWorld) person(name, email string) client.User {
	w.t.Helper()
	u, err := w.client.CreateUser(w.t.Context(), client.NewUser{FullName: name, Email: email})
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *deviceWorld) device(kind mdmtest.Kind, name string, profile []byte) *mdmtest.Device {
	w.t.Helper()
	d := mdmtest.NewDevice(kind, name, http.DefaultClient, w.apns, w.keys)
	if err := d.Enroll(w.t.Context(), profile); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// The whole way through the server, on both databases: set it up by commands,
// enroll by profile and by link, see whose a device is and who is signed in
// (S3-01, S3-03, S4-01, S4-05, S4-06, S4-11, F-10, F-23).
func TestDevicesWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := openDeviceWorld(t, url)
		if out := w.says("mdm", "status"); !strings.Contains(out, "A push certificate") {
			t.Error(out)
		}
		if out := w.says("mdm", "push-cert", "push.pem", "push.key"); !strings.Contains(out, "com.apple.mgmt.External.pretend") {
			t.Error(out)
		}
		anna, ben := w.person("Anna Berg", "anna@school.test"), w.person("Ben Arndt", "ben@school.test")
		ipad := w.device(mdmtest.IPad, "Anna's iPad", []byte(w.says("mdm", "profile", "--user", "anna@school.test")))
		phone := w.device(mdmtest.IPhone, "Ben's phone", w.byLink(ben))
		hall := w.device(mdmtest.AppleTV, "Hall", []byte(w.says("mdm", "profile")))
		w.answerPushes(ipad, phone)
		ipad.SignIn(nil, "the hash")
		phone.SignIn(nil, "another")

		list := w.says("devices", "list")
		for _, words := range []string{ipad.Serial, "Anna Berg", "Ben Arndt", "yes, by device", "no: platform"} {
			if !strings.Contains(list, words) {
				t.Errorf("the list lacks %q: %s", words, list)
			}
		}
		if out := w.says("devices", "list", "--unowned"); !strings.Contains(out, hall.Serial) || strings.Contains(out, ipad.Serial) {
			t.Error(out)
		}
		if out := w.says("devices", "assign", hall.Serial, "ben@school.test"); !strings.Contains(out, "Ben Arndt") || !strings.Contains(out, "iPhone, iPad, iPod touch and Mac only") {
			t.Error(out)
		}
		w.files["list.csv"] = hall.Serial + ";anna@school.test\n"
		if out := w.says("devices", "assign", "--from", "list.csv"); !strings.Contains(out, "assigned") {
			t.Error(out)
		}
		mine, err := w.client.UserDevices(t.Context(), anna.ID)
		if err != nil || len(mine) != 2 || !mine[0].Suitable || mine[1].Suitable || mine[1].ReachText == "" {
			t.Fatal(mine, err)
		}

		// Both accepted with the same account at Apple; the sweep asks who is signed in.
		storetest.Exec(t, w.db, "UPDATE program_users SET apple_status = 'Associated', account_hash = 'the hash', associated_at = 5")
		if out := w.says("devices", "ask", ipad.Serial); !strings.Contains(out, "is asked") {
			t.Error(out)
		}
		w.await(t, func() bool {
			right, err := w.client.ListDevices(t.Context(), client.DeviceFilter{Account: "right"}, client.Page{})
			other, err2 := w.client.ListDevices(t.Context(), client.DeviceFilter{Account: "other"}, client.Page{})
			return err == nil && err2 == nil && len(right.Items) == 1 && len(other.Items) == 1 && other.Items[0].SerialNumber == phone.Serial
		})
		if out := w.says("devices", "show", phone.Serial); !strings.Contains(out, "Another account is signed in") {
			t.Error(out)
		}
		c, err := w.client.CountDevices(t.Context())
		if err != nil || c.Total != 3 || c.OtherAccount != 1 || c.Unowned != 0 || c.Unsuitable != 1 {
			t.Errorf("%+v %v", c, err)
		}
		if err := ipad.CheckOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		if out := w.says("devices", "show", ipad.Serial); !strings.Contains(out, "is not managed now") {
			t.Error(out)
		}
	})
}

// byLink follows an enrollment link as a person does, and takes the profile.
func (w *deviceWorld) byLink(who client.User) []byte {
	w.t.Helper()
	link, err := w.client.EnrollLink(w.t.Context(), who.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	page, err := http.Get(link.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = page.Body.Close() }()
	text, err := io.ReadAll(page.Body)
	if err != nil || page.StatusCode != http.StatusOK || !strings.Contains(string(text), who.FullName) {
		w.t.Fatalf("%d %s %v", page.StatusCode, text, err)
	}
	answer, err := http.Post(link.URL, "application/x-www-form-urlencoded", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	profile, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		w.t.Fatalf("%d %s %v", answer.StatusCode, profile, err)
	}
	return profile
}

// answerPushes lets devices come whenever they are woken, until the test ends.
func (w *deviceWorld) answerPushes(devices ...*mdmtest.Device) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, len(devices))
	for _, d := range devices {
		go func() { done <- d.Listen(ctx) }()
	}
	w.t.Cleanup(func() {
		stop()
		for range devices {
			<-done // the server may be gone first
		}
	})
}

// S3-03: devices are met by no session, no sign-in, no redirect, whatever else
// the request says; and they are never told 401.
func TestDeviceDoor(t *testing.T) {
	t.Parallel()
	w := openDeviceWorld(t, storetest.SQLite(t))
	ask := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range []struct {
		method, path string
		body         string
		header       []string
		want         int
	}{
		{http.MethodPut, "/mdm", "<plist>", nil, 400},
		{http.MethodPut, "/mdm", "<plist>", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example"}, 400},
		{http.MethodPut, "/mdm", "<plist>", []string{"Authorization", "Bearer nonsense", "Cookie", "rsvpp_session=nonsense"}, 400},
		{http.MethodPut, "/mdm", strings.Repeat("x", 9<<20), nil, 413},
		{http.MethodGet, "/mdm", "", nil, 405},
		{http.MethodGet, "/mdm/scep?operation=GetCACert", "", nil, 404}, // no profile was made yet: strangers make no authority
		{http.MethodGet, "/enroll/nonsense", "", nil, 404},
		{http.MethodGet, "/enroll/d.nonsense", "", nil, 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, w.url+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-apple-aspen-mdm")
		for i := 0; i < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		answer, err := ask.Do(r)
		if err != nil {
			t.Fatal(c.path, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != c.want || answer.Header.Get("Set-Cookie") != "" || answer.Header.Get("Location") != "" {
			t.Errorf("%s %s %v: %d %v", c.method, c.path, c.header, answer.StatusCode, answer.Header)
		}
	}
	if n, err := w.db.CountDevices(t.Context()); err != nil || n.Total != 0 {
		t.Error(n, err)
	}
	var missing *client.Problem
	if err := w.client.Profile(t.Context(), "", io.Discard); !errors.As(err, &missing) || missing.Kind() != "conflict" {
		t.Errorf("a profile without a push certificate: %v", err)
	}
}

// A changed key of the seal takes what the MDM server keeps along: devices
// enroll, are woken and answer as before, with nothing left of the old key.
func TestDevicesAfterSealRotate(t *testing.T) {
	t.Parallel()
	w := openDeviceWorld(t, storetest.SQLite(t))
	w.says("mdm", "push-cert", "push.pem", "push.key")
	w.person("Anna Berg", "anna@school.test")
	ipad := w.device(mdmtest.IPad, "Anna's iPad", []byte(w.says("mdm", "profile", "--user", "anna@school.test")))
	r := &rotation{db: w.db, keys: keysOf(w.settings), say: func(string, ...any) error { return nil }, wait: sleep}
	var err error
	if r.box, err = openBox(t.Context(), w.db, r.keys); err == nil {
		err = r.newKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	w.await(t, func() bool { // the sweep's question is queued, sealed with the old key
		d, err := w.client.ListDevices(t.Context(), client.DeviceFilter{}, client.Page{})
		return err == nil && len(d.Items) == 1 && !d.Items[0].AskedAt.IsZero()
	})
	if n, err := r.pass(t.Context()); err != nil || n < 3 { // push key, check-in, authority
		t.Fatal(n, err)
	}
	if err := w.box.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.pass(t.Context()); err != nil { // what the server sealed before it saw the new key
		t.Fatal(err)
	}
	if left, err := r.left(t.Context()); err != nil || left > 0 {
		t.Errorf("%d secrets are left under the old key: %v", left, err)
	}
	ipad.SignIn(nil, "some")
	w.answerPushes(ipad)
	w.device(mdmtest.IPhone, "Another", []byte(w.says("mdm", "profile")))
	w.await(t, func() bool {
		d, err := w.client.ListDevices(t.Context(), client.DeviceFilter{Account: "signed_in"}, client.Page{})
		return err == nil && len(d.Items) == 1
	})
}
