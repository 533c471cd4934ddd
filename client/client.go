package client

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config says where the server is and who asks. Address and Key are needed.
type Config struct {
	Address   string        // of the server, "https://vpp.example.com"
	Key       string        // an API key, "rsvpp_…"
	HTTP      *http.Client  // nil for one with usual limits; redirects are never followed
	Timeout   time.Duration // of one attempt at a plain call; 0 is 30 seconds
	Retries   int           // further attempts at what answered 429 or 503 and may be repeated; 0 is 4, below none
	PollEvery time.Duration // between looks at a task where no stream can be had; 0 is 1 second
	Agent     string        // User-Agent; "" is "rsvpp-client"
}

// Client calls one server. It may be used by many at once.
type Client struct {
	base      *url.URL
	http      *http.Client
	timeout   time.Duration
	retries   int
	pollEvery time.Duration
	agent     string
	// authorize holds the key where no printing of the client finds it.
	authorize func(*http.Request)
}

// New makes a client. Nothing is sent yet.
func New(config Config) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(config.Address, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("the server's address must be like https://vpp.example.com")
	}
	if config.Key == "" || strings.ContainsAny(config.Key, " \r\n\t") {
		return nil, errors.New("an API key is needed: make one in the console under Settings, API keys")
	}
	c := &Client{
		base: base, timeout: orElse(config.Timeout, 30*time.Second), retries: orElse(config.Retries, 4),
		pollEvery: orElse(config.PollEvery, time.Second), agent: orElse(config.Agent, "rsvpp-client"),
		http: httpClient(config.HTTP),
	}
	bearer := "Bearer " + config.Key
	c.authorize = func(r *http.Request) { r.Header.Set("Authorization", bearer) }
	return c, nil
}

// httpClient copies the client so that it follows no redirect: a key belongs
// to one server.
func httpClient(given *http.Client) *http.Client {
	c := http.Client{}
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

func orElse[T comparable](v, usual T) T {
	var zero T
	if v == zero {
		return usual
	}
	return v
}
