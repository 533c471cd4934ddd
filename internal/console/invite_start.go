package console

import (
	"net/http"
	"net/url"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// startInvite opens the wizard about the people chosen in a list or on a
// person's page (S0-15, S0-16). Nothing is sent before the last page.
func (d *Door) startInvite(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	here, err := d.here(r)
	if err != nil {
		return err
	}
	selection, err := selectionOf(values, here.ID)
	if vpp.KindOf(err) == vpp.Invalid && err != nil {
		return d.done(w, r, backTo(r, "/users"), view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	f := draft{ID: d.config.IDs(), Selection: selection, Audience: vpp.AudienceNotInvited, Channel: vpp.ChannelMail}
	switch r.URL.Query().Get("audience") {
	case "resend":
		f.Resend = true
	case string(vpp.AudienceNotRegistered):
		f.Audience = vpp.AudienceNotRegistered
	case string(vpp.AudienceRemoved):
		f.Audience = vpp.AudienceRemoved
	}
	mail, err := d.Letters.MailSettings(r.Context())
	if err != nil {
		return err
	}
	if !mail.Configured() {
		f.Channel = vpp.ChannelLink
	}
	if err := d.beginDraft(r, f); err != nil {
		return err
	}
	return d.seeOther(w, r, f.path("who"))
}

// withdrawInvite ends the link and the open letters of one person.
func (d *Door) withdrawInvite(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	at, err := d.actsAt(r)
	if err != nil {
		return err
	}
	id := vpp.UserID(values.Get("user"))
	back := backTo(r, "/users/"+url.PathEscape(string(id)))
	err = d.Inviter.Withdraw(r.Context(), actor(r), id, at.ID)
	if vpp.KindOf(err) == vpp.NotFound || vpp.KindOf(err) == vpp.Conflict {
		return d.done(w, r, back, view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, back, view.Notice{Tone: view.Good, Text: "The invitation was withdrawn: its link no longer works."})
}

// wizardPage is the frame of one of the wizard's pages.
func (d *Door) wizardPage(r *http.Request, f draft, step string) view.Page {
	p := d.page(r)
	p.Title, p.Crumbs, p.Path = "Invite user to VPP", []view.Link{{Text: "Users", Href: "/users"}}, f.path(step)
	if f.Resend {
		p.Title = "Resend invitation"
	}
	if f.Audience == vpp.AudienceRemoved {
		p.Title = "Register again"
	}
	return p
}

// unsent returns the draft of a page that is before the send. Once it was
// sent, every page leads to what came of it.
func (d *Door) unsent(w http.ResponseWriter, r *http.Request) (f draft, gone bool, err error) {
	f, err = d.draft(r)
	if err == nil && f.Task != "" {
		return f, true, d.seeOther(w, r, f.path("result"))
	}
	return f, err != nil, err
}
