package console

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/connect"
	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) serverRoutes() []gate.Route {
	const at = "/settings/mdm/servers/"
	routes := []gate.Route{
		d.route("GET "+at+"add", operator.ScopeSettings, d.addServerPage),
		d.route("POST "+at+"add", operator.ScopeSettings, d.addServer),
		d.route("GET "+at+"{id}", operator.ScopeSettings, d.serverPage),
		d.route("POST "+at+"{id}/test", operator.ScopeSettings, d.testServer),
		d.route("POST "+at+"{id}/sync", operator.ScopeSettings, d.syncServer),
		d.route("POST "+at+"{id}/key", operator.ScopeSettings, d.changeServerKey),
		d.route("POST "+at+"{id}/remove", operator.ScopeSettings, d.removeServer),
	}
	for i := range routes {
		routes[i].Timeout = 2 * time.Minute // of another server's
	}
	return routes
}

var serverKinds = []view.Choice{
	{Value: "nanomdm", Text: "NanoMDM", Hint: "Lists no devices; each becomes known when it next reports."},
	{Value: "micromdm", Text: "MicroMDM", Hint: "Its makers ended its support in 2025."},
	{Value: "fleet", Text: "Fleet", Hint: "Reaches iPhones and iPads, but no users of Macs."},
}

func kindName(kind string) string {
	for _, k := range serverKinds {
		if k.Value == kind {
			return k.Text
		}
	}
	return kind
}

// otherServers is the part of the settings that lists connected MDM servers.
func (d *Door) otherServers(r *http.Request) (templ.Component, error) {
	list, err := d.Servers.List(r.Context())
	m := view.MDMServers{May: caller(r).Scopes.Allow(operator.ScopeSettings)}
	for _, s := range list {
		tone, state := serverState(s)
		m.Lines = append(m.Lines, view.MDMServerLine{
			ID: string(s.ID), Name: s.Name, Kind: kindName(s.Kind), Tone: tone, State: state, Devices: s.Devices, Synced: d.when(s.SyncedAt),
		})
	}
	return view.MDMServersPart(m), err
}

func serverState(s vpp.MDMServer) (view.Tone, string) {
	if s.Problem != "" {
		return view.Bad, "has a problem"
	}
	return view.Good, "answers"
}

func (d *Door) addServerPage(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, view.MDMServerAddPage(d.addingServer(r, nil)))
}

func (d *Door) addingServer(r *http.Request, wrong map[string]string) view.MDMServerAdd {
	m := view.MDMServerAdd{
		Page: d.page(r), Kinds: chosenFrom(append([]view.Choice(nil), serverKinds...), r.PostFormValue("kind")),
		Fields: []view.Field{
			{Name: "name", Label: "Name", Value: typed(r, "name"), Error: wrong["name"], Required: true, Placeholder: "School MDM"},
			{Name: "url", Label: "Address", Value: typed(r, "url"), Error: wrong["url"], Required: true, Placeholder: "https://mdm.example.com"},
			{Name: "key", Label: "API key", Type: "password", Error: wrong["secret"], Required: true, Autocomplete: "off", Hint: "Of Fleet, the token of an API-only user. It is kept sealed."},
		},
		Signed: typed(r, "signed") != "", Error: join(join(wrong[""], wrong["kind"]), wrong["signed"]),
	}
	m.Page.Title, m.Page.Path = "Connect an MDM server", "/settings/mdm/servers/add"
	m.Page.Crumbs = serverCrumbs()
	return m
}

func serverCrumbs() []view.Link {
	return []view.Link{{Text: "Devices", Href: "/devices"}, {Text: "Device management", Href: "/settings/mdm"}}
}

func (d *Door) addServer(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Servers.Add(r.Context(), actor(r), connect.Input{
		Kind: r.PostFormValue("kind"), Name: typed(r, "name"), URL: typed(r, "url"), Key: typed(r, "key"), Signed: typed(r, "signed") != "",
	})
	if err != nil {
		wrong := serverFaults(err)
		if wrong == nil {
			return err
		}
		return d.refuse(w, r, view.MDMServerAddPage(d.addingServer(r, wrong)))
	}
	return d.done(w, r, serverPath(c.ID), view.Notice{Tone: view.Good, Text: c.Name + " is connected. Its devices are read within a minute, where it lists them."})
}

