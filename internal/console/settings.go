package console

import (
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

func (d *Door) settingsRoutes() []gate.Route {
	return []gate.Route{d.route("GET /settings", operator.ScopeRead, d.settingsPage)}
}

// settingsPage leads to the pages of settings that the reader may open.
func (d *Door) settingsPage(w http.ResponseWriter, r *http.Request) error {
	m := view.Settings{Page: d.page(r)}
	m.Page.Title = "Settings"
	scopes := caller(r).Scopes
	for _, p := range settingsParts() {
		if scopes.Allow(p.scope) {
			m.Parts = append(m.Parts, p.SettingsPart)
		}
	}
	return d.render(w, r, view.SettingsPage(m))
}

type settingsPart struct {
	scope operator.Scope
	view.SettingsPart
}

func settingsParts() []settingsPart {
	return []settingsPart{
		{operator.ScopeSettings, view.SettingsPart{Icon: "mail", Title: "Mail", Text: "How invitations leave this server, in whose name, and a test mail to yourself.", Href: "/settings/mail"}},
		{operator.ScopeSettings, view.SettingsPart{Icon: "edit", Title: "Letter", Text: "What the invitation says, with a preview.", Href: "/settings/mail#letter"}},
		{operator.ScopeRead, view.SettingsPart{Icon: "sync", Title: "VPP server", Text: "How often each location is held against Apple by itself.", Href: "/settings/vpp"}},
		{operator.ScopeSettings, view.SettingsPart{Icon: "check-circle", Title: "What Apple gets", Text: "What an administrator confirms before people’s data goes to Apple, in your own words.", Href: "/settings/consent"}},
		{operator.ScopeRead, view.SettingsPart{Icon: "device", Title: "Device management", Text: "The MDM server inside: its push certificate, and enrolling devices.", Href: "/settings/mdm"}},
		{operator.ScopeRead, view.SettingsPart{Icon: "link", Title: "MDM servers", Text: "NanoMDM, MicroMDM or Fleet, where they manage your devices already.", Href: "/settings/mdm#servers"}},
		{operator.ScopeRead, view.SettingsPart{Icon: "send", Title: "On enrollment", Text: "Whether people are invited when their devices enroll.", Href: "/settings/enrollment"}},
		{operator.ScopeSettings, view.SettingsPart{Icon: "out", Title: "Webhooks", Text: "Other programs that are told what happens.", Href: webhooksPath}},
		{operator.ScopeOperators, view.SettingsPart{Icon: "shield", Title: "Administrators", Text: "Who may use this server, and what each may do.", Href: operatorsPath}},
		{operator.ScopeRead, view.SettingsPart{Icon: "key", Title: "API keys", Text: "Keys for programs, each with no more than it needs.", Href: "/account#keys"}},
	}
}
