package invite_test

import (
	"testing"

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
