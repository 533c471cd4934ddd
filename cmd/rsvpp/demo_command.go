package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
)

// demoOptions are what `rsvpp demo` is asked for.
type demoOptions struct {
	people  string
	users   int
	devices int
	port    int
	seed    uint64
}

func (p *cli) demoCommand() *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use: "demo", Short: "Run the whole product with invented people, on this machine only", Args: cobra.NoArgs,
		Long: `Run the server, the pretend Apple, a mail catcher and invented people in one
process, reachable from this machine only. Nothing leaves it, and all is thrown
away at the end.`,
		Example: "  rsvpp demo\n  rsvpp demo --people=busy",
	}
	f := c.Flags()
	f.StringVar(&o.people, "people", "calm", "calm, or busy: people accept, ignore and complain, and letters bounce, by themselves")
	f.IntVar(&o.users, "users", 300, "how many invented people")
	f.IntVar(&o.devices, "devices", 12, "how many pretend devices, of all kinds")
	f.IntVar(&o.port, "port", 8080, "port of the console; 0 for any that is free")
	f.Uint64Var(&o.seed, "seed", 2026, "other people with another number")
	c.RunE = p.does(func(ctx context.Context, _ []string) error {
		switch {
		case o.people != "calm" && o.people != "busy":
			return usagef("--people is %q: it can be calm or busy", o.people)
		case o.users < 1 || o.users > 1_000_000:
			return usagef("--users is %d: between 1 and 1,000,000 people can be invented", o.users)
		case o.devices < 0 || o.devices > 10_000:
			return usagef("--devices is %d: up to 10,000 devices can be pretended", o.devices)
		}
		return p.demo(ctx, o)
	})
	return c
}

// demo builds the stage, says where everything is, and waits for the end.
func (p *cli) demo(ctx context.Context, o demoOptions) (err error) {
	port, err := freePort(ctx, o.port)
	if err != nil {
		return err
	}
	options := o.stage(port)
	s, err := p.openStage(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.furnish(ctx, inventPeople(o.users, o.seed, peopleShares{noAddress: 25, managed: 15, unusable: 4})); err != nil {
		return err
	}
	letters, err := mailtest.NewCatcher(s.mail.Box())
	if err != nil {
		return fmt.Errorf("the mail catcher's page: %w", err)
	}
	catcher, err := openPage(ctx, letters)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, catcher.close()) }()
	devices, err := p.demoDevices(ctx, s, o, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, devices.close()) }()
	if o.people == "busy" {
		crowd := newCrowd(ctx, s, o.seed, crowdShares{bounced: 5, complained: 3})
		defer crowd.stop()
	}
	if err := p.showAround(s, catcher.url(), devices.url(), options); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return p.println("", "The demo has ended, and everything in it is gone.")
	case <-s.house.gone():
		return sayf(nil, "The server of the demo ended by itself.")
	}
}

func (o demoOptions) stage(port int) stageOptions {
	var faults mailtest.Faults
	if o.people == "busy" {
		faults = mailtest.Faults{Seed: o.seed, Greylist: 0.1, Refuse: 0.04, RefuseData: 0.01}
	}
	settings := map[string]string{
		"listen": net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), "first-look": "500ms", "look-every": "500ms",
		"settle": "200ms", "resend-after": "30s", "sweep-every": "2s", "mail-retry": "5s", "read-every": "20s", "undo-time": "12s",
		"mdm-account-every": "15s", "mdm-repush": "5s",
	}
	return stageOptions{
		location: applesim.Location{Name: "Lindenhof School", Country: "DE", Platform: applesim.PlatformEducation, ManagedDomains: []string{peopleManagedDomain}},
		apple: applesim.Options{
			Limits: limitsOf(15), EventDelay: applesim.Range{Min: 300 * time.Millisecond, Max: 1500 * time.Millisecond},
			NotifyRetry: []time.Duration{time.Second, 5 * time.Second},
		},
		mail: mailtest.Options{Faults: faults}, settings: settings, admin: "admin", password: newPassword(), iPhones: true,
		devices: o.devices > 0, seed: o.seed,
	}
}

