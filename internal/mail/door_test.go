package mail_test

import (
	"context"
	"net"
	"net/smtp"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/mail"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-37: the door takes what comes back to us, and is nobody's relay.
func TestDoor(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := bounceAddress
	var fails error
	var taken []string
	door := mail.NewDoor(l, "mail.example.com", func(context.Context) (string, error) { return address, nil }, func(_ context.Context, raw []byte) error {
		taken = append(taken, string(raw))
		return fails
	})
	served := make(chan error, 1)
	go func() { served <- door.Serve() }()
	ours := mail.ReturnPath(bounceAddress, "abc123")
	send := func(to []string, text string) error {
		return smtp.SendMail(l.Addr().String(), nil, "", to, []byte(text))
	}
	for name, c := range map[string]struct {
		to    []string
		text  string
		fails error
		code  string // what the answer begins with, "" for yes
		taken int
	}{
		"ours":            {[]string{ours}, "Subject: x\r\n\r\nx\r\n", nil, "", 1},
		"somebody else's": {[]string{"anna@example.org"}, "x", nil, "550", 0},
		"no token":        {[]string{bounceAddress}, "x", nil, "550", 0},
		"ours and others": {[]string{ours, "anna@example.org"}, "x", nil, "550", 0},
		"too many":        {[]string{ours, ours, ours, ours, ours, ours}, "x", nil, "452", 0},
		"too large":       {[]string{ours}, strings.Repeat(strings.Repeat("x", 1000)+"\r\n", 1100), nil, "552", 0},
		"a long line":     {[]string{ours}, strings.Repeat("x", 10_000) + "\r\n", nil, "554", 0},
		"says nothing":    {[]string{ours}, "x\r\n", vpp.Errorf(vpp.NotFound, "x"), "", 1},
		"not just now":    {[]string{ours}, "x\r\n", vpp.Errorf(vpp.Unavailable, "x"), "451", 1},
	} {
		taken, fails = nil, c.fails
		err := send(c.to, c.text)
		if (err == nil) != (c.code == "") || err != nil && !strings.HasPrefix(err.Error(), c.code) || len(taken) != c.taken {
			t.Errorf("%s: %v, %d taken", name, err, len(taken))
		}
	}
	address = "" // switched off
	if err := send([]string{ours}, "x"); err == nil || !strings.HasPrefix(err.Error(), "550") {
		t.Errorf("without an address for bounces: %v", err)
	}
	if err := door.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
