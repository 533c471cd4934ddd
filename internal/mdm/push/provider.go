package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/micromdm/nanomdm/mdm"
	nano "github.com/micromdm/nanomdm/push"
)

// ServiceURL is Apple's push service; there is no other for MDM.
const ServiceURL = "https://api.push.apple.com"

// Config says how the service is reached. Zero values take the default.
type Config struct {
	URL      string         // default ServiceURL
	Roots    *x509.CertPool // default the system's
	InFlight int            // pushes under way at once, default 128: more would open more connections
	Attempts int            // default 4
	Timeout  time.Duration  // of one attempt, default 10 s
	Keep     time.Duration  // how long Apple keeps a push for a device that is away, default 7 days
	Rest     time.Duration  // how long nothing is tried after the service was silent, default 1 minute
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error
}

func (c Config) withDefaults() Config {
	if c.URL == "" {
		c.URL = ServiceURL
	}
	if c.InFlight == 0 {
		c.InFlight = 128
	}
	if c.Attempts == 0 {
		c.Attempts = 4
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Keep == 0 {
		c.Keep = 7 * 24 * time.Hour
	}
	if c.Rest == 0 {
		c.Rest = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c
}

// Factory makes providers for NanoMDM's push service, one per certificate.
type Factory struct{ Config Config }

// NewPushProvider implements NanoMDM's PushProviderFactory.
func (f Factory) NewPushProvider(cert *tls.Certificate) (nano.PushProvider, error) {
	if cert == nil || len(cert.Certificate) == 0 {
		return nil, errors.New("push: there is no push certificate")
	}
	return New(*cert, f.Config), nil
}

// Provider pushes with one certificate. It keeps its connection open.
type Provider struct {
	config Config
	client *http.Client
	places chan struct{} // one for each push under way
	silent silence
}

var _ nano.PushProvider = (*Provider)(nil)

// New makes a provider. It makes no connection yet.
func New(cert tls.Certificate, config Config) *Provider {
	config = config.withDefaults()
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: config.Timeout}).DialContext,
		TLSClientConfig:     &tls.Config{Certificates: []tls.Certificate{cert}, RootCAs: config.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: config.Timeout,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     time.Hour, // Apple asks to keep connections open
		// What does not fit on the connection waits for it, or a server that
		// allows few streams would be met with hundreds of connections.
		HTTP2: &http.HTTP2Config{StrictMaxConcurrentRequests: true, SendPingTimeout: time.Minute, PingTimeout: 15 * time.Second},
	}
	return &Provider{
		config: config, client: &http.Client{Transport: transport}, places: make(chan struct{}, config.InFlight),
		silent: silence{after: config.Timeout, rest: config.Rest},
	}
}

// Push wakes devices, and answers by push token.
func (p *Provider) Push(ctx context.Context, pushes []*mdm.Push) (map[string]*nano.Response, error) {
	answers := make(map[string]*nano.Response, len(pushes))
	var mu sync.Mutex
	var under sync.WaitGroup
	for _, one := range pushes {
		select {
		case p.places <- struct{}{}:
		case <-ctx.Done():
			under.Wait()
			return answers, ctx.Err()
		}
		under.Go(func() {
			defer func() { <-p.places }()
			id, err := p.push(ctx, one)
			mu.Lock()
			defer mu.Unlock()
			answers[one.Token.String()] = &nano.Response{Id: id, Err: err}
		})
	}
	under.Wait()
	return answers, nil
}

// answered says whether the service said anything.
func answered(err error) bool {
	_, refused := errors.AsType[*Error](err)
	return err == nil || refused
}

// push tries until Apple has an opinion about this device, or the attempts
// are used up.
func (p *Provider) push(ctx context.Context, one *mdm.Push) (id string, err error) {
	for attempt := range p.config.Attempts {
		if attempt > 0 {
			if p.config.Sleep(ctx, pause(attempt, err)) != nil {
				return "", err
			}
		}
		if p.silent.now(p.config.Now()) {
			return "", ErrSilent
		}
		id, err = p.attempt(ctx, one)
		if ctx.Err() == nil { // else it is not known what Apple would have said
			p.silent.heard(p.config.Now(), answered(err))
		}
		if err == nil || !passes(err) || ctx.Err() != nil {
			return id, err
		}
	}
	return id, err
}

// pause grows with the attempts, unless Apple names one.
func pause(attempt int, err error) time.Duration {
	if said, ok := errors.AsType[*Error](err); ok && said.RetryAfter > 0 {
		return min(said.RetryAfter, time.Minute)
	}
	return 200 * time.Millisecond << attempt
}

// passes says whether the same push may do better later.
func passes(err error) bool {
	said, ok := errors.AsType[*Error](err)
	return !ok || said.Status == http.StatusTooManyRequests || said.Status >= 500
}

// largestAnswer is far more than Apple ever says.
const largestAnswer = 4 << 10

func (p *Provider) attempt(ctx context.Context, one *mdm.Push) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.config.Timeout)
	defer cancel()
	body, err := json.Marshal(map[string]string{"mdm": one.PushMagic})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.config.URL+"/3/device/"+one.Token.String(), bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Apns-Push-Type", "mdm")
	r.Header.Set("Apns-Topic", one.Topic)
	r.Header.Set("Apns-Priority", "10")
	r.Header.Set("Apns-Expiration", strconv.FormatInt(p.config.Now().Add(p.config.Keep).Unix(), 10))
	answer, err := p.client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusOK {
		return answer.Header.Get("Apns-Id"), nil
	}
	refusal := &Error{Status: answer.StatusCode, Token: one.Token.String()}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		refusal.RetryAfter = time.Duration(seconds) * time.Second
	}
	_ = json.NewDecoder(io.LimitReader(answer.Body, largestAnswer)).Decode(refusal)
	return "", refusal
}

// CloseIdle closes connections that nothing uses, as after a renewal.
func (p *Provider) CloseIdle() { p.client.CloseIdleConnections() }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
