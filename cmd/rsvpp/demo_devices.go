package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	_ "embed"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// playground are the pretend devices of a demo, and the page on which people
// make them do things, and accept or ignore what is shown to them.
type playground struct {
	fleet   *fleet
	person  invitee
	page    *sidePage
	toys    []*toy
	seats   map[string][]demoSeat // by a person's address, or Managed Apple Account
	end     func()                // of listening to Apple
	running sync.WaitGroup        // devices that wander

	mu      sync.Mutex
	settled map[string]string // command → what its person did
}

// demoSeat is where a person is signed in.
type demoSeat struct {
	toy  *toy
	seat *mdmtest.Person
}

// demoDevices brings devices of the first people under management, nil for none.
func (p *cli) demoDevices(ctx context.Context, s *stage, o demoOptions, options stageOptions) (_ *playground, err error) {
	if o.devices == 0 {
		return nil, nil //nolint:nilnil // a playground may be nil
	}
	g := &playground{person: newInvitee(4), settled: map[string]string{}, seats: map[string][]demoSeat{}, end: func() {}}
	if g.fleet, err = newFleet(ctx, s, options); err != nil {
		return nil, err
	}
	if err = g.fill(ctx, s, o.devices); err == nil {
		g.end = s.apple.OnAssociated(g.signsIn)
		err = g.fleet.enroll(ctx, g.fleet.all)
	}
	for i, d := range g.toys {
		if err == nil {
			err = g.behave(ctx, d, demoManner(i))
		}
	}
	if err == nil {
		g.page, err = openPage(ctx, g.routes())
	}
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

// sharedLooks is among how many people those are sought who share an iPad.
const sharedLooks = 1000

// fill makes devices of the first people whom letters reach. A Shared iPad is
// of those with a Managed Apple Account.
func (g *playground) fill(ctx context.Context, s *stage, devices int) error {
	var owners, sharers []client.Person
	looked := 0
	for q, err := range s.client.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return err
		}
		switch {
		case q.ManagedAppleID != "" && len(sharers) < sharedBy:
			sharers = append(sharers, q)
		case q.ManagedAppleID == "" && q.Email != "" && len(owners) < devices:
			owners = append(owners, q)
		}
		if looked++; len(owners) == devices && (len(sharers) == sharedBy || looked >= sharedLooks) {
			break
		}
	}
	for i, q := range owners {
		if demoKind(i) == mdmtest.SharedIPad {
			g.addShared(i, sharers)
		} else {
			g.add(i, q)
		}
	}
	return nil
}

const demoDozen = 12

// demoKind makes a dozen with some of each kind.
func demoKind(i int) mdmtest.Kind {
	return [demoDozen]mdmtest.Kind{
		mdmtest.IPhone, mdmtest.IPad, mdmtest.Mac, mdmtest.IPhone, mdmtest.UserEnrolled, mdmtest.IPad,
		mdmtest.AppleTV, mdmtest.IPhone, mdmtest.Mac, mdmtest.IPhone, mdmtest.SharedIPad, mdmtest.IPhone,
	}[i%demoDozen]
}

func (g *playground) add(i int, q client.Person) {
	kind := demoKind(i)
	var people []*mdmtest.Person
	if kind == mdmtest.Mac {
		people = []*mdmtest.Person{{GUID: strings.ToUpper(uuid.NewString()), ShortName: q.UserName, LongName: q.FullName}}
	}
	name := fmt.Sprintf("%s's %s", q.FullName, strings.TrimRight(string(kind), "0123456789,"))
	d := &toy{gadget: g.fleet.device(kind, name, q.ID, people...), owner: q.UserName}
	d.shops(demoShopper(i))
	g.toys = append(g.toys, d)
	if d.tells() {
		g.seat(d, d.seatOf(""), q)
	}
}

// addShared makes an iPad that is nobody's, and on which some have a seat.
func (g *playground) addShared(i int, sharers []client.Person) {
	var people []*mdmtest.Person
	for _, q := range sharers {
		people = append(people, &mdmtest.Person{ShortName: q.ManagedAppleID, LongName: q.FullName})
	}
	d := &toy{gadget: g.fleet.device(mdmtest.SharedIPad, fmt.Sprintf("Cart iPad %d", i+1), "", people...)}
	g.toys = append(g.toys, d)
	for _, q := range sharers {
		g.seat(d, d.seatOf(q.ManagedAppleID), q)
	}
}

func (g *playground) seat(d *toy, seat *mdmtest.Person, q client.Person) {
	for _, name := range []string{q.Email, q.ManagedAppleID} {
		if name != "" {
			g.seats[strings.ToLower(name)] = append(g.seats[strings.ToLower(name)], demoSeat{d, seat})
		}
	}
}

// signsIn signs a person who accepted, by whichever way, in on their devices.
func (g *playground) signsIn(n applesim.News) {
	at := g.seats[strings.ToLower(n.User.Email)]
	if n.User.Managed {
		at = g.seats[strings.ToLower(n.User.Account)]
	}
	for _, s := range at {
		s.toy.accepts(s.seat, n.User.IDHash)
	}
}

func (g *playground) url() string {
	if g == nil {
		return ""
	}
	return g.page.url()
}

