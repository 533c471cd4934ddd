package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
)

// pretend is what `rsvpp applesim` is asked for.
type pretend struct {
	listen, baseURL, file, folder, faults string
	delay                                 time.Duration
	outage, tokenState, timeLapse         string
	acceptEvery                           time.Duration
	rate, locations, tokenDays, pageSize  int
	acceptUsers, acceptEvents             int
	seed                                  uint64
	quirks, domains, assets               []string
	limits                                []string
	latency                               time.Duration
	control                               bool
	wire                                  wireFlags
}

func (p *cli) applesimCommand() *cobra.Command {
	var o pretend
	c := &cobra.Command{
		Use: "applesim", Short: "Run the pretend Apple by itself", Args: cobra.NoArgs,
		Long: `Run the pretend Apple: the Apps and Books service, version 2 and the legacy
version 1 beside it, with invitations that can be accepted on a page. It writes a
content token for each of its locations into a folder. Point a server at it with
--apple-url; a client of version 1 finds VPPServiceConfigSrv under /mdm/, under
/WebObjects/MZFinance.woa/wa/, and at the root.

On its start page, for this machine only, everything can be played by hand: people
sign in, licenses are bought, another server takes a location, tokens expire or are
revoked, the service goes away. The same is done by POST to /internal/…, and
GET /internal/get_stoken answers {"sToken": …} for tests. See
GET /internal/state for what there is.`,
		Example: `  rsvpp applesim
  rsvpp applesim --accept-every=10s --accept-users=5 --asset=361309726=100
  rsvpp applesim --token-state=read-only --quirk=InvalidToken401
  rsvpp applesim --limit=maxUsers=10 --limit=maxAssets=2 --latency=200ms --faults="error 9646=0.2"
  rsvpp applesim --time-lapse='{"purchases":[{"adamId":"361309726","licensesPerEvent":25,"interval":"1m"}]}'
  curl -X POST http://127.0.0.1:8099/internal/steal -d uId=2049000100000001 -d frontDoor=true
  curl -X POST http://127.0.0.1:8099/internal/change_token -d n=0 -d to=revoked`,
	}
	f := c.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8099", "address to listen on")
	f.StringVar(&o.baseURL, "base-url", "", "address that clients reach it at (default: the one they used)")
	f.StringVar(&o.file, "file", "", "keep everything in this file (default: in memory)")
	f.StringVar(&o.folder, "tokens", ".", "folder that the .vpptoken files are written into")
	f.DurationVar(&o.delay, "event-delay", time.Second, "how long a request takes to be worked on")
	f.IntVar(&o.rate, "rate", 15, "requests per second allowed; 0 for any number")
	f.StringSliceVar(&o.limits, "limit", nil, "a limit by Apple's key, as in maxUsers=10; may be given again. Keys: "+strings.Join(applesim.LimitNames(), ", "))
	f.DurationVar(&o.latency, "latency", 0, "how much longer every answer takes")
	f.IntVar(&o.pageSize, "page-size", 1000, "how many records are on a page, or in a batch of version 1")
	f.StringVar(&o.faults, "faults", "none", "what goes wrong: none, some or many, or by name and chance, as in \"notification lost=1,error 9646=0.1\"; names: "+faultNames()+", and \"error NNNN\", \"item NNNN\", \"event NNNN\" with a number of Apple's")
	f.Uint64Var(&o.seed, "seed", 0, "makes ids and faults repeatable (default: random)")
	f.IntVar(&o.locations, "locations", 1, "number of locations")
	f.StringSliceVar(&o.domains, "managed-domain", []string{peopleManagedDomain}, "domain whose addresses are good Managed Apple Accounts")
	f.StringSliceVar(&o.assets, "asset", nil, "an app and its licenses that every location has, as in 361309726=100, or book:12345=20")
	f.StringVar(&o.tokenState, "token-state", "good", "what the tokens written are: good, expired, revoked, invalid, read-only or legacy")
	f.IntVar(&o.tokenDays, "token-days", 365, "how many days new tokens are good for")
	f.StringVar(&o.outage, "outage", string(applesim.OutageNone), "the whole service is away: "+outageNames())
	f.DurationVar(&o.acceptEvery, "accept-every", 0, "people accept invitations this often (default: only by hand)")
	f.IntVar(&o.acceptUsers, "accept-users", 1, "how many accept each time, in each location")
	f.IntVar(&o.acceptEvents, "accept-events", 0, "how many times; 0 for no end")
	f.StringVar(&o.timeLapse, "time-lapse", "", "what happens by itself, as JSON or in a file: invitations (usersPerEvent, interval, maximumEvents, uId)\nand purchases (adamId, pricingParam, licensesPerEvent, interval, maximumEvents, uId)")
	f.BoolVar(&o.control, "control", true, "the start page and /internal/…, for requests from this machine")
	f.StringSliceVar(&o.quirks, "quirk", nil, "how Apple behaves where its pages say nothing: "+strings.Join(applesim.QuirkNames(), ", "))
	o.wire.add(f)
	c.RunE = p.does(func(ctx context.Context, _ []string) error { return p.pretendApple(ctx, o) })
	return c
}

