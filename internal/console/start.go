package console

import (
	"context"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) startRoutes() []gate.Route {
	return []gate.Route{d.route("GET /{$}", operator.ScopeRead, d.startPage)}
}

// standing is what the start page is made of.
type standing struct {
	locations []vpp.Location
	here      vpp.Location
	funnel    vpp.Funnel
	counts    vpp.Counts
	mail      bool   // letters can leave
	dead      string // why their links lead nowhere, "" when they do not
	told      bool   // somebody is written to about tokens and locations
	mdm       vpp.MDMState
}

func (d *Door) startPage(w http.ResponseWriter, r *http.Request) error {
	s, err := d.standing(r)
	if err != nil {
		return err
	}
	running, err := d.Tasks.List(r.Context(), vpp.TaskFilter{Open: true}, vpp.Page{Limit: 10})
	if err != nil {
		return err
	}
	m := view.Start{Page: d.page(r), Attention: d.attention(s), First: firstSteps(s), Running: d.taskLines(running.Items, s.locations)}
	m.Funnel = view.Funnel{People: s.funnel.People, Reachable: s.funnel.Reachable, Invited: s.funnel.Invited, Opened: s.funnel.Opened, Registered: s.funnel.Registered}
	m.Page.Title = s.here.Name
	if len(m.First) > 0 {
		m.Page.Title, m.Page.Lead = "Welcome to rsvpp", stepsLeft(m.First)
	}
	return d.render(w, r, view.StartPage(m))
}

func (d *Door) standing(r *http.Request) (s standing, err error) {
	ctx := r.Context()
	if s.locations, err = d.Locations.List(ctx); err != nil {
		return s, err
	}
	s.here = d.chosen(ctx, s.locations)
	if s.funnel, err = d.People.Funnel(ctx, s.here.ID); err != nil {
		return s, err
	}
	if s.counts, err = d.People.Counts(ctx, s.here.ID); err != nil {
		return s, err
	}
	if s.mdm, err = d.MDM.State(ctx); err != nil {
		return s, err
	}
	settings, err := d.Letters.MailSettings(ctx)
	if err != nil {
		return s, err
	}
	s.mail, s.told = settings.Configured(), len(settings.Administrators) > 0
	s.dead, err = d.Letters.DeadLinks(ctx, false)
	return s, err
}

func (d *Door) mailWorks(ctx context.Context) (bool, error) {
	settings, err := d.Letters.MailSettings(ctx)
	return settings.Configured(), err
}

// attention says what needs somebody, most urgent first: what stops everything,
// then what stops some people.
func (d *Door) attention(s standing) []view.Notice {
	var stops, warns []view.Notice
	for _, l := range s.locations {
		switch state := l.TokenState(d.now()); {
		case d.tokenStops(l):
			if l.ID != s.here.ID { // the banner says it already
				stops = append(stops, d.tokenNotice(l))
			}
		case state == vpp.TokenExpiring && l.ID != s.here.ID, state == vpp.TokenMissing && s.funnel.People > 0:
			warns = append(warns, d.tokenNotice(l))
		}
		if l.ReadProblem != "" {
			warns = append(warns, view.Notice{Tone: view.Warn, Text: l.Name + " could not be read at Apple: " + l.ReadProblem, Action: view.Link{Text: "Look", Href: "/locations/" + string(l.ID)}})
		}
		if text := d.waiting(l); text != "" {
			warns = append(warns, view.Notice{Tone: view.Info, Text: l.Name + ": " + text + ". Work goes on by itself then."})
		}
	}
	if s.dead != "" {
		stops = append(stops, view.Notice{Tone: view.Warn, Text: s.dead})
	}
	warns = append(warns, pushNotices(s.mdm)...)
	if !s.mail {
		warns = append(warns, view.Notice{Tone: view.Warn, Text: "No mail is configured. Invitations can be made and their links copied, but nothing is mailed.", Action: view.Link{Text: "Set up mail", Href: "/settings/mail"}})
	}
	if s.mail && !s.told && s.here.UID != "" {
		warns = append(warns, view.Notice{Tone: view.Info, Text: "Nobody is written to when a content token is about to expire: name the administrators’ addresses.", Action: view.Link{Text: "Set addresses", Href: "/settings/mail"}})
	}
	return append(append(stops, warns...), stuck(s.counts)...)
}

// mostCounted is where the counting of cases ends.
const mostCounted = 10_000

// stuck says how many people need somebody, by why.
func stuck(c vpp.Counts) []view.Notice {
	var list []view.Notice
	for _, a := range []struct {
		what      vpp.Attention
		one, many string
	}{
		{vpp.AttentionRefused, "1 person was refused by Apple.", " people were refused by Apple."},
		{vpp.AttentionMail, "1 invitation could not be delivered by mail.", " invitations could not be delivered by mail."},
		{vpp.AttentionStuck, "1 person was invited more than 7 days ago and has not accepted.", " people were invited more than 7 days ago and have not accepted."},
		{vpp.AttentionNoAddress, "1 person has neither an e-mail address nor a Managed Apple Account.", " people have neither an e-mail address nor a Managed Apple Account."},
	} {
		n := c.Attention[a.what]
		if n == 0 {
			continue
		}
		text := a.one
		switch {
		case n >= mostCounted:
			text = thousands(n) + " or more" + a.many
		case n > 1:
			text = thousands(n) + a.many
		}
		list = append(list, view.Notice{Tone: view.Warn, Text: text, Action: view.Link{Text: "Show", Href: address("/users", "attention", string(a.what))}})
	}
	return list
}

func stepsLeft(steps []view.FirstStep) string {
	left := 0
	for _, s := range steps {
		if !s.Done {
			left++
		}
	}
	switch left {
	case len(steps):
		return "Four steps, about ten minutes."
	case 1:
		return "One step is left."
	}
	return thousands(left) + " steps are left."
}

// firstSteps are what a new installation still lacks; none once everything was
// done once.
func firstSteps(s standing) []view.FirstStep {
	steps := []view.FirstStep{
		{Title: "Add a content token", Text: "It lets rsvpp work for a location of your organization at Apple.", Href: "/locations/add", Done: s.here.UID != ""},
		{Title: "Bring people in", Text: "From a CSV file of your directory or your present MDM, or one by one.", Href: "/users/import", Done: s.funnel.People > 0},
		{Title: "Set up mail", Text: "A relay, or directly to the recipients’ servers. Without mail, links can be copied.", Href: "/settings/mail", Done: s.mail},
		{Title: "Invite", Text: "Choose people, look at who can be reached, send.", Href: "/users?status=not_invited", Done: s.funnel.Invited > 0},
	}
	for _, step := range steps {
		if !step.Done {
			// Whoever invites without mail does so by choice.
			if s.here.UID != "" && s.funnel.Invited > 0 {
				return nil
			}
			return steps
		}
	}
	return nil
}
