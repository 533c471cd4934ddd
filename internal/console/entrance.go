package console

import (
	"context"
	"maps"
	"net/http"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

func (d *Door) entranceRoutes() []gate.Route {
	return []gate.Route{
		d.route("GET "+gate.SignInPath, gate.Public, d.signInPage),
		d.route("POST "+gate.SignInPath, gate.Public, d.signIn),
		d.route("POST /signout", gate.Public, d.signOut),
		d.route("GET /setup/{token}", gate.Public, d.setupPage),
		d.route("POST /setup/{token}", gate.Public, d.setUp),
	}
}

func (d *Door) signInPage(w http.ResponseWriter, r *http.Request) error {
	next := gate.SafeNext(r.URL.Query().Get("next"))
	if _, known := gate.Caller(r.Context()); known {
		return d.seeOther(w, r, next)
	}
	m := view.SignIn{Page: d.bare(r), Return: next, Hint: d.signInHint(r.Context())}
	m.Page.Title = "Sign in"
	return d.render(w, r, view.SignInPage(m))
}

// signInHint says what to do to whom has no password.
func (d *Door) signInHint(ctx context.Context) string {
	all, err := d.Operators.List(ctx)
	d.note(ctx, err, "operators")
	if err == nil && len(all) == 0 {
		return "Nobody can sign in yet: the server prints a link for the first administrator when it starts."
	}
	return "Forgotten your password? Ask another administrator for a new one."
}

func (d *Door) signIn(w http.ResponseWriter, r *http.Request) error {
	next := gate.SafeNext(r.PostFormValue("return"))
	name := typed(r, "name")
	err := d.Entrance.SignIn(r.Context(), name, r.PostFormValue("password"))
	if err == nil {
		return d.seeOther(w, r, next)
	}
	if vpp.KindOf(err) == vpp.Internal {
		return err
	}
	problem := gate.ProblemOf(r.Context(), err)
	maps.Copy(w.Header(), problem.GetHeaders()) // Retry-After
	m := view.SignIn{Page: d.bare(r), Name: name, Error: problem.Detail, Return: next, Hint: d.signInHint(r.Context())}
	m.Page.Title = "Sign in"
	return d.renderAs(w, r, problem.Status, view.SignInPage(m))
}

func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := d.Entrance.SignOut(r.Context()); err != nil {
		return err
	}
	return d.done(w, r, gate.SignInPath, view.Notice{Tone: view.Good, Text: "You are signed out."})
}

func (d *Door) setupPage(w http.ResponseWriter, r *http.Request) error {
	if err := d.Operators.CheckSetup(r.Context(), r.PathValue("token")); err != nil {
		return err
	}
	return d.render(w, r, view.SetupPage(d.setupForm(r, nil)))
}

func (d *Door) setUp(w http.ResponseWriter, r *http.Request) error {
	wrong := d.firstPassword(r)
	if wrong == nil {
		err := d.Entrance.SetUp(r.Context(), r.PathValue("token"), typed(r, "name"), r.PostFormValue("password"))
		if err == nil {
			return d.done(w, r, "/", view.Notice{Tone: view.Good, Text: "You are the first administrator. The set-up link is used up."})
		}
		if vpp.KindOf(err) != vpp.Invalid {
			return err
		}
		wrong = faults(err)
	}
	return d.refuse(w, r, view.SetupPage(d.setupForm(r, wrong)))
}

// firstPassword checks what only the form knows: the password typed twice.
func (d *Door) firstPassword(r *http.Request) map[string]string {
	if r.PostFormValue("password") != r.PostFormValue("again") {
		return map[string]string{"again": "This is not the same password: type both again."}
	}
	return nil
}

func (d *Door) setupForm(r *http.Request, wrong map[string]string) view.Setup {
	p := d.bare(r)
	p.Title, p.Lead = "Welcome to rsvpp", "Create the first administrator."
	password, again := newPassword(wrong)
	return view.Setup{
		Page: p, Code: r.PathValue("token"), Password: password, Again: again,
		Name: view.Field{Name: "name", Label: "Name to sign in with", Value: typed(r, "name"), Autocomplete: "username", Required: true, Hint: "Stands in the history beside what you do.", Error: wrong["name"]},
	}
}

// newPassword are the two fields for a password that is to be.
func newPassword(wrong map[string]string) (password, again view.Field) {
	password = view.Field{Name: "password", Label: "Password", Type: "password", Autocomplete: "new-password", Required: true, Hint: "At least 12 characters; a few words are best.", Error: wrong["password"]}
	again = view.Field{Name: "again", Label: "The same once more", Type: "password", Autocomplete: "new-password", Required: true, Error: wrong["again"]}
	return password, again
}
