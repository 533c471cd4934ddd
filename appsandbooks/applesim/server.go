package applesim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server is a pretend Apple listening on a loopback port of its own, in the manner of httptest.
type Server struct {
	*Apple
	URL string // http://127.0.0.1:port, without a path
	web *http.Server
	end chan error
}

// NewServer starts a pretend Apple on loopback. Close it when done.
func NewServer(o Options) (*Server, error) {
	a, err := New(o)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("applesim: listen: %w", err), a.Close())
	}
	s := &Server{
		Apple: a, URL: "http://" + listener.Addr().String(), end: make(chan error, 1),
		web: &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() {
		s.end <- s.web.Serve(listener)
		close(s.end)
	}()
	return s, nil
}

// BaseURL is the address a client is configured with: it stands for https://vpp.itunes.apple.com/mdm/v2.
func (s *Server) BaseURL() string { return s.URL + "/mdm/v2" }

// ServiceConfigURL is the one fixed address a client needs.
func (s *Server) ServiceConfigURL() string { return s.BaseURL() + "/service/config" }

// Close stops listening, cuts open connections and closes the pretend Apple. Closing twice is no error.
func (s *Server) Close() error {
	err := s.web.Close()
	if end := <-s.end; end != nil && !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return errors.Join(err, s.Apple.Close())
}
