package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/client"
)

// serverFlags say which server a command speaks to.
type serverFlags struct {
	url, keyFile string
}

func (p *cli) serverFlags(c *cobra.Command) {
	c.Flags().StringVar(&p.server.url, "server", "", "`address` of the server (or RSVPP_SERVER, or what rsvpp login saved)")
	c.Flags().StringVar(&p.server.keyFile, "api-key-file", "", "`file` with the API key (or RSVPP_API_KEY, RSVPP_API_KEY_FILE, or what rsvpp login saved)")
}

// asksServer makes the work of a command that speaks to a running server.
func (p *cli) asksServer(work func(context.Context, *client.Client, []string) error) func(*cobra.Command, []string) error {
	return p.does(func(ctx context.Context, args []string) error {
		server, err := p.connect()
		if err != nil {
			return err
		}
		return work(ctx, server, args)
	})
}

// connect finds the server and the key: flag before environment before login.
// A key that was saved for one server is never shown to another.
func (p *cli) connect() (*client.Client, error) {
	saved, err := p.savedLogin()
	if err != nil {
		return nil, err
	}
	address := p.server.url
	if address == "" {
		address, _ = p.env("RSVPP_SERVER")
	}
	if address == "" {
		address = saved.Server
	}
	if address == "" {
		return nil, usagef("no server is named: run `rsvpp login URL`, or set RSVPP_SERVER, or use --server")
	}
	key, err := p.givenKey()
	if err != nil {
		return nil, err
	}
	if key == "" && sameServer(address, saved.Server) {
		key = saved.APIKey
	}
	if key == "" {
		return nil, usagef("no API key is known for %s: run `rsvpp login %s`, or set RSVPP_API_KEY or RSVPP_API_KEY_FILE, or use --api-key-file", address, address)
	}
	return p.client(address, key)
}

func (p *cli) client(address, key string) (*client.Client, error) {
	c, err := client.New(client.Config{Address: address, Key: key, Agent: "rsvpp/" + readVersion().Version, Retries: 2})
	if err != nil {
		return nil, usagef("%q is not the address of a server, such as https://rsvpp.example.org", address)
	}
	return c, nil
}

// givenKey is the key from this command line or the environment, "" for none.
func (p *cli) givenKey() (string, error) {
	name := p.server.keyFile
	if name == "" {
		if key, ok := p.env("RSVPP_API_KEY"); ok {
			return strings.TrimSpace(key), nil
		}
		name, _ = p.env("RSVPP_API_KEY_FILE")
	}
	if name == "" {
		return "", nil
	}
	text, err := p.readFile(name)
	if err != nil {
		return "", sayf(err, "The file %s with the API key cannot be read.", name)
	}
	return strings.TrimSpace(string(text)), nil
}

func sameServer(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

// ofServer puts what a server, or the way to it, answered in plain words.
func (p *cli) ofServer(err error) []string {
	var problem *client.Problem
	var web *url.Error
	var network net.Error
	switch {
	case errors.As(err, &problem):
		if problem.Cause != "" {
			return []string{clean(problem.Detail), "Why: " + clean(problem.Cause)}
		}
		return []string{clean(problem.Detail)}
	case errors.As(err, &network) && network.Timeout():
		return []string{"The server takes too long to answer. Look whether it is well, then try again."}
	case errors.As(err, &web):
		return []string{"The server at " + hostOf(web.URL) + " does not answer. Look whether it runs and whether the address is right."}
	}
	return []string{"Something went wrong that is not known here. Run it again with --verbose to see the cause."}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return clean(address)
	}
	return u.Scheme + "://" + u.Host
}
