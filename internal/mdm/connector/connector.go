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

	largest int64 // answer that is read
	heard   *memory
	turns   turns // of devices
}

// Connector speaks to one server. It remembers a little of what it heard, so
// one is kept for a server as long as possible.
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

// patience is how long a server may take for one answer.
const patience = 30 * time.Second

// New makes a connector of a kind.
func New(kind string, c Config) (Connector, error) {
	var err error
	if c.URL, err = address(c.URL); err != nil {
		return nil, err
	}
	if c.Secret == "" || strings.ContainsAny(c.Secret, "\r\n") {
		return nil, invalid("secret", "The server's API key is missing, or has more than one line.")
	}
	c.Client = staying(c.Client)
	c.heard, c.turns = newMemory(), newTurns()
	if c.largest == 0 {
		c.largest = largestAnswer
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

// address checks a server's address and takes away what ends it.
func address(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", invalid("url", "The address is the server's, such as https://mdm.example.com.")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", invalid("url", "Only https is used on the way to another machine: invitations are secrets.")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// staying makes a client follow nobody elsewhere: the next address would get
// what the first one was meant to have.
func staying(client *http.Client) *http.Client {
	own := http.Client{Timeout: patience}
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

func loopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

func invalid(field, message string) *vpp.Error {
	return &vpp.Error{Kind: vpp.Invalid, Field: field, Message: message}
}

// each hands commands over one after another. Once nobody answers, the rest is
// not tried: it is sent again later anyway.
func each(ctx context.Context, commands []vpp.Command, send func(context.Context, vpp.Command) error) []error {
	errs := make([]error, len(commands))
	var down error
	for i, c := range commands {
		switch {
		case ctx.Err() != nil:
			errs[i] = ctx.Err()
		case down != nil:
			errs[i] = down
		default:
			if errs[i] = send(ctx, c); isUnreached(errs[i]) {
				down = errs[i]
			}
		}
	}
	return errs
}
