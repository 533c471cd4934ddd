package main

import (
	"context"
	"net"
	"net/url"

	"github.com/rsvpp/rsvpp/internal/mail"
)

// openBounces opens the door at which letters come back by SMTP, nil where
// none is set.
func (v *server) openBounces(ctx context.Context) (*mail.Door, error) {
	if v.settings.bounceListen == "" {
		return nil, nil //nolint:nilnil // off
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", v.settings.bounceListen)
	if err != nil {
		return nil, sayf(err, "The server cannot listen on %s for letters that come back: the address is taken, not of this machine, or not allowed. Choose another with --bounce-listen.", v.settings.bounceListen)
	}
	name := "localhost"
	if u, err := url.Parse(v.url); err == nil && u.Hostname() != "" {
		name = u.Hostname()
	}
	v.log.Info("letters that come back are taken", "address", l.Addr().String())
	address := func(ctx context.Context) (string, error) {
		s, err := v.invite.MailSettings(ctx)
		return s.BounceTo, err
	}
	take := func(ctx context.Context, raw []byte) error {
		_, err := v.invite.Bounce(ctx, raw)
		return err
	}
	return mail.NewDoor(l, name, address, take), nil
}
