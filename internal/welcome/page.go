package welcome

import (
	"github.com/a-h/templ"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/welcome/view"
)

// bare is a page that says nothing about anybody.
func bare() view.Page { return view.Page{Styles: stylesPath} }

// page draws what a link has to say on a device, which may be brought along.
func page(token string, w invite.Welcome, on device, enrolls bool) templ.Component {
	p := view.Page{Styles: stylesPath, Organization: w.Organization, Contact: w.HelpContact}
	if w.State != invite.WelcomeReady {
		return view.EndPage(end(p, token, w))
	}
	m := view.Welcome{
		Page: p, Code: token, Name: w.FullName, By: w.InvitedBy, Device: on.name, Other: on.other,
		Continue: "/i/" + token + "/continue", Steps: on.steps, Expires: "until it is withdrawn",
	}
	if !w.ExpiresAt.IsZero() {
		m.Expires = "until " + w.ExpiresAt.Format("2 January 2006")
	}
	if m.By == w.Organization {
		m.By = "" // the heading says it
	}
	if w.Managed {
		m.Managed = "Managed Apple Account"
	}
	if enrolls && on.name != "" {
		m.Enroll = "/enroll/" + token
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
