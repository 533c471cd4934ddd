package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
	"github.com/rsvpp/rsvpp/internal/webhook"
)

const webhooksPath = "/settings/webhooks"

func (d *Door) webhookRoutes() []gate.Route {
	const at = webhooksPath + "/{id}"
	routes := []gate.Route{
		d.route("GET "+webhooksPath, operator.ScopeSettings, d.webhooksPage),
		d.route("POST "+webhooksPath, operator.ScopeSettings, d.addWebhook),
		d.route("GET "+at, operator.ScopeSettings, d.webhookPage),
		d.route("POST "+at, operator.ScopeSettings, d.changeWebhook),
		d.route("POST "+at+"/switch", operator.ScopeSettings, d.switchWebhook),
		d.route("POST "+at+"/test", operator.ScopeSettings, d.testWebhook),
		d.route("POST "+at+"/secret", operator.ScopeSettings, d.rotateWebhook),
		d.route("POST "+at+"/remove", operator.ScopeSettings, d.removeWebhook),
		d.route("POST "+at+"/messages/{message}/again", operator.ScopeSettings, d.repeatMessage),
	}
	for i := range routes {
		routes[i].Timeout = time.Minute // of a receiver's
	}
	return routes
}

func webhookID(r *http.Request) vpp.WebhookID { return vpp.WebhookID(r.PathValue("id")) }

func webhookPath(id vpp.WebhookID) string { return webhooksPath + "/" + url.PathEscape(string(id)) }

func (d *Door) webhooksPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.webhooks(r, nil)
	if err != nil {
		return err
	}
	return d.render(w, r, view.WebhooksPage(m))
}

// webhooks fills the page in; wrong says what is wrong with which field.
func (d *Door) webhooks(r *http.Request, wrong map[string]string) (view.Webhooks, error) {
	m := view.Webhooks{Page: d.page(r)}
	m.Page.Title, m.Page.Lead, m.Page.Path = "Webhooks", "Addresses of other programs that are told what happens.", webhooksPath
	all, err := d.Webhooks.List(r.Context())
	if err != nil {
		return m, err
	}
	for _, w := range all {
		tone, state := webhookState(w)
		m.Lines = append(m.Lines, view.WebhookLine{
			ID: string(w.ID), Name: w.Name, Server: serverOf(w.URL), Tone: tone, State: state, Events: eventWords(w.Kinds), Waiting: plenty(w.Waiting),
			Taken: d.when(w.DeliveredAt),
		})
	}
	in := vpp.Webhook{Name: typed(r, "name"), URL: typed(r, "url"), Location: vpp.LocationID(typed(r, "location")), Kinds: chosenKinds(r)}
	m.Form, err = d.webhookForm(r, in, wrong)
	m.Form.Action, m.Form.Verb = webhooksPath, "Add"
	return m, err
}

func webhookState(w vpp.Webhook) (view.Tone, string) {
	switch w.State() {
	case vpp.WebhookFailing:
		return view.Warn, "failing"
	case vpp.WebhookOff:
		return view.Neutral, "off"
	case vpp.WebhookGivenUp:
		return view.Bad, "given up"
	case vpp.WebhookOn:
	}
	return view.Good, "on"
}

// serverOf is the part of an address that may be shown beside others.
func serverOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func eventWords(kinds []vpp.EventKind) string {
	switch len(kinds) {
	case 0:
		return "all"
	case 1:
		return string(kinds[0])
	}
	return thousands(len(kinds)) + " kinds"
}

// plenty writes a number that is not counted on beyond vpp.Plenty.
func plenty(n int) string {
	if n >= vpp.Plenty {
		return thousands(n) + " or more"
	}
	return thousands(n)
}

func chosenKinds(r *http.Request) []vpp.EventKind {
	var kinds []vpp.EventKind
	for _, word := range r.PostForm["event"] {
		kinds = append(kinds, vpp.EventKind(word))
	}
	return kinds
}

