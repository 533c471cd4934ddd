package console

import (
	"net/http"
	"slices"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const operatorsPath = "/settings/administrators"

func (d *Door) operatorRoutes() []gate.Route {
	return []gate.Route{
		d.route("GET "+operatorsPath, operator.ScopeOperators, d.operatorsPage),
		d.route("POST "+operatorsPath, operator.ScopeOperators, d.addOperator),
		d.route("POST "+operatorsPath+"/{id}", operator.ScopeOperators, d.changeOperator),
		d.route("POST "+operatorsPath+"/{id}/password", operator.ScopeOperators, d.setOperatorPassword),
		d.route("POST "+operatorsPath+"/{id}/remove", operator.ScopeOperators, d.removeOperator),
		d.route("POST "+operatorsPath+"/keys/{id}/revoke", operator.ScopeOperators, d.revokeOthersKey),
	}
}

func (d *Door) operatorsPage(w http.ResponseWriter, r *http.Request) error {
	m, err := d.operators(r, nil)
	if err != nil {
		return err
	}
	return d.render(w, r, view.OperatorsPage(m))
}

// operators fills the page in; wrong says what is wrong with which field.
func (d *Door) operators(r *http.Request, wrong map[string]string) (view.Operators, error) {
	who := caller(r)
	m := view.Operators{Page: d.page(r), Error: join(wrong[""], wrong["scopes"])}
	m.Page.Title, m.Page.Lead, m.Page.Path = "Administrators", "Who may use this server, and what each may do.", operatorsPath
	m.Name = view.Field{Name: "name", Label: "Name", Value: typed(r, "name"), Required: true, Autocomplete: "off", Placeholder: "An address or a short name", Error: wrong["name"]}
	m.Password = view.Field{Name: "password", Label: "First password", Type: "password", Required: true, Autocomplete: "new-password", Hint: "At least 12 characters. They change it under their name.", Error: wrong["password"]}
	m.Scopes = scopeChoices(who.Scopes, r.Form["scope"], operator.ScopeRead, operator.ScopeInvite) // a help desk
	all, err := d.Operators.List(r.Context())
	if err != nil {
		return m, err
	}
	for _, o := range all {
		row := view.OperatorRow{
			ID: string(o.ID), Name: o.Name, Scopes: scopeWords(o.Scopes), Created: d.when(o.CreatedAt), SignedIn: d.when(o.SignedInAt),
			You: o.ID == who.Operator.ID, Beyond: !who.Scopes.Cover(o.Scopes), May: scopeChoices(who.Scopes, scopeNames(o.Scopes)),
		}
		m.People = append(m.People, row)
	}
	m.Keys, err = d.othersKeys(r, m.People)
	return m, err
}

// othersKeys are everybody's keys but the reader's own, with their holders.
func (d *Door) othersKeys(r *http.Request, people []view.OperatorRow) ([]view.HeldKey, error) {
	keys, err := d.Operators.ListKeys(r.Context(), "")
	if err != nil {
		return nil, err
	}
	holders := map[string]view.OperatorRow{}
	for _, o := range people {
		holders[o.ID] = o
	}
	var list []view.HeldKey
	for _, k := range keys {
		holder := holders[string(k.OperatorID)]
		if holder.You || !k.RevokedAt.IsZero() {
			continue
		}
		list = append(list, view.HeldKey{Key: d.key(k), Holder: holder.Name, Beyond: holder.Beyond})
	}
	return list, nil
}

func scopeNames(scopes operator.Scopes) []string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return names
}

