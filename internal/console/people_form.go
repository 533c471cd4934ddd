package console

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// personField is one field of the form for a person, by the name under which
// the roster knows it.
type personField struct {
	name, label, kind, hint, complete string
	of                                func(*vpp.UserInput) *string
}

// personFields are the form, in its order.
func personFields() []personField {
	return []personField{
		{"first_name", "First name", "", "", "off", func(u *vpp.UserInput) *string { return &u.FirstName }},
		{"last_name", "Last name", "", "", "off", func(u *vpp.UserInput) *string { return &u.LastName }},
		{"full_name", "Full name", "", "Only if it is not first and last name.", "off", func(u *vpp.UserInput) *string { return &u.FullName }},
		{"email", "E-mail", "email", "The invitation goes here.", "off", func(u *vpp.UserInput) *string { return &u.Email }},
		{"user_name", "User name", "", "", "off", func(u *vpp.UserInput) *string { return &u.UserName }},
		{"managed_apple_id", "Managed Apple Account", "", "With one, no invitation is needed.", "off", func(u *vpp.UserInput) *string { return &u.ManagedAppleID }},
		{"external_id", "External id", "", "The key of your directory or student information system.", "off", func(u *vpp.UserInput) *string { return &u.ExternalID }},
		{"locale", "Language", "", "Such as de or pt-BR; empty for the organization’s.", "off", func(u *vpp.UserInput) *string { return &u.Locale }},
		{"notes", "Notes", "", "", "off", func(u *vpp.UserInput) *string { return &u.Notes }},
	}
}

func inputOf(u vpp.User) vpp.UserInput {
	return vpp.UserInput{
		ExternalID: u.ExternalID, UserName: u.UserName, FirstName: u.FirstName, LastName: u.LastName, FullName: u.FullName,
		Email: u.Email, ManagedAppleID: u.ManagedAppleID, Groups: u.Groups, Locale: u.Locale, Notes: u.Notes,
	}
}

func typedPerson(form url.Values) vpp.UserInput {
	var in vpp.UserInput
	for _, f := range personFields() {
		*f.of(&in) = strings.TrimSpace(form.Get(f.name))
	}
	for group := range strings.Lines(form.Get("groups")) {
		if group = strings.TrimSpace(group); group != "" {
			in.Groups = append(in.Groups, group)
		}
	}
	return in
}

// personForm shows the fields with what is wrong with each.
func (d *Door) personForm(r *http.Request, id vpp.UserID, in vpp.UserInput, wrong map[string]string) view.UserForm {
	m := view.UserForm{Page: d.page(r), ID: string(id), Error: wrong[""]}
	m.Page.Title, m.Page.Crumbs = "Add user", []view.Link{{Text: "Users", Href: "/users"}}
	if id != "" {
		m.Page.Title = "Edit user"
		m.Page.Crumbs = append(m.Page.Crumbs, view.Link{Text: nameOf(in), Href: "/users/" + url.PathEscape(string(id))})
	}
	shown := map[string]bool{"": true, "groups": true}
	for _, f := range personFields() {
		shown[f.name] = true
		m.Fields = append(m.Fields, view.Field{Name: f.name, Label: f.label, Type: f.kind, Hint: f.hint, Autocomplete: f.complete, Value: *f.of(&in), Error: wrong[f.name]})
	}
	m.Groups = view.Field{Name: "groups", Label: "Groups", Hint: "One per line.", Value: strings.Join(in.Groups, "\n"), Error: wrong["groups"]}
	for field, sentence := range wrong {
		if !shown[field] {
			m.Error = join(m.Error, sentence)
		}
	}
	return m
}

func nameOf(in vpp.UserInput) string {
	for _, name := range [...]string{in.FullName, strings.TrimSpace(in.FirstName + " " + in.LastName), in.UserName, in.Email} {
		if name != "" {
			return name
		}
	}
	return "User"
}

func (d *Door) newPerson(w http.ResponseWriter, r *http.Request) error {
	return d.render(w, r, view.UserFormPage(d.personForm(r, "", vpp.UserInput{}, nil)))
}

