package connector_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// getPrograms says how to get the programs where they cannot be built.
const getPrograms = "to test against the real NanoMDM and MicroMDM, run: go -C internal/mdm/connector/testdata/programs mod download"

// program returns the path of one of the real MDM servers, built from its
// module. scripts/test has them built already, RSVPP_TEST_PROGRAMS says where.
func program(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("RSVPP_TEST_PROGRAMS")
	if dir == "" {
		var err error
		if dir, err = built(); err != nil {
			t.Skipf("NOT TESTED: %s cannot be built here; %s\n%v", name, getPrograms, err)
		}
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("NOT TESTED: there is no %s; %s", path, getPrograms)
	}
	return path
}

// built builds the programs once; Go's own cache makes the next run quick.
var built = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "rsvpp-test", "programs")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator),
		"github.com/micromdm/nanomdm/cmd/nanomdm", "github.com/micromdm/micromdm/cmd/micromdm", "github.com/micromdm/scep/v2/cmd/scepclient")
	build.Dir = "testdata/programs"
	if said, err := build.CombinedOutput(); err != nil {
		return "", &exec.Error{Name: string(said), Err: err}
	}
	return dir, nil
})

// run starts a program until the test ends, and waits until path is answered.
func run(t *testing.T, url, path string, program string, args ...string) (stop func()) {
	t.Helper()
	var said bytes.Buffer
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr, c.Dir = &said, &said, t.TempDir()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	stop = sync.OnceFunc(func() { _ = c.Process.Kill(); <-ended })
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(program), said.Bytes())
		}
	})
	for end := time.Now().Add(20 * time.Second); ; {
		answer, err := http.Get(url + path)
		if err == nil {
			_ = answer.Body.Close()
			return stop
		}
		select {
		case <-ended:
			t.Fatalf("%s ended", program)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not answer: %v", program, err)
		}
	}
}

// free returns an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	address, err := mdmtest.FreeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// authority issues certificates to devices of servers that issue none.
type authority struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
	mu   sync.Mutex
	next int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, next: 1}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.cert = a.sign(t, template, template, key.Public())
	return a
}

func (a *authority) sign(t *testing.T, template, parent *x509.Certificate, public any) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, a.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func (a *authority) certify(t *testing.T) func(*x509.CertificateRequest) (*x509.Certificate, error) {
	return func(csr *x509.CertificateRequest) (*x509.Certificate, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.next++
		return a.sign(t, &x509.Certificate{
			SerialNumber: big.NewInt(a.next), Subject: csr.Subject, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}, a.cert, csr.PublicKey), nil
	}
}

func (a *authority) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
