package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

const realKey = "the API key"

// The real NanoMDM and MicroMDM carry an invitation the whole way: by command,
// over Apple's wire and theirs, to a device, and its answer back by their
// reports, until the person accepted (S3-01, S4-01, S4-05, S4-06, S4-21, F-85).
func TestInvitationThroughRealServers(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"nanomdm", "micromdm"} {
		t.Run(kind, func(t *testing.T) { carryThrough(t, kind) })
	}
}

func carryThrough(t *testing.T, kind string) {
	site := startRealMDM(t, kind)
	apple, err := applesim.NewServer(applesim.Options{Limits: applesim.UnlimitedRate()})
	must(t, err)
	t.Cleanup(func() { _ = apple.Close() })
	school, err := apple.AddLocation(applesim.Location{Name: "North"})
	must(t, err)
	token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
	must(t, err)
	w := openDeviceWorld(t, storetest.SQLite(t), "apple-url", apple.BaseURL())
	w.files["north.vpptoken"], w.files["key"] = token.Content, realKey+"\n"
	w.says("token", "add", "--consent", "north.vpptoken")
	w.person("Anna Berg", "anna@school.test")
	out := w.says("mdm", "add", "School", "--kind", kind, "--url", site.url, "--key-file", "key")
	report := regexp.MustCompile(`http\S+/hooks/mdm/\S+`).FindString(out)
	if report == "" {
		t.Fatal(out)
	}
	site.reports.Store(&report)

	phone := mdmtest.NewDevice(mdmtest.IPhone, "Anna's phone", site.client, w.apns, w.keys)
	links := make(chan string, 1)
	phone.Do.Invited = func(p mdmtest.Prompt) { links <- p.Link }
	must(t, phone.EnrollWith(t.Context(), site.profile, site.certify))
	w.await(t, func() bool { return strings.Contains(w.says("devices", "list"), phone.Serial) })
	w.says("devices", "assign", phone.Serial, "anna@school.test")
	w.await(t, func() bool { return strings.Contains(w.says("devices", "list"), "yes, by device") })
	w.says("invite", "--all", "--via", "device", "--yes")
	w.await(t, func() bool { must(t, phone.Answer(t.Context(), nil)); return len(phone.Shown()) == 1 })
	w.await(t, func() bool {
		list, err := w.client.ListCommands(t.Context(), client.CommandFilter{State: "acknowledged"}, client.Page{})
		return err == nil && len(list.Items) == 1 && list.Items[0].DeviceName == phone.Name
	})
	status := func() string {
		list, err := w.client.ListUsers(t.Context(), client.Filter{}, "name", client.Page{})
		must(t, err)
		return list.Items[0].VPPStatus
	}
	if got := status(); got != "invited" { // handed over, and no more than that
		t.Errorf("after the device showed it, Anna is %s", got)
	}
	link, err := url.Parse(<-links)
	must(t, err)
	if _, err := apple.Accept(link.Query().Get("inviteCode"), "anna@home.test"); err != nil {
		t.Fatal(err)
	}
	w.says("vpp", "sync", "--all", "--wait")
	w.await(t, func() bool { return status() == client.Registered })
}

// realMDM is a program of others', and how devices enroll in it.
type realMDM struct {
	url     string
	profile mdmtest.Profile
	certify func(*x509.CertificateRequest) (*x509.Certificate, error)
	client  *http.Client
	reports atomic.Pointer[string] // where its reports go on to, once that is known
}

func startRealMDM(t *testing.T, kind string) *realMDM {
	t.Helper()
	address, err := mdmtest.FreeAddress(t.Context())
	must(t, err)
	s := &realMDM{url: "http://" + address, client: http.DefaultClient}
	relay := httptest.NewServer(http.HandlerFunc(s.relay))
	t.Cleanup(relay.Close)
	const topic = "com.apple.mgmt.External.test"
	if kind == "nanomdm" {
		ca, certify := realAuthority(t)
		s.certify, s.profile = certify, mdmtest.Profile{ServerURL: s.url + "/mdm", Topic: topic}
		runReal(t, s.url, kind, "-listen", address, "-ca", ca, "-api", realKey, "-webhook-url", relay.URL, "-storage", "inmem", "-storage-dsn", "none")
		return s
	}
	s.client = &http.Client{Transport: leadTo(address)}
	runReal(t, s.url, kind, "serve", "-server-url=https://mdm.example.test", "-tls=false", "-http-addr="+address,
		"-config-path="+t.TempDir(), "-filerepo="+t.TempDir(), "-api-key="+realKey, "-command-webhook-url="+relay.URL)
	answer, err := http.Get(s.url + "/mdm/enroll")
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	s.profile, err = mdmtest.ReadProfile(body)
	must(t, err)
	s.profile.Topic = topic // it has no push certificate
	return s
}

// relay hands a report on to where the server that is connected wants it.
func (s *realMDM) relay(w http.ResponseWriter, r *http.Request) {
	to := s.reports.Load()
	if to == nil {
		return
	}
	answer, err := http.Post(*to, r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	_ = answer.Body.Close()
	w.WriteHeader(answer.StatusCode)
}

// leadTo leads to another host than addresses say: MicroMDM insists on https
// in its profiles.
type leadTo string

func (l leadTo) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", string(l)
	return http.DefaultTransport.RoundTrip(r)
}

// runReal runs a program until the test ends, and waits until it answers.
func runReal(t *testing.T, address, name string, args ...string) {
	t.Helper()
	dir := os.Getenv("RSVPP_TEST_PROGRAMS")
	if dir == "" {
		var err error
		if dir, err = builtPrograms(); err != nil {
			t.Skipf("NOT TESTED: %s cannot be built here: %v", name, err)
		}
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOT TESTED: there is no %s", path)
	}
	var said bytes.Buffer
	c := exec.Command(path, args...)
	c.Stdout, c.Stderr, c.Dir = &said, &said, t.TempDir()
	must(t, c.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("%s said:\n%s", name, said.Bytes())
		}
	})
	for end := time.Now().Add(20 * time.Second); ; {
		answer, err := http.Get(address + "/version")
		if err == nil {
			_ = answer.Body.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended", name)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not answer: %v", name, err)
		}
	}
}

// builtPrograms builds the real servers once, where internal/mdm/connector has
// them as well.
var builtPrograms = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "rsvpp-test", "programs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "github.com/micromdm/nanomdm/cmd/nanomdm", "github.com/micromdm/micromdm/cmd/micromdm")
	build.Dir = filepath.Join("..", "..", "internal", "mdm", "connector", "testdata", "programs")
	if said, err := build.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: string(said), Err: err}
	}
	return dir, nil
})

// realAuthority issues the certificates of NanoMDM's devices, which issues none.
func realAuthority(t *testing.T) (file string, certify func(*x509.CertificateRequest) (*x509.Certificate, error)) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	must(t, err)
	file = filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return file, func(csr *x509.CertificateRequest) (*x509.Certificate, error) {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: csr.Subject, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}, ca, csr.PublicKey, key)
		if err != nil {
			return nil, err
		}
		return x509.ParseCertificate(der)
	}
}
