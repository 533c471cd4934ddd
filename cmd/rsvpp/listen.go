package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
)

// listen opens the server's door as the settings say, and fills in the public
// address when none is set: the one that was really opened, as seen from here.
func listen(ctx context.Context, s *settings) (net.Listener, error) {
	var pair tls.Certificate
	var err error
	if s.tlsCert != "" {
		if pair, err = tls.LoadX509KeyPair(s.tlsCert, s.tlsKey); err != nil {
			return nil, sayf(err, "The certificate %s and its key %s cannot be used together.", s.tlsCert, s.tlsKey)
		}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return nil, sayf(err, "The server cannot listen on %s: the address is taken, not of this machine, or not allowed. Choose another with --listen.", s.listen)
	}
	scheme := "http"
	if s.tlsCert != "" {
		scheme = "https"
	}
	if s.publicURL == "" {
		s.publicURL = scheme + "://" + fromHere(l.Addr())
	}
	if s.tlsCert != "" {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	}
	return l, nil
}

// fromHere is how a listener is reached on this machine.
func fromHere(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); err != nil || ip != nil && !ip.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("localhost", port)
}

// logger writes the log as the settings say.
func (p *cli) logger(s settings) *slog.Logger {
	o := &slog.HandlerOptions{Level: s.logLevel}
	if s.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(p.err, o))
	}
	return slog.New(slog.NewTextHandler(p.err, o))
}