// eventHint says in words what an event is.
func eventHint(k vpp.EventKind) string {
	return map[vpp.EventKind]string{
		vpp.EventInvited:           "somebody was invited",
		vpp.EventDelivered:         "a mail server took the letter, or the link was handed over",
		vpp.EventBounced:           "the letter was refused, came back, or was reported as junk",
		vpp.EventOpened:            "the link was opened for the first time",
		vpp.EventRegistered:        "Apple says that an Apple Account is linked",
		vpp.EventRemoved:           "Apple says that the record is retired",
		vpp.EventAppleRefused:      "Apple refused what was asked for",
		vpp.EventPushAcknowledged:  "a device showed the invitation",
		vpp.EventPushFailed:        "a device did not, and will not",
		vpp.EventTokenExpiring:     "60, 30, 14, 7 and 1 days before a content token ends",
		vpp.EventTokenEnded:        "a content token has expired, or Apple refuses it",
		vpp.EventTokenRenewed:      "a content token was renewed",
		vpp.EventOwnershipLost:     "another server took a location over",
		vpp.EventOwnershipRegained: "a location is ours again",
	}[k]
}

// webhookForm shows a webhook as it is, or as it was typed.
func (d *Door) webhookForm(r *http.Request, w vpp.Webhook, wrong map[string]string) (view.WebhookForm, error) {
	f := view.WebhookForm{
		Name:     view.Field{Name: "name", Label: "Name", Value: w.Name, Required: true, Autocomplete: "off", Placeholder: "Help desk", Error: wrong["name"]},
		URL:      view.Field{Name: "url", Label: "Address", Value: w.URL, Required: true, Autocomplete: "off", Placeholder: "https://helpdesk.example.com/rsvpp", Error: wrong["url"]},
		Location: view.Field{Name: "location", Label: "Location", Error: wrong["location"]},
		Wrong:    wrong["events"], Error: wrong[""],
	}
	for _, k := range vpp.EventKinds() {
		f.Events = append(f.Events, view.Choice{Value: string(k), Hint: eventHint(k), Current: slices.Contains(w.Kinds, k)})
	}
	locations, err := d.Locations.List(r.Context())
	if err != nil || len(locations) < 2 && w.Location == "" {
		return f, err
	}
	f.Locations = []view.Choice{{Text: "Every location", Current: w.Location == ""}}
	for _, l := range locations {
		f.Locations = append(f.Locations, view.Choice{Value: string(l.ID), Text: l.Name, Current: l.ID == w.Location})
	}
	if currentOf(f.Locations) == "" { // else the form would choose every location
		f.Locations = append(f.Locations, view.Choice{Value: string(w.Location), Text: "A location that was removed", Current: true})
	}
	return f, nil
}

// addWebhook shows the new secret in its very answer: no later page could.
func (d *Door) addWebhook(w http.ResponseWriter, r *http.Request) error {
	if _, err := form(r); err != nil {
		return err
	}
	added, secret, err := d.Webhooks.Add(r.Context(), actor(r), webhook.Input{
		Name: typed(r, "name"), URL: typed(r, "url"), Kinds: chosenKinds(r), Location: vpp.LocationID(typed(r, "location")),
	})
	if wrong := faults(err); err != nil && wrong != nil {
		m, err := d.webhooks(r, wrong)
		if err != nil {
			return err
		}
		return d.refuse(w, r, view.WebhooksPage(m))
	}
	if err != nil {
		return err
	}
	return d.showWebhook(w, r, added.ID, func(m *view.WebhookCard) { m.Secret = secret })
}

func (d *Door) webhookPage(w http.ResponseWriter, r *http.Request) error {
	return d.showWebhook(w, r, webhookID(r), func(*view.WebhookCard) {})
}

// showWebhook shows the page of a webhook with what has just happened to it.
func (d *Door) showWebhook(w http.ResponseWriter, r *http.Request, id vpp.WebhookID, with func(*view.WebhookCard)) error {
	m, err := d.webhook(r, id)
	if err != nil {
		return err
	}
	with(&m)
	return d.render(w, r, view.WebhookPage(m))
}

