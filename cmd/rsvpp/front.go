package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// front is the one address before several servers: it hands requests round
// and passes over a server that is gone.
type front struct {
	address string
	web     *http.Server
	through *http.Transport
	ended   chan error

	mu    sync.Mutex
	hosts []string
	next  int
}

func openFront(ctx context.Context) (*front, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, sayf(err, "There is no free port on this machine.")
	}
	f := &front{
		address: "http://" + l.Addr().String(), ended: make(chan error, 1),
		through: &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: 30 * time.Second},
	}
	proxy := &httputil.ReverseProxy{
		Transport: f,
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host; r.Out.URL.Scheme = "http" },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	f.web = &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	go func() { f.ended <- f.web.Serve(l) }()
	return f, nil
}

func (f *front) url() string { return f.address }

func (f *front) close() error {
	err := f.web.Close()
	<-f.ended //nolint:errcheck // it says only that it was closed
	f.through.CloseIdleConnections()
	return err
}

// set names the servers that are there now.
func (f *front) set(addresses []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hosts = f.hosts[:0]
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil {
			f.hosts = append(f.hosts, u.Host)
		}
	}
}

// order lists the servers, each time beginning with another.
func (f *front) order() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	var out []string
	for i := range f.hosts {
		out = append(out, f.hosts[(f.next+i)%len(f.hosts)])
	}
	return out
}

// RoundTrip asks one server after the other until one answers. A request that
// may have been worked on is not sent twice, unless it only reads.
func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	err := errors.New("no server is there")
	if r.Body != nil {
		defer r.Body.Close()
	}
	for _, host := range f.order() {
		again := r.Clone(r.Context())
		again.URL.Host = host
		if r.Body != nil {
			again.Body = io.NopCloser(r.Body) // a failed dial closes the body, which is still unread
		}
		var res *http.Response
		if res, err = f.through.RoundTrip(again); err == nil {
			return res, nil
		}
		if !isDial(err) && !canRepeat(r) {
			break
		}
	}
	return nil, err
}
