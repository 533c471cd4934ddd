package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/invite"
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
	f := draft{ID: d.config.IDs(), Selection: selection, Audience: vpp.AudienceNotInvited}
	switch r.URL.Query().Get("audience") {
	case "resend":
		f.Resend = true
	case string(vpp.AudienceNotRegistered):
		f.Audience = vpp.AudienceNotRegistered
	case string(vpp.AudienceRemoved):
		f.Audience = vpp.AudienceRemoved
	}
	if err := d.usualWay(r, &f); err != nil {
		return err
	}
	if err := d.beginDraft(r, f); err != nil {
		return err
	}
	return d.seeOther(w, r, f.path("who"))
}

// usualWay is how the operator invited last (F-20), unless the address names
// a way, or the way is not there.
func (d *Door) usualWay(r *http.Request, f *draft) error {
	ctx := r.Context()
	mail, err := d.Letters.MailSettings(ctx)
	if err != nil {
		return err
	}
	devices, err := d.anyDevices(ctx)
	if err != nil {
		return err
	}
	way, elseMail, _ := strings.Cut(d.preference(ctx, preferWay), " ")
	f.Channel, f.ElseMail = vpp.Channel(way), elseMail != "alone"
	if via := r.URL.Query().Get("via"); via != "" {
		f.Channel = vpp.Channel(via)
	}
	switch {
	case f.Channel == vpp.ChannelLink, f.Channel == vpp.ChannelDevice && devices:
	case f.Channel == vpp.ChannelBoth && devices && mail.Configured():
	case mail.Configured():
		f.Channel = vpp.ChannelMail
	default:
		f.Channel = vpp.ChannelLink
	}
	return nil
}

// anyDevices says whether people can be invited on devices at all.
func (d *Door) anyDevices(ctx context.Context) (bool, error) {
	list, err := d.Devices.Devices(ctx, vpp.DeviceFilter{}, vpp.Page{Limit: 1})
	return len(list.Items) > 0, err
}

// rememberWay keeps how somebody invited, to be offered first the next time.
func (d *Door) rememberWay(r *http.Request, f draft) error {
	way := string(f.Channel)
	if f.Channel == vpp.ChannelDevice && !f.ElseMail {
		way += " alone"
	}
	return d.prefer(r.Context(), preferWay, way)
}

// inviteOnDevice sends the invitation to one device of one person (S4-11).
func (d *Door) inviteOnDevice(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	at, err := d.actsAt(r)
	if err != nil {
		return err
	}
	person, device := vpp.UserID(values.Get("user")), vpp.DeviceID(values.Get("device"))
	back := backTo(r, personPath(person))
	_, err = d.Inviter.InviteOn(r.Context(), actor(r), invite.Request{
		Selection: vpp.Selection{IDs: []vpp.UserID{person}}, Location: at.ID, Devices: []vpp.DeviceID{device},
	})
	switch vpp.KindOf(err) {
	case vpp.Conflict, vpp.Invalid:
		return d.done(w, r, back, view.Notice{Tone: view.Warn, Text: vpp.MessageOf(err)})
	}
	if err != nil {
		return err
	}
	return d.done(w, r, back, view.Notice{
		Tone: view.Good, Text: "The invitation goes to the device. What becomes of it stands here and under Tasks.",
		Action: view.Link{Text: "Active Tasks", Href: "/tasks/devices"},
	})
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
	back := backTo(r, personPath(id))
	p, err := d.People.Profile(r.Context(), id)
	if err != nil {
		return err
	}
	if sure, err := d.sure(w, r, view.Question{
		Title: "Withdraw the invitation of " + p.User.FullName + "?", Verb: "Withdraw", Back: personPath(id),
		Text: "Its link stops working at once, and letters that wait are not sent. A new invitation can be sent at any time.",
	}); !sure {
		return err
	}
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