const messagesShown = 25

func (d *Door) webhook(r *http.Request, id vpp.WebhookID) (view.WebhookCard, error) {
	w, err := d.Webhooks.Get(r.Context(), id)
	if err != nil {
		return view.WebhookCard{}, err
	}
	page := stretch(r)
	page.Limit = messagesShown
	list, err := d.Webhooks.Messages(r.Context(), id, page)
	if err != nil {
		return view.WebhookCard{}, err
	}
	m := view.WebhookCard{Page: d.page(r), ID: string(id), Off: !w.OffAt.IsZero()}
	for _, one := range list.Items {
		row := d.message(one)
		if m.Off {
			row.Next = view.Moment{} // not before it is on
		}
		m.Messages = append(m.Messages, row)
	}
	here := r.Clone(r.Context())
	here.URL.Path = webhookPath(id) // also right after an act
	m.Pager = pager(here, list.Prev, list.Next, "")
	m.Page.Title, m.Page.Path = w.Name, webhookPath(id)
	m.Page.Crumbs = []view.Link{{Text: "Settings", Href: "/settings"}, {Text: "Webhooks", Href: webhooksPath}}
	m.Form, err = d.webhookForm(r, w, nil)
	m.Form.Action, m.Form.Verb = webhookPath(id), "Save"
	m.Facts = d.webhookFacts(w, m.Form.Locations)
	return m, err
}

func (d *Door) webhookFacts(w vpp.Webhook, locations []view.Choice) []view.Fact {
	tone, state := webhookState(w)
	facts := []view.Fact{{Term: "State", Text: state, Tone: tone}}
	if w.OffWhy != "" {
		facts = append(facts, view.Fact{Term: "Why", Text: w.OffWhy})
	}
	facts = append(facts, view.Fact{Term: "Address", Text: w.URL, Copy: true},
		view.Fact{Term: "Events", Text: strings.ReplaceAll(kindWords(w.Kinds), " ", ", ")})
	if len(locations) > 0 {
		facts = append(facts, view.Fact{Term: "Location", Text: currentOf(locations)})
	}
	facts = append(facts, view.Fact{Term: "Last taken", Text: d.when(w.DeliveredAt).Text, Title: d.when(w.DeliveredAt).Full},
		view.Fact{Term: "Waiting", Text: plenty(w.Waiting)})
	for _, f := range []struct {
		term  string
		at    time.Time
		shown bool
	}{
		{"Failing since", w.FailingSince, !w.FailingSince.IsZero()},
		{"Next attempt", w.NextAt, w.OffAt.IsZero() && w.NextAt.After(d.now())},
		{"Old secret signs until", w.BeforeUntil, w.BeforeUntil.After(d.now())},
	} {
		if f.shown {
			facts = append(facts, view.Fact{Term: f.term, Text: d.when(f.at).Text, Title: d.when(f.at).Full})
		}
	}
	return facts
}

// currentOf is the choice that was made, "" for none of them.
func currentOf(list []view.Choice) string {
	for _, c := range list {
		if c.Current {
			return c.Text
		}
	}
	return ""
}

func kindWords(kinds []vpp.EventKind) string {
	if len(kinds) == 0 {
		return "all"
	}
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, " ")
}

func (d *Door) message(m vpp.WebhookMessage) view.WebhookMessage {
	row := view.WebhookMessage{ID: m.ID, Event: string(m.Kind), At: d.when(m.At), Attempts: m.Attempts, Tone: view.Neutral, Outcome: string(m.Outcome), Said: m.Problem}
	switch m.Outcome {
	case vpp.WebhookDelivered:
		row.Tone = view.Good
	case vpp.WebhookFailed:
		row.Tone = view.Bad
	case vpp.WebhookWaiting:
		row.Next = d.when(m.NextAt)
	}
	if m.Answer != "" {
		row.Said = join(row.Said, "“"+m.Answer+"”")
	}
	return row
}
