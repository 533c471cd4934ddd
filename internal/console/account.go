package console

import (
	"net/http"
	"slices"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
)

func (d *Door) accountRoutes() []gate.Route {
	return []gate.Route{
		d.route("GET /account", gate.SignedIn, d.accountPage),
		d.route("POST /account/password", gate.SignedIn, d.changePassword),
		d.route("POST /account/sessions/end", gate.SignedIn, d.endSessions),
		d.route("POST /account/theme", gate.SignedIn, d.chooseTheme),
		d.route("POST /account/shortcuts", gate.SignedIn, d.chooseShortcuts),
		d.route("POST /account/keys", gate.SignedIn, d.createKey),
		d.route("POST /account/keys/{id}/revoke", gate.SignedIn, d.revokeKey),
	}
}

func (d *Door) accountPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.account(r, nil)
	if err != nil {
		return err
	}
	return d.render(w, r, view.AccountPage(m))
}

// account fills the page in; wrong says what is wrong with which field.
func (d *Door) account(r *http.Request, wrong map[string]string) (view.Account, error) {
	who := caller(r)
	p := d.page(r)
	p.Title, p.Lead, p.Path = "Account of "+who.Operator.Name, "May do: "+scopeWords(who.Scopes)+".", "/account"
	password, again := newPassword(wrong)
	password.Label = "New password"
	m := view.Account{
		Page: p, Address: gate.Address(r.Context()), SignedIn: d.when(latest(who.Operator.SignedInAt, who.Operator.CreatedAt)),
		Current:  view.Field{Name: "current", Label: "Present password", Type: "password", Autocomplete: "current-password", Required: true, Error: wrong["current"]},
		Password: password, Again: again,
		KeyName: view.Field{Name: "name", Label: "Name of a new key", Required: true, Placeholder: "What it is for", Autocomplete: "off", Error: join(wrong["name"], wrong["expires_at"])},
		KeyTerm: keyTerms(), KeyScopes: scopeChoices(who.Scopes, r.Form["scope"], operator.ScopeRead), KeyScopesError: wrong["scopes"], Admins: who.Scopes.Allow(operator.ScopeOperators),
	}
	keys, err := d.Operators.ListKeys(r.Context(), who.Operator.ID)
	m.Keys = d.keys(keys)
	return m, err
}

func (d *Door) changePassword(w http.ResponseWriter, r *http.Request) error {
	wrong := d.firstPassword(r)
	if wrong == nil {
		err := d.Entrance.ChangePassword(r.Context(), r.PostFormValue("current"), r.PostFormValue("password"))
		if err == nil {
			return d.done(w, r, "/account", view.Notice{Tone: view.Good, Text: "The password is changed. Everywhere else you are signed out."})
		}
		if wrong = faults(err); wrong == nil || wrong[""] != "" {
			return err
		}
	}
	return d.refuseAccount(w, r, wrong)
}

func (d *Door) refuseAccount(w http.ResponseWriter, r *http.Request, wrong map[string]string) error {
	m, err := d.account(r, wrong)
	if err != nil {
		return err
	}
	return d.refuse(w, r, view.AccountPage(m))
}

func (d *Door) endSessions(w http.ResponseWriter, r *http.Request) error {
	if err := d.Entrance.SignOutEverywhere(r.Context()); err != nil {
		return err
	}
	return d.done(w, r, gate.SignInPath, view.Notice{Tone: view.Good, Text: "You are signed out everywhere. API keys go on."})
}

func (d *Door) chooseTheme(w http.ResponseWriter, r *http.Request) error {
	theme := r.PostFormValue("theme")
	if !slices.Contains([]string{"light", "dark"}, theme) {
		theme = "" // as the device has it
	}
	if err := d.prefer(r.Context(), preferTheme, theme); err != nil {
		return err
	}
	return d.seeOther(w, r, backTo(r, "/"))
}

// chooseShortcuts switches the keys that act alone off, or on again (WCAG 2.1.4).
func (d *Door) chooseShortcuts(w http.ResponseWriter, r *http.Request) error {
	said, keys := "Keyboard shortcuts are on.", ""
	if r.PostFormValue("keys") == shortcutsOff {
		said, keys = "Keyboard shortcuts are off.", shortcutsOff
	}
	if err := d.prefer(r.Context(), preferShortcuts, keys); err != nil {
		return err
	}
	return d.done(w, r, "/account", view.Notice{Tone: view.Good, Text: said})
}
