package invite_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mail/mailtest"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// listen adds a webhook that wants everything.
func (h *house) listen() {
	h.t.Helper()
	must(h.t, h.db.AddWebhook(h.t.Context(), anna, vpp.Webhook{ID: "hook", Name: "all", URL: "https://x.example", CreatedAt: h.now()}, "sealed"))
}

// heard are the messages since the last time: kind, person,
// and what else is said.
func (h *house) heard() (all []string) {
	h.t.Helper()
	list, err := h.db.WebhookMessages(h.t.Context(), "hook", vpp.Page{Limit: 1000})
	must(h.t, err)
	for _, m := range list.Items {
		storetest.SaysAsDocumented(h.t, m.Kind, m.Body)
		for _, secret := range []string{"/i/", "inviteCode", "https://"} {
			if strings.Contains(m.Body, secret) {
				h.t.Errorf("%s stands in %s", secret, m.Body)
			}
		}
		var said struct {
			Data struct {
				User struct{ ID string }
				What string   `json:"outcome"`
				How  string   `json:"channel"`
				Ways []string `json:"channels"`
			}
		}
		must(h.t, json.Unmarshal([]byte(m.Body), &said))
		d := said.Data
		all = append(all, strings.TrimSpace(strings.Join([]string{string(m.Kind), d.User.ID, d.What, d.How, strings.Join(d.Ways, "+")}, " ")))
	}
	h.exec("DELETE FROM webhook_messages")
	slices.Sort(all)
	return all
}

func (h *house) hears(want ...string) {
	h.t.Helper()
	got := h.heard()
	if len(got) != len(want) {
		h.t.Errorf("told %q, want %q", got, want)
		return
	}
	for i := range got {
		if strings.Join(strings.Fields(got[i]), " ") != want[i] {
			h.t.Errorf("told %q, want %q", got, want)
			return
		}
	}
}

// F-81: a person's way by mail, as other programs are told it.
func TestEventsByMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := openBounces(t, url)
		ids := h.people(3)
		h.listen()
		h.server.SetFaults(mailtest.Faults{Greylist: 1, Unknown: []string{"p2@school.test"}})
		h.run(invite.Request{Selection: vpp.Selection{IDs: ids[:2]}})
		h.hears("user.invited u00001 mail", "user.invited u00002 mail")
		h.appleConfirms()
		h.hears()
		h.send()
		h.hears("user.bounced u00002 refused mail") // the other is tried again
		h.pass(time.Hour)
		h.send()
		h.hears("user.delivered u00001 mail")

		held, err := h.Start(t.Context(), anna, invite.Request{Selection: vpp.Selection{IDs: ids[2:]}, Channel: vpp.ChannelLink})
		must(t, err)
		must(t, h.Expand(t.Context(), vpp.ExpandTask{TaskID: held.ID}))
		h.hears("user.invited u00003 link")
		h.appleConfirms()
		link, err := h.CopyLink(t.Context(), anna, ids[2], "")
		must(t, err)
		_, err = h.CopyLink(t.Context(), anna, ids[2], "") // handed over before
		must(t, err)
		h.hears("user.delivered u00003 link")
		token := strings.TrimPrefix(link.URL, "https://rsvpp.test/i/")
		for range 2 {
			_, err := h.Open(t.Context(), token, "an iPhone")
			must(t, err)
		}
		h.hears("user.opened u00003")

		letter, _ := h.server.Find("p1@school.test")
		for _, kind := range []mailtest.Return{mailtest.Late, mailtest.Failed, mailtest.Failed, mailtest.Complaint} {
			_, err := h.Bounce(t.Context(), mailtest.ReturnOf(letter, kind))
			must(t, err)
		}
		h.hears("user.bounced u00001 bounced mail", "user.bounced u00001 complained mail")
	})
}

// The same on devices.
func TestEventsOnDevices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withDevices()
		ids := h.people(2)
		phone, pad := h.enroll(mdmtest.IPhone, ids[0]), h.enroll(mdmtest.IPad, ids[1])
		pad.Do.Refuse = mdmtest.RefuseLink
		h.listen()
		h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
		h.hears("user.invited u00001 device", "user.invited u00002 device")
		phone.Do.NotNow = 1
		must(t, phone.Answer(t.Context(), nil))
		h.hears()
		for range 2 {
			must(t, phone.Answer(t.Context(), nil))
		}
		must(t, pad.Answer(t.Context(), nil))
		h.hears("push.acknowledged u00001 device", "push.failed u00002 device")
	})
}
