package appsandbooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// BaseURL is where Apple's service stands.
const BaseURL = "https://vpp.itunes.apple.com/mdm/v2"

// pagesAtOnce is how many pages Apple allows to be read in parallel. It is in
// Apple's text, not among the limits of service config.
// https://developer.apple.com/documentation/devicemanagement/using-paginated-endpoints
const pagesAtOnce = 5

// Config says how to make a Client. Token alone is required; a zero value
// elsewhere takes the default.
type Config struct {
	Token      Secret       // the whole text of the token file, see ParseContentToken
	BaseURL    string       // default BaseURL; https unless the host is loopback
	HTTPClient *http.Client // its redirects, cookies and nothing else are overruled
	UserAgent  string       // default "appsandbooks"
	Pacer      Pacer        // default a MemoryPacer of the client's own
	Hooks      Hooks

	RequestTimeout time.Duration // of one HTTP attempt, default 30 s
	MaxBody        int64         // of one answer in bytes, default 64 MiB
	MaxWait        time.Duration // all waiting of one call together, default 1 min; negative: never wait
	BackoffFirst   time.Duration // first pause where Apple names none, default 1 s
	BackoffCap     time.Duration // longest such pause, default 1 min
	ConfigMaxAge   time.Duration // service config is read anew after this, default Apple's 5 min
	ConfigStaleFor time.Duration // an older service config serves this long when reading anew fails, default 1 h

	Now    func() time.Time                           // default time.Now
	Sleep  func(context.Context, time.Duration) error // default a timer
	Jitter func() float64                             // in [0,1), default math/rand
}

// Client speaks to Apple with one content token. Make one per token and share
// it between goroutines; it needs no closing.
type Client struct {
	cfg     Config
	base    *url.URL
	http    *http.Client
	held    hold
	service serviceConfigCache
	pages   chan struct{} // a place for each page being read
	buffers sync.Pool
}

// New makes a Client. It makes no call.
func New(cfg Config) (*Client, error) {
	cfg.Token = Secret(strings.TrimSpace(cfg.Token.Reveal()))
	if !fitsHeader(cfg.Token.Reveal()) {
		return nil, errors.New("appsandbooks: the content token is empty or not one line of base64; take it from ParseContentToken")
	}
	cfg = cfg.withDefaults()
	if strings.ContainsFunc(cfg.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, errors.New("appsandbooks: the user agent must be printable ASCII")
	}
	base, err := parseBase(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		cfg:     cfg,
		base:    base,
		http:    withoutRedirects(cfg.HTTPClient),
		pages:   make(chan struct{}, pagesAtOnce),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
	return c, nil
}

// Format prints the address alone: the client holds a secret.
func (c *Client) Format(f fmt.State, _ rune) {
	if c == nil || c.base == nil {
		_, _ = fmt.Fprint(f, "appsandbooks.Client()")
		return
	}
	_, _ = fmt.Fprintf(f, "appsandbooks.Client(%s)", c.base)
}

func (cfg Config) withDefaults() Config {
	orDefault(&cfg.BaseURL, BaseURL)
	orDefault(&cfg.UserAgent, "appsandbooks")
	orDefault(&cfg.RequestTimeout, 30*time.Second)
	orDefault(&cfg.MaxBody, 64<<20)
	orDefault(&cfg.MaxWait, time.Minute)
	orDefault(&cfg.BackoffFirst, time.Second)
	orDefault(&cfg.BackoffCap, time.Minute)
	orDefault(&cfg.ConfigMaxAge, 5*time.Minute)
	orDefault(&cfg.ConfigStaleFor, time.Hour)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.Float64
	}
	if cfg.Pacer == nil {
		cfg.Pacer = &MemoryPacer{Now: cfg.Now, Sleep: cfg.Sleep}
	}
	return cfg
}

func orDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// withoutRedirects copies a client so that the token never follows a redirect
// and no cookie is kept.
func withoutRedirects(from *http.Client) *http.Client {
	var to http.Client
	if from != nil {
		to = *from
	}
	to.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	to.Jar = nil
	return &to
}

func fitsHeader(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
