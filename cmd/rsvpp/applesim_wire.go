package main

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// wireFlags say how the pretend Apple is reached, and how it reaches others.
type wireFlags struct {
	cert, key string
	retry     []time.Duration
}

func (w *wireFlags) add(f *pflag.FlagSet) {
	f.StringVar(&w.cert, "tls-cert", "", "file with the certificate, to be reached by https: there are clients that take nothing else")
	f.StringVar(&w.key, "tls-key", "", "file with the certificate's key")
	f.DurationSliceVar(&w.retry, "notify-retry", []time.Duration{time.Minute, 4 * time.Minute}, "waits before the further attempts of a notification")
}

func (w wireFlags) scheme() string {
	if w.cert != "" {
		return "https"
	}
	return "http"
}

// listen opens the address, behind TLS where a certificate is given.
func (w wireFlags) listen(ctx context.Context, address string) (net.Listener, error) {
	var secret *tls.Config
	if (w.cert == "") != (w.key == "") {
		return nil, usagef("--tls-cert and --tls-key are needed together")
	}
	if w.cert != "" {
		pair, err := tls.LoadX509KeyPair(w.cert, w.key)
		if err != nil {
			return nil, sayf(err, "The certificate %s with the key %s cannot be used.", w.cert, w.key)
		}
		secret = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, sayf(err, "The pretend Apple cannot listen on %s. Choose another address with --listen.", address)
	}
	if secret != nil {
		l = tls.NewListener(l, secret)
	}
	return l, nil
}

// faultNames lists what can go wrong.
func faultNames() string {
	var names []string
	for _, f := range applesim.AllFaults() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}
