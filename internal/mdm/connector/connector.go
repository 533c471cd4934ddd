package connector

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/mdm"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Config is one connected server.
type Config struct {
	ID     vpp.MDMID
	URL    string // of the server, without a path
	Secret string // API key or token
	Client *http.Client
	Now    vpp.Clock
}

// Connector speaks to one server.
type Connector interface {
	mdm.Server
	// Check asks the server for something harmless, so that a wrong address, key
	// or certificate shows.
	Check(ctx context.Context) error
	// Devices tells of every device that the server has, where it lists them.
	Devices(ctx context.Context, told mdm.Told) error
	// Report takes what the server sent to our address, where it reports.
	Report(ctx context.Context, told mdm.Told, body []byte) error
	// Ask asks what became of commands, where the server must be asked.
	Ask(ctx context.Context, told mdm.Told, commands []vpp.Command) error
}

// The kinds of servers that can be connected.
const (
	KindNanoMDM  = "nanomdm"
	KindMicroMDM = "micromdm"
	KindFleet    = "fleet"
)

// New makes a connector of a kind.
func New(kind string, c Config) (Connector, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, invalid("url", "The address is the server's, such as https://mdm.example.com.")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, invalid("url", "Only https is used on the way to another machine: invitations are secrets.")
	case c.Secret == "":
		return nil, invalid("secret", "The server's API key is missing.")
	}
	c.URL = strings.TrimRight(c.URL, "/")
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 30 * time.Second}
	}
	switch kind {
	case KindNanoMDM:
		return &nanoMDM{c}, nil
	case KindMicroMDM:
		return &microMDM{c}, nil
	case KindFleet:
		return &fleet{c}, nil
	}
	return nil, invalid("kind", "Servers of the kinds nanomdm, micromdm and fleet can be connected.")
}

func loopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

func invalid(field, message string) *vpp.Error {
	return &vpp.Error{Kind: vpp.Invalid, Field: field, Message: message}
}

// each hands commands over one after another.
func each(ctx context.Context, commands []vpp.Command, send func(context.Context, vpp.Command) error) []error {
	errs := make([]error, len(commands))
	for i, c := range commands {
		if errs[i] = ctx.Err(); errs[i] == nil {
			errs[i] = send(ctx, c)
		}
	}
	return errs
}
