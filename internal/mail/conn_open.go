package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// mostAddresses bounds how many addresses of one host are tried.
const mostAddresses = 4

// open connects to a mail server, encrypts as the settings say and signs in.
func (p *pool) open(ctx context.Context, host string, w watch) (*conn, *failure) {
	c := &conn{host: host, port: p.settings.Port, direct: p.settings.Mode == Direct, patience: p.settings.Timeout, watch: w}
	if c.direct {
		c.port = p.ports.DirectPort
	}
	if fail := p.reach(ctx, c); fail != nil {
		return nil, fail
	}
	stop := context.AfterFunc(ctx, c.wire.interrupt)
	defer stop()
	if fail := p.introduce(ctx, c); fail != nil {
		c.drop()
		return nil, fail
	}
	return c, nil
}

// reach finds the host's addresses and connects to the first that answers.
func (p *pool) reach(ctx context.Context, c *conn) *failure {
	var addresses []string
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	fail := c.do(StepResolve, func() (said string, err error) {
		addresses, err = p.ports.Resolver.LookupHost(ctx, c.host)
		return strings.Join(addresses, ", "), stoppedOr(ctx, err)
	})
	if fail != nil {
		return fail
	}
	return c.do(StepConnect, func() (string, error) {
		var faults []error
		for _, address := range addresses[:min(len(addresses), mostAddresses)] {
			target := net.JoinHostPort(address, strconv.Itoa(c.port))
			raw, err := p.ports.Dial(ctx, "tcp", target)
			if err == nil {
				c.wire = &wire{Conn: raw}
				c.wire.arm(c.patience)
				return "connected to " + target, nil
			}
			faults = append(faults, stoppedOr(ctx, err))
		}
		return "", errors.Join(faults...)
	})
}

// introduce takes a fresh connection through greeting, TLS and signing in.
func (p *pool) introduce(ctx context.Context, c *conn) *failure {
	var raw net.Conn = c.wire
	if p.settings.Security == TLS {
		fail := c.do(StepTLS, func() (string, error) {
			wrapped := tls.Client(c.wire, p.tlsFor(c.host))
			raw = wrapped
			err := wrapped.HandshakeContext(ctx)
			return describeTLS(wrapped.ConnectionState()), err
		})
		if fail != nil {
			return fail
		}
		c.encrypted = true
	}
	if fail := p.greet(c, raw); fail != nil {
		return fail
	}
	if fail := p.startTLS(c); fail != nil {
		return fail
	}
	return p.signIn(c)
}

func (p *pool) greet(c *conn, raw net.Conn) *failure {
	return c.do(StepGreet, func() (string, error) {
		client, err := smtp.NewClient(raw, c.host)
		if err != nil {
			return "", err
		}
		c.client = client
		err = client.Hello(p.settings.HELO)
		return client.HelloResponse(), err
	})
}

// startTLS encrypts a plain connection where the settings ask for it.
func (p *pool) startTLS(c *conn) *failure {
	if c.encrypted || p.settings.Security == Plain {
		return nil
	}
	offered, _ := c.client.Extension("STARTTLS")
	if !offered && p.settings.Security == StartTLS {
		return nil
	}
	return c.do(StepTLS, func() (string, error) {
		if !offered {
			return "", errNoStartTLS
		}
		if err := c.client.StartTLS(p.tlsFor(c.host)); err != nil {
			return "", err
		}
		c.encrypted = true
		state, _ := c.client.TLSConnectionState()
		return describeTLS(state), nil
	})
}

// signIn shows the user name and password, if there are any. Without
// encryption the password itself leaves only for this very machine.
func (p *pool) signIn(c *conn) *failure {
	if p.settings.Username == "" || c.direct {
		return nil
	}
	return c.do(StepAuth, func() (string, error) {
		_, offered := c.client.Extension("AUTH")
		if !c.encrypted && !isLoopback(c.host) {
			return "", errPlainAuth
		}
		way := chooseAuth(p.settings, strings.Fields(strings.ToUpper(offered)))
		if way == nil {
			return "", errNoAuth
		}
		return "signed in as " + p.settings.Username, c.client.Auth(way)
	})
}

func chooseAuth(s Settings, offered []string) smtp.Auth {
	user, password := s.Username, s.Password.Reveal()
	switch {
	case slices.Contains(offered, "PLAIN"):
		return smtp.PlainAuth("", user, password, s.Host, true)
	case slices.Contains(offered, "LOGIN"):
		return smtp.LoginAuth(user, password, s.Host, true)
	case slices.Contains(offered, "SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(user, password)
	case slices.Contains(offered, "CRAM-MD5"):
		return smtp.CRAMMD5Auth(user, password)
	}
	return nil
}

// tlsFor checks certificates against the host's name. Opportunistic encryption
// towards recipients' servers checks nothing: their certificates rarely fit,
// and the alternative would be no encryption at all (RFC 7435).
func (p *pool) tlsFor(host string) *tls.Config {
	return &tls.Config{
		ServerName:         host,
		RootCAs:            p.roots,
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: p.settings.Mode == Direct && p.settings.Security == StartTLS,
	}
}

func describeTLS(state tls.ConnectionState) string {
	if !state.HandshakeComplete {
		return ""
	}
	said := tls.VersionName(state.Version)
	if len(state.VerifiedChains) > 0 {
		return said + ", certificate checked"
	}
	return said + ", certificate not checked"
}

// stoppedOr tells a caller that went away from a server that did not answer.
func stoppedOr(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return errors.Join(context.Canceled, err)
	}
	return err
}
