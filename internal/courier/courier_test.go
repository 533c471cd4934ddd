package courier_test

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/courier"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var now = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)

func open(c courier.Config) *courier.Courier {
	c.Now, c.Agent = func() time.Time { return now }, "rsvpp/test"
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	return courier.New(c)
}

func serve(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s
}

// F-81: what is taken, what is not, and what is kept of an answer.
func TestAnswers(t *testing.T) {
	for status, want := range map[int]string{200: "", 202: "", 204: "", 400: "“400 Bad Request”", 404: "“404 Not Found”", 410: "“410 Gone”", 500: "“500 Internal", 503: "503", 799: "“799”"} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "it said\n"+string(body)+r.Header.Get("Webhook-Id")+"\x00\x1b")
		})
		a := open(courier.Config{}).Post(t.Context(), s.URL, map[string]string{"webhook-id": "7"}, []byte("abc"))
		if a.Status != status || (want == "") != (a.Problem == "") || !strings.Contains(a.Problem, want) {
			t.Errorf("%d: %+v", status, a)
		}
		if status != 204 && a.Text != "it said abc7" {
			t.Errorf("%d: kept %q", status, a.Text)
		}
		if taken := status < 300; taken != (a.RetryAfter == 0) {
			t.Errorf("%d: wait %s", status, a.RetryAfter)
		}
	}
}

// A receiver that sends us elsewhere is not followed.
func TestRedirect(t *testing.T) {
	followed := false
	other := serve(t, func(http.ResponseWriter, *http.Request) { followed = true })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	a := open(courier.Config{}).Post(t.Context(), s.URL, nil, []byte("abc"))
	if followed || a.Status != 307 || !strings.Contains(a.Problem, "elsewhere") {
		t.Errorf("followed %v, %+v", followed, a)
	}
}

// An answer without end is not read to it, and its status counts all the same.
func TestHugeAnswer(t *testing.T) {
	written := make(chan int, 1)
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := 0
		for block := []byte(strings.Repeat("x", 64<<10)); ; {
			m, err := w.Write(block)
			if n += m; err != nil {
				break
			}
		}
		written <- n
	})
	a := open(courier.Config{}).Post(t.Context(), s.URL, nil, nil)
	if a.Status != 200 || a.Problem != "" || a.Text != strings.Repeat("x", 200) {
		t.Errorf("%+v", a)
	}
	if n := <-written; n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
	s = serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) })
	if a := open(courier.Config{}).Post(t.Context(), s.URL, nil, nil); a.Status != 0 || a.Problem == "" {
		t.Errorf("a head without end: %+v", a)
	}
}

func TestTooSlow(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	c := open(courier.Config{Timeout: 200 * time.Millisecond})
	if a := c.Post(t.Context(), s.URL, nil, nil); a.Status != 200 || a.Problem != "" {
		t.Errorf("a yes whose words never end: %+v", a)
	}
	s = serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if a := c.Post(t.Context(), s.URL, nil, nil); a.Status != 0 || !strings.Contains(a.Problem, "did not answer within 200ms") {
		t.Errorf("silence: %+v", a)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := c.Post(ctx, s.URL, nil, nil); a.Problem == "" {
		t.Error("broken off, and taken")
	}
}

// Certificates are looked at.
func TestCertificate(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	if a := open(courier.Config{}).Post(t.Context(), s.URL, nil, nil); !strings.Contains(a.Problem, "certificate is not trusted") {
		t.Errorf("%+v", a)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if a := open(courier.Config{Roots: roots}).Post(t.Context(), s.URL, nil, nil); a.Problem != "" || a.Status != 200 {
		t.Errorf("%+v", a)
	}
}

// Problems do not hold the address, which may be a secret.
func TestAddressStaysIn(t *testing.T) {
	for _, address := range []string{"http://127.0.0.1:1/s3cret", "https://s3cret.invalid/s3cret", "http://10.0.0.1/s3cret"} {
		if a := open(courier.Config{}).Post(t.Context(), address, nil, nil); a.Problem == "" || strings.Contains(a.Problem, "s3cret") {
			t.Errorf("%+v", a)
		}
	}
}

func TestCheck(t *testing.T) {
	c := open(courier.Config{})
	for address, want := range map[string]string{
		"https://x.example/hook?key=1": "", "https://10.1.2.3/hook": "", "https://[fd00::1]/": "", "http://localhost:8080/": "", "http://127.0.0.1/": "", "http://[::1]:9/": "",
		"": "https://", "x.example": "https://", "ftp://x.example": "https://", "https://": "name a server", "https:///x": "name a server",
		"http://x.example/": "https://", "http://10.1.2.3/": "https://", "https://anna:pw@x.example/": "password",
		"https://169.254.169.254/latest": "link-local", "https://[fe80::1]/": "link-local", "https://[::ffff:169.254.169.254]/": "link-local",
		"https://0.0.0.0/": "not one of a server", "https://x.example/" + strings.Repeat("x", 2000): "longer",
	} {
		err := c.Check(address)
		if got := vpp.MessageOf(err); (err == nil) != (want == "") || err != nil && !strings.Contains(got, want) {
			t.Errorf("%.60s: %v, want %q", address, err, want)
		}
	}
}
