package applesim

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
)

//go:embed signin.html
var signInHTML string

// signInPage is what the page shows.
type signInPage struct {
	Location, Code, Account string
	Done                    bool
	Problem                 string // why the form was not accepted; may be mended
	Closed                  string // why there is no form
}

// serveSignIn is the page behind an invitation: a form on GET, the association on POST. It works without JavaScript.
func (a *Apple) serveSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "GET or POST, please.", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	code := r.URL.Query().Get("inviteCode")
	page := signInPage{Code: code, Location: a.inviter(code)}
	var err error
	if r.Method == http.MethodPost {
		page.Account = r.PostFormValue("account")
		_, err = a.Accept(code, page.Account)
		page.Done = err == nil
	} else {
		err = a.open(code)
	}
	page.explain(err)
	a.showSignIn(w, page, err)
}

// open says whether an invitation waits to be accepted.
func (a *Apple) open(code string) error {
	now := a.lock()
	defer a.unlock()
	_, _, err := a.invitation(code, now)
	return err
}

// inviter is the name of the location that an invitation comes from.
func (a *Apple) inviter(code string) string {
	a.lock()
	defer a.unlock()
	if where, _, _, ok := a.mint.openCode(code); ok && int(where) < len(a.ordered) {
		return a.ordered[where].Name
	}
	return "Your organization"
}

func (p *signInPage) explain(err error) {
	switch {
	case err == nil:
	case errors.Is(err, ErrNoAccount):
		p.Problem = "Type an Apple Account: an e-mail address or a telephone number."
	case errors.Is(err, ErrUsedInvite):
		p.Closed = "This invitation was accepted already. Nothing more is needed."
	case errors.Is(err, ErrRetiredInvite):
		p.Closed = "This invitation is no longer valid: the person was removed. Ask your administrator for a new one."
	case errors.Is(err, ErrExpiredInvite):
		p.Closed = "This invitation has expired. Ask your administrator for a new one."
	case errors.Is(err, ErrUnknownInvite):
		p.Closed = "There is no such invitation. Check that the whole link was opened, or ask your administrator for a new one."
	default:
		p.Closed = "Something went wrong here. Try again later."
	}
}

func (a *Apple) showSignIn(w http.ResponseWriter, page signInPage, err error) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the invite code
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	t, perr := template.New("sign-in").Parse(signInHTML)
	if perr != nil {
		http.Error(w, "The page is broken.", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(signInStatus(err))
	_ = t.Execute(w, page) // a person who left is their own affair
}

func signInStatus(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ErrNoAccount):
		return http.StatusUnprocessableEntity
	case errors.Is(err, ErrUnknownInvite):
		return http.StatusNotFound
	case errors.Is(err, ErrUsedInvite), errors.Is(err, ErrRetiredInvite), errors.Is(err, ErrExpiredInvite):
		return http.StatusGone
	}
	return http.StatusInternalServerError
}