// furnish puts the stage where the story begins: the location is there, people
// are in, mail goes to the catcher, and nobody is invited yet.
func (s *stage) furnish(ctx context.Context, people []inventedPerson) error {
	token, err := tokenOf(s.apple.Apple, s.location.UID)
	if err != nil {
		return err
	}
	if _, err := s.client.AddLocation(ctx, client.File{Name: "demo.vpptoken", Reader: strings.NewReader(token.Content), Size: int64(len(token.Content))}, true); err != nil {
		return err
	}
	if _, err := s.client.SaveMail(ctx, client.MailSettings{
		Mode: "relay", Host: s.mail.Host(), Port: s.mail.Port(), Security: "none",
		FromName: s.location.Name, FromAddress: "it@" + peopleDomain, ReplyTo: "help@" + peopleDomain, BounceTo: returnsTo,
	}); err != nil {
		return err
	}
	_, err = s.importFile(ctx, people)
	return err
}

// importFile brings people in by a file, as an administrator would.
func (s *stage) importFile(ctx context.Context, people []inventedPerson) (client.Task, error) {
	var file strings.Builder
	if err := writePeople(&file, people); err != nil {
		return client.Task{}, err
	}
	upload, err := s.client.UploadImport(ctx, client.File{Name: "people.csv", Reader: strings.NewReader(file.String()), Size: int64(file.Len())})
	if err != nil {
		return client.Task{}, err
	}
	task, err := s.client.RunImport(ctx, upload.ID, "")
	if err != nil {
		return task, err
	}
	for now, err := range s.client.WatchTask(ctx, task.ID) {
		if err != nil {
			return task, err
		}
		task = now
	}
	return task, nil
}

// showAround says where everything is and what to click.
func (p *cli) showAround(s *stage, catcher, devices string, o stageOptions) error {
	onDevices, click := []string{}, []string{}
	if devices != "" {
		onDevices = append(onDevices, "  Devices         "+devices)
		click = append(click, "",
			"On a device: open an iPhone under Devices and send its owner an invitation on it. Then Accept it on the page of the pretend devices.")
	}
	return p.println(slices.Concat([]string{
		"rsvpp's demo is ready. Everything in it is invented, and only this machine can reach it.",
		"",
		"  Console         " + s.house.url(),
		"  Sign in         " + o.admin + "  " + o.password,
		"  Mail catcher    " + catcher,
		"  Pretend Apple   " + s.apple.URL,
	}, onDevices, []string{
		"",
		"Five clicks that show the product:",
		"",
		"  1  Console, Users: select everybody, VPP, Invite user to VPP, and follow the wizard.",
		"  2  Mail catcher: open any letter.",
		"  3  Click its link, and on the page it leads to, go on to Apple.",
		"     (Here every browser passes for an iPhone. Elsewhere a Windows PC is shown a code to go on with.)",
		"  4  The pretend Apple: type any address, Sign In.",
		"  5  Console: the person is Registered within two seconds, and the funnel on the start page has moved.",
	}, click, []string{"", "Ctrl-C ends the demo."})...)
}

// freePort returns the port if it is free, else another.
func freePort(ctx context.Context, port int) (int, error) {
	for _, wanted := range []int{port, 0} {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(wanted)))
		if err != nil {
			continue
		}
		_, text, err := net.SplitHostPort(l.Addr().String())
		if err = errors.Join(err, l.Close()); err != nil {
			return 0, err
		}
		return strconv.Atoi(text)
	}
	return 0, sayf(nil, "There is no free port on this machine.")
}

// sidePage is a page of the demo beside the product: the mail catcher's, the
// pretend devices'.
type sidePage struct {
	address string
	cancel  context.CancelFunc
	ended   chan error
}

func openPage(ctx context.Context, page http.Handler) (*sidePage, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, sayf(err, "There is no free port on this machine.")
	}
	ctx, cancel := context.WithCancel(ctx)
	c := &sidePage{address: "http://" + l.Addr().String() + "/", cancel: cancel, ended: make(chan error, 1)}
	go func() { c.ended <- serveUntil(ctx, l, page) }()
	return c, nil
}

func (c *sidePage) url() string { return c.address }

func (c *sidePage) close() error {
	c.cancel()
	if err := <-c.ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