func (g *playground) close() error {
	if g == nil {
		return nil
	}
	var err error
	if g.page != nil {
		err = g.page.close()
	}
	g.end()
	g.fleet.stop()
	g.running.Wait()
	g.person.close()
	return err
}

//go:embed demo_devices.html
var playgroundText string

func (g *playground) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", g.show)
	mux.HandleFunc("POST /devices/{device}/manner", g.change)
	mux.HandleFunc("POST /devices/{device}/{prompt}", g.decide)
	return http.NewCrossOriginProtection().Handler(mux)
}

// playDevice and playPrompt are what the page shows.
type playDevice struct {
	Number     int
	Name, Kind string
	Does       string
	Accounts   []string // who is signed in to the App Store, on each of its seats
	Choices    []mannerChoice
	Prompts    []playPrompt
}

type playPrompt struct {
	Number       int
	Who, Settled string
}

func (g *playground) show(w http.ResponseWriter, _ *http.Request) {
	g.render(w, "")
}

func (g *playground) render(w http.ResponseWriter, problem string) {
	var devices []playDevice
	for i, d := range g.toys {
		one := playDevice{Number: i, Name: d.Name, Kind: kindWords(d.Kind), Accounts: d.accounts()}
		now, _ := d.does()
		for _, c := range mannerChoices() {
			if c.Manner == now {
				one.Does = c.Does
			} else {
				one.Choices = append(one.Choices, c)
			}
		}
		for n, p := range d.Prompts() {
			one.Prompts = append(one.Prompts, playPrompt{n, p.Who, g.said(p.ID, "")})
		}
		devices = append(devices, one)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	t, err := template.New("devices").Parse(playgroundText)
	if err != nil {
		http.Error(w, "The page is broken.", http.StatusInternalServerError)
		return
	}
	_ = t.Execute(w, map[string]any{"Devices": devices, "Problem": problem}) // fails only when the reader left
}

// said notes what a person did with a prompt, unless word is empty, and
// returns it.
func (g *playground) said(command, word string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if word != "" {
		g.settled[command] = word
	}
	return g.settled[command]
}

// kindWords say what a device is, and what Apple has there.
func kindWords(k mdmtest.Kind) string {
	switch k { //nolint:exhaustive // the others speak for themselves
	case mdmtest.SharedIPad:
		return "Shared iPad: invitations come to each of its people"
	case mdmtest.UserEnrolled:
		return "a person's own iPhone (user enrollment): Apple has no invitations here"
	case mdmtest.AppleTV:
		return "Apple TV: Apple has no invitations here"
	case mdmtest.Mac:
		return "Mac: invitations come to its user"
	}
	return string(k)
}

// accounts say who is signed in to the App Store, on each seat.
func (d *toy) accounts() []string {
	var all []string
	for _, seat := range d.seats() {
		who := "App Store: "
		if seat != nil {
			who = "App Store of " + seat.LongName + ": "
		}
		switch hash := d.SignedIn(seat); {
		case hash == "":
			all = append(all, who+"nobody is signed in")
		case d.shopper == withAnother:
			all = append(all, who+"somebody else's account")
		default:
			all = append(all, who+"the account of the invitation")
		}
	}
	return all
}

// accountOf is with which account a prompt is accepted.
func (d *toy) accountOf(p mdmtest.Prompt) string {
	if d.Kind == mdmtest.SharedIPad {
		return p.Who
	}
	return d.owner + "@icloud.test"
}

// change makes a device do something else.
func (g *playground) change(w http.ResponseWriter, r *http.Request) {
	d := g.toy(r)
	wanted := manner(r.PostFormValue("do"))
	if d == nil || !slices.ContainsFunc(mannerChoices(), func(c mannerChoice) bool { return c.Manner == wanted }) {
		http.NotFound(w, r)
		return
	}
	if err := g.behave(r.Context(), d, wanted); err != nil {
		g.render(w, "The device did not do that: "+err.Error()+".")
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// toy is the device that a request is about, nil for none.
func (g *playground) toy(r *http.Request) *toy {
	n, err := strconv.Atoi(r.PathValue("device"))
	if err != nil || n < 0 || n >= len(g.toys) {
		return nil
	}
	return g.toys[n]
}

// decide presses Accept, which signs in at the pretend Apple through the link
// that the device was given, or Ignore.
func (g *playground) decide(w http.ResponseWriter, r *http.Request) {
	d := g.toy(r)
	prompt, err := strconv.Atoi(r.PathValue("prompt"))
	if err != nil || d == nil {
		http.NotFound(w, r)
		return
	}
	prompts := d.Prompts()
	if prompt < 0 || prompt >= len(prompts) {
		http.NotFound(w, r)
		return
	}
	p := prompts[prompt]
	if r.PostFormValue("do") != "accept" {
		g.said(p.ID, "ignored")
	} else if err := g.person.signIn(r.Context(), p.Link, d.accountOf(p)); err != nil {
		problem := "Apple did not take it: " + err.Error() + "."
		if errors.Is(err, errGone) {
			g.said(p.ID, "no longer valid")
			problem = "The invitation was accepted already, or is no longer valid."
		}
		g.render(w, problem)
		return
	} else {
		g.said(p.ID, "accepted")
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