func (d *Door) addPerson(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	here, err := d.here(r)
	if err != nil {
		return err
	}
	in := typedPerson(values)
	u, err := d.People.Create(r.Context(), actor(r), here.ID, in)
	if wrong := faults(err); err != nil && wrong != nil {
		return d.refuse(w, r, view.UserFormPage(d.personForm(r, "", in, wrong)))
	}
	if err != nil {
		return err
	}
	return d.done(w, r, personPath(u.ID), view.Notice{Tone: view.Good, Text: u.FullName + " was added."})
}

func (d *Door) editPerson(w http.ResponseWriter, r *http.Request) error {
	p, err := d.People.Profile(r.Context(), personOf(r))
	if err != nil {
		return err
	}
	return d.render(w, r, view.UserFormPage(d.personForm(r, p.User.ID, inputOf(p.User), nil)))
}

func (d *Door) savePerson(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	was, err := d.People.Profile(r.Context(), personOf(r))
	if err != nil {
		return err
	}
	in := typedPerson(values)
	u, err := d.People.Update(r.Context(), actor(r), was.User.ID, patchOf(inputOf(was.User), in))
	if wrong := faults(err); err != nil && wrong != nil {
		return d.refuse(w, r, view.UserFormPage(d.personForm(r, was.User.ID, in, wrong)))
	}
	if err != nil {
		return err
	}
	return d.done(w, r, personPath(u.ID), view.Notice{Tone: view.Good, Text: u.FullName + " was saved."})
}

// patchOf names only the fields that were changed, so that what follows from
// them (the full name from the first and last) is not held back, and what
// somebody else changed meanwhile stays.
func patchOf(was, now vpp.UserInput) roster.Patch {
	changed := func(f func(*vpp.UserInput) *string) *string {
		if *f(&was) == *f(&now) {
			return nil
		}
		return f(&now)
	}
	p := roster.Patch{
		ExternalID:     changed(func(u *vpp.UserInput) *string { return &u.ExternalID }),
		UserName:       changed(func(u *vpp.UserInput) *string { return &u.UserName }),
		FirstName:      changed(func(u *vpp.UserInput) *string { return &u.FirstName }),
		LastName:       changed(func(u *vpp.UserInput) *string { return &u.LastName }),
		FullName:       changed(func(u *vpp.UserInput) *string { return &u.FullName }),
		Email:          changed(func(u *vpp.UserInput) *string { return &u.Email }),
		ManagedAppleID: changed(func(u *vpp.UserInput) *string { return &u.ManagedAppleID }),
		Locale:         changed(func(u *vpp.UserInput) *string { return &u.Locale }),
		Notes:          changed(func(u *vpp.UserInput) *string { return &u.Notes }),
	}
	if strings.Join(was.Groups, "\n") != strings.Join(now.Groups, "\n") {
		p.Groups = &now.Groups
	}
	return p
}

// removePerson takes a person off the list; refused while a record at Apple lives.
func (d *Door) removePerson(w http.ResponseWriter, r *http.Request) error {
	id := personOf(r)
	p, err := d.People.Profile(r.Context(), id)
	if err != nil {
		return err
	}
	if sure, err := d.sure(w, r, view.Question{
		Title: "Remove " + p.User.FullName + " from rsvpp?", Verb: "Remove from rsvpp", Back: personPath(id),
		Text: "The person is gone from every list here, with their groups. What happened stays in the history. At Apple nothing changes.",
	}); !sure {
		return err
	}
	err = d.People.Remove(r.Context(), actor(r), id)
	if vpp.KindOf(err) == vpp.Conflict {
		return d.done(w, r, personPath(id), view.Notice{Tone: view.Bad, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, "/users", view.Notice{Tone: view.Good, Text: p.User.FullName + " was removed from rsvpp."})
}

func personOf(r *http.Request) vpp.UserID { return vpp.UserID(r.PathValue("id")) }

func personPath(id vpp.UserID) string { return "/users/" + url.PathEscape(string(id)) }