func (p *cli) pretendApple(ctx context.Context, o pretend) error {
	options, err := o.options()
	if err != nil {
		return err
	}
	l, err := o.wire.listen(ctx, o.listen)
	if err != nil {
		return err
	}
	apple, err := applesim.New(options)
	if err != nil {
		_ = l.Close() // nobody was served yet
		return sayf(err, "The pretend Apple cannot use the file %s.", o.file)
	}
	defer apple.Close()
	here := o.wire.scheme() + "://" + fromHere(l.Addr())
	if err := p.println("The pretend Apple listens on "+here, "Start a server with --apple-url "+here+"/mdm/v2"); err != nil {
		return err
	}
	if err := p.prepareApple(apple, o); err != nil {
		_ = l.Close()
		return err
	}
	return serveUntil(ctx, l, withHealth(apple))
}

// options turns words into the pretend Apple's own.
func (o pretend) options() (applesim.Options, error) {
	out := applesim.Options{
		BaseURL: o.baseURL, File: o.file, Seed: o.seed, PlainHooks: true, Control: o.control, PageSize: o.pageSize,
		EventDelay: applesim.Range{Min: o.delay / 2, Max: o.delay + o.delay/2}, Limits: limitsOf(o.rate), NotifyRetry: o.wire.retry,
		Latency: applesim.Range{Min: o.latency},
	}
	var err error
	if out.Faults, err = appleFaults(o.faults, o.seed); err != nil {
		return out, err
	}
	if out.Quirks, err = quirksOf(o.quirks); err != nil {
		return out, err
	}
	for _, text := range o.limits {
		if err := out.Limits.Set(text); err != nil {
			return out, usagef("--limit: %s", err)
		}
	}
	if err := o.check(); err != nil {
		return out, err
	}
	if out.TimeLapse, err = o.lapse(); err != nil {
		return out, err
	}
	for n := range o.locations {
		out.Locations = append(out.Locations, applesim.Location{
			UID: fmt.Sprintf("20490001%08d", n+1), Name: fmt.Sprintf("Pretend Location %d", n+1), ManagedDomains: o.domains,
		})
	}
	return out, nil
}

// quirksOf reads --quirk, in the order given.
func quirksOf(names []string) (applesim.Quirks, error) {
	var out applesim.Quirks
	for _, name := range names {
		if err := out.Set(name); err != nil {
			return out, usagef("--quirk: %s", err)
		}
	}
	return out, nil
}

func limitsOf(rate int) applesim.Limits {
	if rate <= 0 {
		return applesim.UnlimitedRate()
	}
	l := applesim.DocumentedLimits()
	l.MaxRequestPerSecond = rate
	return l
}

func appleFaults(word string, seed uint64) (applesim.Faults, error) {
	faults, err := applesim.FaultsOf(word, seed)
	if err != nil {
		return faults, usagef("--faults is %q: it can be none, some or many, or names and chances as in \"notification lost=1,9603=0.1\"", word)
	}
	return faults, nil
}

// writeTokens mints one content token per location, unless it has one from an
// earlier start, and writes the files.
func (p *cli) writeTokens(apple *applesim.Apple, o pretend) error {
	if err := os.MkdirAll(o.folder, 0o700); err != nil {
		return sayf(err, "The folder %s cannot be made. Choose another with --tokens.", o.folder)
	}
	for _, l := range apple.Locations() {
		token, err := o.token(apple, l.UID)
		if err != nil {
			return sayf(err, "The content token of %s cannot be made.", l.Name)
		}
		name := filepath.Join(o.folder, strings.ReplaceAll(l.Name, " ", "-")+".vpptoken")
		if err := os.WriteFile(name, []byte(token.Content), 0o600); err != nil {
			return sayf(err, "The file %s cannot be written.", name)
		}
		if err := p.println("Content token of " + l.Name + ": " + name); err != nil {
			return err
		}
	}
	return nil
}

func tokenOf(apple *applesim.Apple, uid string) (applesim.Token, error) {
	if old := apple.Tokens(uid); len(old) > 0 && old[len(old)-1].State(time.Now()) == "good" {
		return old[len(old)-1], nil
	}
	return apple.MintToken(uid, applesim.TokenOptions{})
}

// withHealth lets scripts wait until the pretend Apple is there. It is no
// ServeMux: that would clean a path and send a POST elsewhere.
func withHealth(apple http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			return
		}
		apple.ServeHTTP(w, r)
	})
}

// serveUntil serves until the context ends, then lets requests finish for a while.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler) error {
	web := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		done <- web.Shutdown(patience)
	})
	err := web.Serve(l)
	if stop() { // it ended by itself
		return err
	}
	if err := <-done; err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return web.Close()
}
