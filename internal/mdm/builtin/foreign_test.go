package builtin_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/micromdm/nanomdm/mdm"
	"github.com/micromdm/nanomdm/test/enrollment"
	"github.com/micromdm/nanomdm/test/protocol"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// scepclient returns a SCEP client that is not ours, see connector/programs_test.go.
func scepclient(t *testing.T) string {
	t.Helper()
	const get = "run: go -C internal/mdm/connector/testdata/programs mod download"
	dir := os.Getenv("RSVPP_TEST_PROGRAMS")
	path := filepath.Join(dir, "scepclient")
	if dir == "" {
		path = filepath.Join(t.TempDir(), "scepclient")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/micromdm/scep/v2/cmd/scepclient")
		build.Dir = filepath.Join("..", "connector", "testdata", "programs")
		if said, err := build.CombinedOutput(); err != nil {
			t.Skipf("NOT TESTED: scepclient cannot be built here; %s\n%v: %s", get, err, said)
		}
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOT TESTED: there is no %s; %s", path, get)
	}
	return path
}

// identity is what a device shows who it is with.
type identity struct {
	cert *x509.Certificate
	key  crypto.PrivateKey
}

// identify lets micromdm's scepclient get an identity by a profile.
func (h *house) identify(program string, p mdmtest.Profile) identity {
	h.t.Helper()
	dir := h.t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	c := exec.CommandContext(h.t.Context(), program, "-server-url", p.ScepURL, "-challenge", p.Challenge, "-certificate", cert, "-private-key", key)
	c.Dir = dir
	if said, err := c.CombinedOutput(); err != nil {
		h.t.Fatalf("scepclient: %v\n%s", err, said)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(name)
		if err != nil {
			h.t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		if block == nil {
			h.t.Fatalf("%s is no PEM", name)
		}
		return block.Bytes
	}
	var i identity
	var err error
	if i.cert, err = x509.ParseCertificate(read(cert)); err != nil {
		h.t.Fatal(err)
	}
	if i.key, err = x509.ParsePKCS1PrivateKey(read(key)); err != nil {
		h.t.Fatal(err)
	}
	return i
}

// signing is the way of NanoMDM's pretend device to us. Its own certificate is
// self-signed, which we refuse; here it signs with another.
type signing struct {
	method string
	sign   *protocol.Transport
	web    *http.Client
}

func (s signing) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	signature, err := s.sign.SignMessage(r.Context(), body)
	if err != nil {
		return nil, err
	}
	r.Method, r.Body = s.method, io.NopCloser(bytes.NewReader(body))
	r.Header.Set(protocol.MDMSignatureHeader, signature)
	return s.web.Do(r)
}

// F-85, S3-01, S3-03: devices and a SCEP client that are not ours enroll here
// and are invited.
func TestForeignDevice(t *testing.T) {
	program := scepclient(t)
	h := build(t, storetest.SQLite(t))
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		body, err := h.NewProfile(t.Context(), anna, "user-0001")
		if err != nil {
			t.Fatal(err)
		}
		profile, err := mdmtest.ReadProfile(body)
		if err != nil {
			t.Fatal(err)
		}
		me := h.identify(program, profile)
		way := signing{method: method, web: h.web.Client(), sign: protocol.NewTransport(protocol.WithIdentityProvider(
			func(context.Context) (*x509.Certificate, crypto.PrivateKey, error) { return me.cert, me.key, nil }))}
		d, err := enrollment.NewRandomDeviceEnrollment(way, profile.Topic, profile.ServerURL, profile.CheckInURL)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.DoEnroll(t.Context()); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		if got := h.told.devices[vpp.EnrollmentID(d.ID())]; got.OwnerID != "user-0001" || got.UDID != d.GetEnrollment().UDID || got.EnrolledAt.IsZero() {
			t.Errorf("%s: told of %+v", method, got)
		}
		if err := h.invite("to "+method, d.ID()); err != nil {
			t.Fatal(err)
		}
		say := func(inside string) []byte {
			t.Helper()
			answer, err := d.DoReportAndFetch(t.Context(), strings.NewReader(fmt.Sprintf("<plist><dict><key>UDID</key><string>%s</string>%s</dict></plist>", d.ID(), inside)))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			got, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d %v", method, answer.StatusCode, err)
			}
			return got
		}
		got, err := mdm.DecodeCommand(say("<key>Status</key><string>Idle</string>"))
		if err != nil || got.CommandUUID != "to "+method || got.Command.RequestType != "InviteToProgram" {
			t.Errorf("%s: %+v %v", method, got, err)
		}
		if rest := say("<key>Status</key><string>Acknowledged</string><key>InvitationResult</key><string>Acknowledged</string><key>CommandUUID</key><string>to " + method + "</string>"); len(rest) != 0 {
			t.Errorf("%s: then it gets %s", method, rest)
		}
		if got := h.told.said("to " + method); len(got) != 1 || got[0] != "Acknowledged Acknowledged" {
			t.Errorf("%s: %v", method, got)
		}
	}
}