// scopeChoices offers what the reader may do; the usual ones are ticked until
// others are chosen, and are the least that serves.
func scopeChoices(mine operator.Scopes, chosen []string, usual ...operator.Scope) []view.Choice {
	words := map[operator.Scope][2]string{
		operator.ScopeOwner:     {"Everything", "also what comes later"},
		operator.ScopeRead:      {"See", "people, invitations, tasks, history"},
		operator.ScopeInvite:    {"Invite", "send, resend, withdraw"},
		operator.ScopeRoster:    {"Change people", "add, edit, import, remove"},
		operator.ScopeProgram:   {"Change the program", "sync with Apple, delete from VPP"},
		operator.ScopeSettings:  {"Settings", "locations, content tokens, mail"},
		operator.ScopeOperators: {"Administrators", "and API keys"},
	}
	var list []view.Choice
	for _, s := range operator.KnownScopes() {
		if !mine.Allow(s) {
			continue
		}
		list = append(list, view.Choice{
			Value: string(s), Text: words[s][0], Hint: words[s][1],
			Current: slices.Contains(chosen, string(s)) || len(chosen) == 0 && slices.Contains(usual, s),
		})
	}
	return list
}

func (d *Door) addOperator(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	scopes, err := operator.ParseScopes(values["scope"])
	if err == nil {
		_, err = d.Operators.Create(r.Context(), caller(r), typed(r, "name"), r.PostFormValue("password"), scopes)
	}
	if err != nil {
		return d.refuseOperators(w, r, err)
	}
	return d.done(w, r, operatorsPath, view.Notice{Tone: view.Good, Text: typed(r, "name") + " may sign in now."})
}

// changeOperator changes a name and scopes. Its fields are named otherwise than
// those of a new administrator, which stand on the same page.
func (d *Door) changeOperator(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	name := typed(r, "called")
	scopes, err := operator.ParseScopes(values["may"])
	if err == nil {
		_, err = d.Operators.Update(r.Context(), caller(r), vpp.OperatorID(r.PathValue("id")), operator.Change{Name: &name, Scopes: scopes})
	}
	if err != nil {
		wrong := faults(err)
		if wrong["name"] != "" { // said above the list: the field of this name is of a new administrator
			wrong = map[string]string{"": wrong["name"]}
		}
		return d.refuseOperatorsFor(w, r, err, wrong)
	}
	return d.done(w, r, operatorsPath, view.Notice{Tone: view.Good, Text: name + " may do from now on what is chosen here; keys of theirs do no more than that."})
}

func (d *Door) revokeOthersKey(w http.ResponseWriter, r *http.Request) error {
	return d.endKey(w, r, operatorsPath)
}

func (d *Door) setOperatorPassword(w http.ResponseWriter, r *http.Request) error {
	if err := d.Operators.SetPassword(r.Context(), caller(r), vpp.OperatorID(r.PathValue("id")), r.PostFormValue("password")); err != nil {
		return d.refuseOperators(w, r, err)
	}
	return d.done(w, r, operatorsPath, view.Notice{Tone: view.Good, Text: "The password is set. Sessions that were open are ended."})
}

func (d *Door) removeOperator(w http.ResponseWriter, r *http.Request) error {
	if sure, err := d.sure(w, r, view.Question{
		Title: "Remove this administrator?", Verb: "Remove", Back: operatorsPath,
		Text: "They are signed out at once, and their API keys end: programs that use them stop working. What they did stays in the history.",
	}); !sure {
		return err
	}
	if err := d.Operators.Remove(r.Context(), caller(r), vpp.OperatorID(r.PathValue("id"))); err != nil {
		return d.refuseOperators(w, r, err)
	}
	return d.done(w, r, operatorsPath, view.Notice{Tone: view.Good, Text: "Removed: they are signed out, and their keys open nothing any more."})
}

// refuseOperators shows the page with what is wrong.
func (d *Door) refuseOperators(w http.ResponseWriter, r *http.Request, why error) error {
	return d.refuseOperatorsFor(w, r, why, faults(why))
}

func (d *Door) refuseOperatorsFor(w http.ResponseWriter, r *http.Request, why error, wrong map[string]string) error {
	if wrong == nil || vpp.KindOf(why) == vpp.Denied {
		return why
	}
	m, err := d.operators(r, wrong)
	if err != nil {
		return err
	}
	return d.refuse(w, r, view.OperatorsPage(m))
}
