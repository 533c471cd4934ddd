package invite_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A device that begins anew, changes hands or leaves is shown nothing that was
// meant for it before; a letter takes over.
func TestDeviceLeaves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail().withDevices()
		ids := h.people(3)
		var devices []*mdmtest.Device
		for _, id := range ids {
			devices = append(devices, h.enroll(mdmtest.IPad, id))
		}
		h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice, ElseMail: true})
		again := func(d *mdmtest.Device, owner vpp.UserID) {
			profile, err := h.mdm.NewProfile(t.Context(), anna, owner)
			must(t, err)
			must(t, d.Enroll(t.Context(), profile))
			must(t, d.Answer(t.Context(), nil))
		}
		again(devices[0], ids[0])
		again(devices[1], ids[0]) // handed on to somebody else
		must(t, devices[2].CheckOut(t.Context()))
		must(t, h.Service.Sweep(t.Context()))
		must(t, h.Send(t.Context(), vpp.SendMail{}))
		if n, m := len(devices[0].Shown()), len(devices[1].Shown()); n != 0 || m != 0 {
			t.Errorf("the same person's shows %d, another's %d", n, m)
		}
		for _, address := range []string{"p1@school.test", "p2@school.test", "p3@school.test"} {
			if _, ok := h.server.Find(address); !ok {
				t.Errorf("no letter to %s took over", address)
			}
		}
		if h.server.Count() != 3 {
			t.Errorf("%d letters", h.server.Count())
		}
	})
}

// F-40: a device that stays silent is given up, and its MDM server told: it is
// not woken any more, and shows nothing when it returns. What it showed all the
// same counts.
func TestGivenUpIsTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail().withDevices()
		ids := h.people(2)
		away, late := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[1])
		h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids[:1]}, Channel: vpp.ChannelDevice, ElseMail: true})
		task := h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids[1:]}, Channel: vpp.ChannelDevice})
		h.pass(15 * 24 * time.Hour)
		must(t, h.Service.Sweep(t.Context()))
		must(t, h.Send(t.Context(), vpp.SendMail{}))
		if _, ok := h.server.Find("p1@school.test"); !ok || h.server.Count() != 1 {
			t.Errorf("%d letters took over", h.server.Count())
		}
		if n := h.count("SELECT count(*) FROM mdm_commands WHERE done_at = 0"); n != 0 {
			t.Errorf("%d commands are still handed out, and their devices woken for them", n)
		}
		must(t, away.Answer(t.Context(), nil))
		if n := len(away.Shown()); n != 0 {
			t.Errorf("shown %d times after the letter took over", n)
		}
		if got := h.task(task); got.Failed != 1 {
			t.Errorf("%+v", got)
		}
		// The other device had fetched it before it fell silent.
		id := h.text("SELECT id FROM deliveries WHERE address = $1", late.UDID)
		shown := vpp.CommandAnswer{ID: id, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(late.UDID), Status: "Acknowledged", Invitation: "Acknowledged", At: h.now()}
		must(t, h.DeviceAnswered(t.Context(), shown))
		if h.count("SELECT count(*) FROM program_users WHERE id = 'p00002' AND handed_over_at > 0") != 1 {
			t.Error("shown late does not count as handed over")
		}
		if list := h.commands(vpp.CommandFilter{State: vpp.CommandAcknowledged}); len(list) != 1 || string(list[0].ID) != id {
			t.Errorf("%+v", list)
		}
	})
}

// What a device refused stays refused, whoever says otherwise later.
func TestRefusedStaysRefused(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withDevices()
	ids := h.people(1)
	pad := h.enroll(mdmtest.IPad, ids[0])
	pad.Do.Refuse = mdmtest.RefuseError
	h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
	must(t, pad.Answer(t.Context(), nil))
	id := h.text("SELECT id FROM deliveries WHERE address = $1", pad.UDID)
	must(t, h.DeviceAnswered(t.Context(), vpp.CommandAnswer{
		ID: id, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(pad.UDID), Status: "Acknowledged", Invitation: "Acknowledged", At: h.now(),
	}))
	if list := h.commands(vpp.CommandFilter{State: vpp.CommandFailed}); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

// S3-17: an answer counts for the device that was asked: another one behind
// the same MDM server cannot give it, whatever id it names.
func TestAnswerOfAnotherDevice(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withDevices()
	ids := h.people(1)
	pad := h.enroll(mdmtest.IPad, ids[0])
	h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
	id := h.text("SELECT id FROM deliveries WHERE address = $1", pad.UDID)
	for _, channel := range []string{"ANOTHER", pad.UDID + ":ANOTHER"} {
		for _, status := range []string{"Error", "Acknowledged"} {
			a := vpp.CommandAnswer{ID: id, MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(channel), Status: status, Invitation: "Acknowledged", At: h.now()}
			must(t, h.DeviceAnswered(t.Context(), a))
		}
		if n := len(h.commands(vpp.CommandFilter{Open: true})); n != 1 {
			t.Errorf("%s answered for %s: %d are open", channel, pad.UDID, n)
		}
	}
	must(t, pad.Answer(t.Context(), nil))
	if n := len(h.commands(vpp.CommandFilter{State: vpp.CommandAcknowledged})); n != 1 {
		t.Errorf("%d are acknowledged", n)
	}
}
