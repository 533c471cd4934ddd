package console

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/rsvpp/rsvpp/internal/console/view"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// lives are for how many days a link can be asked to work; 0 is the usual time.
func lives() []int { return []int{0, 7, 14, 30, 90, 365} }

func (d *Door) inviteHow(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	mail, err := d.Letters.MailSettings(r.Context())
	if err != nil {
		return err
	}
	devices, err := d.anyDevices(r.Context())
	if err != nil {
		return err
	}
	m := view.InviteHow{Page: d.wizardPage(r, f, "how"), ID: f.ID, Channels: channelsOf(f, mail.Configured(), devices), ElseMail: f.ElseMail && mail.Configured(), MayMail: mail.Configured()}
	for _, days := range lives() {
		m.Expiry = append(m.Expiry, view.Choice{Value: strconv.Itoa(days), Text: d.lifeWord(days), Current: days == f.Days})
	}
	return d.render(w, r, view.InviteHowPage(m))
}

// channelsOf are the ways, with a sentence each; what is not there is said.
func channelsOf(f draft, mail, devices bool) []view.Channel {
	list := []view.Channel{
		{Value: string(vpp.ChannelMail), Text: "By e-mail", Icon: "mail", Hint: "Everybody with an address gets a letter with their own link."},
		{Value: string(vpp.ChannelDevice), Text: "On the device", Icon: "device", Hint: "The invitation shows on people’s managed iPhones, iPads and Macs: nobody has to look for a mail."},
		{Value: string(vpp.ChannelBoth), Text: "On the device and by e-mail", Icon: "send", Hint: "Everybody gets both, as far as they have a device and an address. Whichever is answered first counts."},
		{Value: string(vpp.ChannelLink), Text: "By link", Icon: "link", Hint: "Records are made at Apple and nothing is mailed. You copy each link and hand it over."},
	}
	const noMail, noDevice = "No mail is set up: nothing would go out. Set it up under Mail first.", "There are no devices yet: enroll some, or connect your MDM server, under Devices."
	for i, needs := range [...]struct{ mail, devices bool }{{mail: true}, {devices: true}, {mail: true, devices: true}, {}} {
		switch {
		case needs.mail && !mail:
			list[i].Disabled = noMail
		case needs.devices && !devices:
			list[i].Disabled = noDevice
		}
		list[i].Current = list[i].Value == string(f.Channel) && list[i].Disabled == ""
	}
	if !slices.ContainsFunc(list, func(c view.Channel) bool { return c.Current }) {
		list[3].Current = true
	}
	return list
}

func (d *Door) lifeWord(days int) string {
	usual := int(d.config.LinkLife / (24 * time.Hour))
	switch {
	case days == 365:
		return "a year"
	case days > 0:
		return dayCount(days)
	case usual > 0:
		return dayCount(usual) + ", as usual here"
	}
	return "the time set for this server"
}

func dayCount(n int) string {
	if n == 1 {
		return "1 day"
	}
	return thousands(n) + " days"
}

func (d *Door) chooseHow(w http.ResponseWriter, r *http.Request) error {
	f, gone, err := d.unsent(w, r)
	if gone {
		return err
	}
	values, err := form(r)
	if err != nil {
		return err
	}
	switch c := vpp.Channel(values.Get("channel")); c {
	case vpp.ChannelMail, vpp.ChannelLink, vpp.ChannelDevice, vpp.ChannelBoth:
		f.Channel, f.ElseMail = c, values.Get("else_mail") != ""
	default:
		return d.done(w, r, f.path("how"), view.Notice{Tone: view.Warn, Text: "Choose how the invitation is handed over."})
	}
	if days, err := strconv.Atoi(values.Get("expiry")); err == nil && slices.Contains(lives(), days) {
		f.Days = days
	}
	if err := d.keepDraft(r, f); err != nil {
		return err
	}
	if !f.mails() {
		return d.seeOther(w, r, f.path("review")) // no letter, so no text
	}
	return d.seeOther(w, r, f.path("text"))
}