// serverFaults are what a page can show; that a server knows nothing at its
// address is no page of ours that is missing.
func serverFaults(err error) map[string]string {
	if vpp.KindOf(err) == vpp.NotFound {
		return map[string]string{"": vpp.MessageOf(err)}
	}
	return faults(err)
}

func serverPath(id vpp.MDMID) string { return "/settings/mdm/servers/" + string(id) }

func serverID(r *http.Request) vpp.MDMID { return vpp.MDMID(r.PathValue("id")) }

func (d *Door) serverPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.server(r)
	if err != nil {
		return err
	}
	return d.render(w, r, view.MDMServerPage(m))
}

func (d *Door) server(r *http.Request) (view.MDMServerCard, error) {
	c, err := d.Servers.Get(r.Context(), serverID(r))
	if err != nil {
		return view.MDMServerCard{}, err
	}
	tone, state := serverState(c.MDMServer)
	m := view.MDMServerCard{
		Page: d.page(r), ID: string(c.ID), Cannot: c.Abilities.Cannot(), Lists: c.Abilities.ListsDevices,
		Key: view.Field{Name: "key", Label: "New API key", Type: "password", Required: true, Autocomplete: "off", Hint: "The server must accept it."},
		Facts: []view.Fact{
			{Term: "State", Text: join(state+".", c.Problem), Tone: tone}, {Term: "Kind", Text: kindName(c.Kind)}, {Term: "Address", Text: c.URL, Copy: true},
			{Term: "Last good answer", Text: d.when(c.CheckedAt).Text, Title: d.when(c.CheckedAt).Full},
		},
	}
	if m.Lists {
		m.Facts = append(m.Facts, view.Fact{Term: "Devices read", Text: d.when(c.SyncedAt).Text, Title: d.when(c.SyncedAt).Full})
	}
	if c.ReportURL != "" {
		m.Setup = append(m.Setup, view.Fact{Term: webhookFlag(c.Kind), Text: c.ReportURL, Copy: true})
	}
	if c.SignKey != "" {
		m.Setup = append(m.Setup, view.Fact{Term: "webhook-hmac-key", Text: c.SignKey, Copy: true})
	}
	m.Page.Title, m.Page.Path, m.Page.Crumbs = c.Name, serverPath(c.ID), serverCrumbs()
	return m, nil
}

// webhookFlag is what the server calls the address of its webhook.
func webhookFlag(kind string) string {
	if kind == "micromdm" {
		return "command-webhook-url"
	}
	return "webhook-url"
}

// testServer answers 200: the result is the answer, also a bad one.
func (d *Door) testServer(w http.ResponseWriter, r *http.Request) error {
	_, why := d.Servers.Test(r.Context(), serverID(r))
	return d.tried(w, r, why, "It answers, and takes the key")
}

func (d *Door) syncServer(w http.ResponseWriter, r *http.Request) error {
	_, why := d.Servers.Sync(r.Context(), serverID(r))
	return d.tried(w, r, why, "Its devices were read")
}

func (d *Door) changeServerKey(w http.ResponseWriter, r *http.Request) error {
	_, why := d.Servers.ChangeKey(r.Context(), actor(r), serverID(r), typed(r, "key"))
	return d.tried(w, r, why, "The new key is in use")
}

// tried shows the server's page with how something went.
func (d *Door) tried(w http.ResponseWriter, r *http.Request, why error, well string) error {
	if why != nil && serverFaults(why) == nil {
		return why
	}
	m, err := d.server(r)
	if err != nil {
		return err
	}
	m.Result = []view.Check{{Tone: view.Good, Title: well}}
	if why != nil {
		m.Result = []view.Check{{Tone: view.Bad, Title: "That did not work", Detail: vpp.MessageOf(why)}}
	}
	return d.render(w, r, view.MDMServerPage(m))
}

func (d *Door) removeServer(w http.ResponseWriter, r *http.Request) error {
	if sure, err := d.sure(w, r, view.Question{
		Title: "Disconnect this MDM server?", Verb: "Disconnect", Back: "/settings/mdm",
		Text: "Its devices are no longer shown as managed, and get no invitations. At the server itself nothing changes.",
	}); !sure {
		return err
	}
	if err := d.Servers.Remove(r.Context(), actor(r), serverID(r)); err != nil {
		return err
	}
	return d.done(w, r, "/settings/mdm", view.Notice{Tone: view.Good, Text: "The MDM server is disconnected, and its devices are gone here."})
}
