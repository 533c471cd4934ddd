package welcome

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/welcome/view"
)

// bare is a page that says nothing about anybody.
func bare() view.Page { return view.Page{Styles: stylesPath} }

// askedPath is the page that looks for Apple's answer for the nth time.
func askedPath(token string, n int) string { return "/i/" + token + "?asked=" + strconv.Itoa(n) }

// asking waits for Apple's answer about a person.
func asking(token string, w invite.Welcome, asked int) templ.Component {
	p := view.Page{Styles: stylesPath, Organization: w.Organization, Contact: w.HelpContact, Again: askedPath(token, asked+1)}
	return view.EndPage(view.End{Page: p, Kind: view.Asking})
}

// page draws what a link has to say on a device; asked, to somebody who wanted
// to know what Apple says.
func page(token string, w invite.Welcome, on device, asked bool) templ.Component {
	p := view.Page{Styles: stylesPath, Organization: w.Organization, Contact: w.HelpContact}
	if w.State != invite.WelcomeReady {
		return view.EndPage(end(p, token, w))
	}
	m := view.Welcome{
		Page: p, Code: token, Name: w.FullName, By: w.InvitedBy, Device: on.name, Other: on.other,
		Continue: "/i/" + token + "/continue", Steps: on.steps, Expires: "until it is withdrawn",
	}
	m.Continued, m.NotYet = w.Continued, asked
	if !w.ExpiresAt.IsZero() {
		m.Expires = "until " + w.ExpiresAt.Format("2 January 2006")
	}
	if m.By == w.Organization {
		m.By = "" // the heading says it
	}
	if w.Managed {
		m.Managed = "Managed Apple Account"
	}
	if on.name == "" {
		m.QR = picture(w.URL)
	}
	return view.WelcomePage(m)
}

// end says why there is nothing to accept.
func end(p view.Page, token string, w invite.Welcome) view.End {
	e := view.End{Page: p}
	if w.NewLink {
		e.Code = token
	}
	switch w.State {
	case invite.WelcomeDone:
		e.Kind = view.Registered
	case invite.WelcomePreparing:
		e.Kind, e.Said = view.Waiting, "Apple is still preparing your invitation. Open this link again in a few minutes."
	case invite.WelcomeExpired:
		e.Kind = view.Expired
	case invite.WelcomeReplaced:
		e.Kind, e.Said = view.Expired, "A newer link took its place: look for the newest mail."
	case invite.WelcomeNotMe:
		e.Kind = view.NotMe
	case invite.WelcomeWithdrawn, invite.WelcomeReady:
		e.Kind = view.Withdrawn
	}
	return e
}
