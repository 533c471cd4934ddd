package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	keptOfAnswer = 200      // bytes, to be shown
	readOfAnswer = 16 << 10 // so that the connection can be used again
	longestHead  = 32 << 10
)

// Config is what cmd decides.
type Config struct {
	Timeout time.Duration  // of a whole attempt
	Now     vpp.Clock      // for answers that name a time
	Agent   string         // who posts
	Roots   *x509.CertPool // who vouches for receivers; nil for the system's
}

// Courier posts messages.
type Courier struct {
	config        Config
	secure, plain *http.Client
}

// New makes a courier.
func New(c Config) *Courier {
	return &Courier{config: c, secure: c.client(refused), plain: c.client(refusedPlain)}
}

// client makes one that dials nothing that is refused. It is asked of the very
// address that is dialed, after names were looked up.
func (c Config) client(why func(net.IP) string) *http.Client {
	dialer := &net.Dialer{Timeout: c.Timeout, Control: guard(why)}
	return &http.Client{
		Timeout:       c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: c.Timeout,
			MaxResponseHeaderBytes: longestHead, MaxIdleConns: 64, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
		},
	}
}

// Check says what is wrong with an address.
func (c *Courier) Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return invalid("The address must begin with https:// and name a server.")
	case len(address) > 2000:
		return invalid("The address is longer than 2000 letters.")
	case u.User != nil:
		return invalid("Put no user name and no password in the address: the receiver knows us by the signature.")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return invalid("The address must begin with https://, unless it is of this very machine: what is told is about people.")
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && refused(ip) != "" {
		return invalid(refused(ip))
	}
	return nil
}

func invalid(message string) error {
	return &vpp.Error{Kind: vpp.Invalid, Field: "url", Message: message}
}

// Post makes one attempt. Neither the address nor the headers stand in what is
// returned.
func (c *Courier) Post(ctx context.Context, address string, header map[string]string, body []byte) vpp.WebhookAnswer {
	if err := c.Check(address); err != nil {
		return vpp.WebhookAnswer{Problem: vpp.MessageOf(err)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return vpp.WebhookAnswer{Problem: "The address cannot be used."}
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", c.config.Agent)
	client := c.secure
	if r.URL.Scheme == "http" {
		client = c.plain
	}
	answer, err := client.Do(r)
	if err != nil {
		return vpp.WebhookAnswer{Problem: c.unreached(err)}
	}
	defer func() { _ = answer.Body.Close() }()
	return c.read(answer)
}

// read takes the answer apart. Its status alone decides: a body that breaks off
// changes nothing.
func (c *Courier) read(answer *http.Response) vpp.WebhookAnswer {
	a := vpp.WebhookAnswer{Status: answer.StatusCode, RetryAfter: retryAfter(answer.Header.Get("Retry-After"), c.config.Now())}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, keptOfAnswer))
	a.Text = clean(text)
	_, _ = io.CopyN(io.Discard, answer.Body, readOfAnswer)
	switch {
	case a.Status >= 200 && a.Status < 300:
		a.RetryAfter = 0
	case a.Status < 400:
		a.Problem = fmt.Sprintf("The receiver sends us elsewhere (%d), which is not followed: use the address where it answers itself.", a.Status)
	default:
		a.Problem = "The receiver answered “" + strings.TrimSpace(strconv.Itoa(a.Status)+" "+http.StatusText(a.Status)) + "”."
	}
	return a
}

// unreached says why no answer came. Errors of net/http hold the address.
func (c *Courier) unreached(err error) string {
	var (
		no      *refusal
		name    *net.DNSError
		verify  *tls.CertificateVerificationError
		timeout interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &no):
		return no.why
	case errors.As(err, &name):
		return "The receiver’s name cannot be looked up."
	case errors.As(err, &verify):
		return "The receiver’s certificate is not trusted: " + verify.Err.Error() + "."
	case errors.As(err, &timeout) && timeout.Timeout():
		return "The receiver did not answer within " + c.config.Timeout.String() + "."
	}
	return "The receiver cannot be reached: check the address, and the way there."
}

// retryAfter reads how long a receiver asks us to wait: seconds, or a moment.
func retryAfter(text string, now time.Time) time.Duration {
	const most = 365 * 24 * time.Hour
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return min(max(0, time.Duration(n)*time.Second), most)
	}
	if t, err := http.ParseTime(text); err == nil {
		return min(max(0, t.Sub(now)), most)
	}
	return 0
}

// clean makes the beginning of an answer fit to be kept and shown.
func clean(text []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(text), "")))
}
