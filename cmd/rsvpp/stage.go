package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// stage is what a demo or a rehearsal plays on: a pretend Apple with one
// location, a mail server, and our server, all on loopback.
type stage struct {
	dir      string // thrown away at the end
	apple    *applesim.Server
	location applesim.Location
	mail     *mailtest.Server
	apns     *mdmtest.Apns // nil without devices
	returns  string        // where letters come back by SMTP; "" where several nodes cannot share the door
	house    house
	client   *client.Client
}

// house is our own server: in this process, or several processes of it.
type house interface {
	url() string
	gone() <-chan struct{} // closed when it ended by itself
	stop() error
}

// stageOptions say what differs between stages.
type stageOptions struct {
	location applesim.Location
	apple    applesim.Options
	mail     mailtest.Options
	settings map[string]string // beside those that a stage needs anyway
	admin    string            // the first administrator
	password string
	devices  bool
	trouble  mdmtest.Trouble
	seed     uint64
	nodes    int  // processes; 0: one server in this process
	iPhones  bool // every browser passes for an iPhone on the landing page
}

// quickly are cadences for an Apple that answers at once.
func quickly() map[string]string {
	return map[string]string{
		"first-look": "300ms", "look-every": "200ms", "resend-after": "5s", "settle": "200ms",
		"take-over-after": "12s", "sweep-every": "1s", "mail-retry": "300ms", "undo-time": "1s",
	}
}

// openStage builds the whole stage. What was built is torn down if the rest fails.
func (p *cli) openStage(ctx context.Context, o stageOptions) (*stage, error) {
	s := &stage{}
	if err := s.open(ctx, p, o); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) open(ctx context.Context, p *cli, o stageOptions) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "rsvpp-"); err != nil {
		return sayf(err, "There is no room for temporary files.")
	}
	o.apple.PlainHooks = true // loopback has no certificate
	o.apple.Control = true    // its page, for who watches
	o.apple.Locations = []applesim.Location{o.location}
	if s.apple, err = applesim.NewServer(o.apple); err != nil {
		return sayf(err, "The pretend Apple cannot be started.")
	}
	s.location = s.apple.Locations()[0]
	if s.mail, err = mailtest.NewServer(o.mail); err != nil {
		return sayf(err, "The mail server for the occasion cannot be started.")
	}
	given := map[string]string{"data-dir": s.dir, "listen": "127.0.0.1:0", "apple-url": s.apple.BaseURL()}
	maps.Copy(given, o.settings)
	if o.nodes == 0 {
		port, err := freePort(ctx, 0)
		if err != nil {
			return err
		}
		s.returns = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		given["bounce-listen"] = s.returns
	}
	if o.devices {
		if err := s.openPush(given, o); err != nil {
			return err
		}
	}
	var key string
	if s.house, key, err = p.openHouse(ctx, s.dir, given, o); err != nil {
		return err
	}
	if s.client, err = p.client(s.house.url(), key); err != nil || !o.devices {
		return err
	}
	return s.certifyPush(ctx)
}

// openPush starts a pretend push service, and tells our server of it.
func (s *stage) openPush(given map[string]string, o stageOptions) (err error) {
	if s.apns, err = mdmtest.NewApns(); err != nil {
		return sayf(err, "The pretend push service cannot be started.")
	}
	s.apns.Refuse(o.trouble.Push(o.seed))
	ca := filepath.Join(s.dir, "push-ca.pem")
	if err := os.WriteFile(ca, s.apns.CA, 0o600); err != nil {
		return sayf(err, "There is no room for temporary files.")
	}
	given["mdm-push-url"], given["mdm-push-ca"] = s.apns.URL, ca
	return nil
}

// certifyPush uploads a push certificate, as an administrator would.
func (s *stage) certifyPush(ctx context.Context) error {
	cert, key, err := mdmtest.PushCert("com.apple.mgmt.External.pretend", time.Now().AddDate(1, 0, 0))
	if err == nil {
		_, err = s.client.SetPushCertificate(ctx, string(cert), string(key))
	}
	return err
}

// returnsTo is the address to which letters come back.
const returnsTo = "returns@" + peopleDomain

// giveBack lets a letter come back, or its reader complain.
func (s *stage) giveBack(ctx context.Context, l mailtest.Letter, kind mailtest.Return) error {
	if s.returns != "" {
		return mailtest.GiveBack(s.returns, l, kind)
	}
	_, err := s.client.TakeBounce(ctx, bytes.NewReader(mailtest.ReturnOf(l, kind)))
	return err
}

// close ends everything and throws the folder away.
func (s *stage) close() error {
	var err error
	if s.house != nil {
		err = s.house.stop()
	}
	if s.mail != nil {
		err = errors.Join(err, s.mail.Close())
	}
	if s.apple != nil {
		err = errors.Join(err, s.apple.Close())
	}
	if s.apns != nil {
		err = errors.Join(err, s.apns.Close())
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// openHouse starts our server and returns an API key to it.
func (p *cli) openHouse(ctx context.Context, dir string, given map[string]string, o stageOptions) (house, string, error) {
	if o.nodes > 0 {
		return p.openNodes(ctx, dir, given, o)
	}
	s, err := settingsFrom(given)
	if err != nil {
		return nil, "", err
	}
	l, err := listen(ctx, &s)
	if err != nil {
		return nil, "", err
	}
	server, err := openServer(ctx, s, serverOptions{logger: p.quietly()})
	if err != nil {
		_ = l.Close() // nobody was served yet
		return nil, "", err
	}
	if o.iPhones {
		server.handler = asIPhone(server.handler)
	}
	h := &oneHouse{address: s.publicURL, ended: make(chan struct{})}
	h.start(ctx, server, l)
	key, err := server.bootstrap(ctx, o.admin, o.password)
	if err != nil {
		return nil, "", errors.Join(err, h.stop())
	}
	return h, key, nil
}

// settingsFrom takes settings that no person gave.
func settingsFrom(given map[string]string) (settings, error) {
	nothing := func(string) (string, bool) { return "", false }
	return resolve(settingTable(), given, nothing, nil, os.ReadFile)
}

// quietly logs what should not happen; everything, when --verbose asks for it.
func (p *cli) quietly() *slog.Logger {
	level := slog.LevelError
	if p.verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level}))
}

// oneHouse is a server in this process.
type oneHouse struct {
	address string
	cancel  context.CancelFunc
	ended   chan struct{}
	err     error // once ended
}

func (h *oneHouse) start(ctx context.Context, server *server, l net.Listener) {
	ctx, h.cancel = context.WithCancel(ctx)
	go func() {
		defer close(h.ended)
		if err := server.serve(ctx, l); err != nil {
			h.err = fmt.Errorf("the server did not end well: %w", err)
		}
	}()
}

func (h *oneHouse) url() string           { return h.address }
func (h *oneHouse) gone() <-chan struct{} { return h.ended }

func (h *oneHouse) stop() error {
	h.cancel()
	<-h.ended
	return h.err
}
