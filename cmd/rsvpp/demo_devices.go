package main

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "embed"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
)

// playground are the pretend devices of a demo, and the page on which their
// people accept or ignore what is shown to them.
type playground struct {
	fleet  *fleet
	person invitee
	page   *sidePage
	names  []string // whose each device is

	mu      sync.Mutex
	settled map[string]string // command → what its person did
}

// demoDevices brings devices of the first people under management, nil for none.
func (p *cli) demoDevices(ctx context.Context, s *stage, o demoOptions, options stageOptions) (_ *playground, err error) {
	if o.devices == 0 {
		return nil, nil //nolint:nilnil // a playground may be nil
	}
	g := &playground{person: newInvitee(4), settled: map[string]string{}}
	if g.fleet, err = newFleet(ctx, s, options); err != nil {
		return nil, err
	}
	for q, err := range s.client.Users(ctx, client.Filter{}, "name") {
		if err != nil {
			return nil, errors.Join(err, g.close())
		}
		if len(g.fleet.all) == o.devices {
			break
		}
		if q.Email != "" && q.ManagedAppleID == "" {
			g.add(q)
		}
	}
	if err = g.fleet.enroll(ctx, g.fleet.all); err == nil {
		g.page, err = openPage(ctx, g.routes())
	}
	if err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

// demoKinds make a dozen with some of each kind.
func demoKind(i int) mdmtest.Kind {
	kinds := [...]mdmtest.Kind{
		mdmtest.IPhone, mdmtest.IPad, mdmtest.Mac, mdmtest.IPhone, mdmtest.UserEnrolled, mdmtest.IPad,
		mdmtest.AppleTV, mdmtest.IPhone, mdmtest.Mac, mdmtest.IPhone, mdmtest.IPad, mdmtest.IPhone,
	}
	return kinds[i%len(kinds)]
}

func (g *playground) add(q client.Person) {
	kind := demoKind(len(g.fleet.all))
	var people []*mdmtest.Person
	if kind == mdmtest.Mac {
		people = []*mdmtest.Person{{GUID: strings.ToUpper(uuid.NewString()), ShortName: q.UserName, LongName: q.FullName}}
	}
	name := fmt.Sprintf("%s's %s", q.FullName, strings.TrimRight(string(kind), "0123456789,"))
	d := g.fleet.device(kind, name, q.ID, people...)
	if len(g.fleet.all)%5 == 0 { // one in five is still in Setup Assistant
		d.Do.NotNow, d.Do.Back = 2, 5*time.Second
	}
	g.names = append(g.names, q.UserName)
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
	g.fleet.stop()
	g.person.close()
	return err
}

//go:embed demo_devices.html
var playgroundText string

func (g *playground) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", g.show)
	mux.HandleFunc("POST /devices/{device}/{prompt}", g.decide)
	return http.NewCrossOriginProtection().Handler(mux)
}

// playDevice and playPrompt are what the page shows.
type playDevice struct {
	Number     int
	Name, Kind string
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
	for i, d := range g.fleet.all {
		one := playDevice{Number: i, Name: d.Name, Kind: string(d.Kind)}
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

// decide presses Accept, which signs in at the pretend Apple through the link
// that the device was given, or Ignore.
func (g *playground) decide(w http.ResponseWriter, r *http.Request) {
	device, err1 := strconv.Atoi(r.PathValue("device"))
	prompt, err2 := strconv.Atoi(r.PathValue("prompt"))
	if err1 != nil || err2 != nil || device < 0 || device >= len(g.fleet.all) {
		http.NotFound(w, r)
		return
	}
	prompts := g.fleet.all[device].Prompts()
	if prompt < 0 || prompt >= len(prompts) {
		http.NotFound(w, r)
		return
	}
	p := prompts[prompt]
	if r.PostFormValue("do") != "accept" {
		g.said(p.ID, "ignored")
	} else if err := g.person.signIn(r.Context(), p.Link, g.names[device]+"@icloud.test"); err != nil {
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
