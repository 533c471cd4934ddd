package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A device that begins anew with a certificate that is new for it may be
// another: a profile of nobody's does not keep the owner, and it is written
// down. With the certificate that it had, it stays whose it is.
func TestBeginsAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := openDevices(t, url)
		at := time.Date(2031, 2, 3, 0, 0, 0, 0, time.UTC)
		enroll := func(owner vpp.UserID, serial string, certified, enrolled time.Time) (vpp.Device, []vpp.Entry) {
			t.Helper()
			d := vpp.Device{MDM: vpp.BuiltinMDM, Key: "A", UDID: "A", SerialNumber: serial, Kind: vpp.EnrolledDevice, OwnerID: owner, OwnerSource: "enrollment", CertifiedAt: certified}
			if err := db.DeviceSeen(t.Context(), d, []vpp.Enrollment{{ID: "A", MDM: vpp.BuiltinMDM, Disabled: true}}); err != nil {
				t.Fatal(err)
			}
			d = vpp.Device{MDM: vpp.BuiltinMDM, Key: "A", UDID: "A", EnrolledAt: enrolled}
			if err := db.DeviceSeen(t.Context(), d, []vpp.Enrollment{{ID: "A", MDM: vpp.BuiltinMDM, EnrolledAt: enrolled}}); err != nil {
				t.Fatal(err)
			}
			list, err := db.Devices(t.Context(), vpp.DeviceFilter{}, vpp.Page{})
			if err != nil || len(list.Items) != 1 {
				t.Fatal(list, err)
			}
			history, err := db.Entries(t.Context(), "", "device.anew", "", time.Time{}, time.Time{}, vpp.Page{})
			if err != nil {
				t.Fatal(err)
			}
			return list.Items[0].Device, history.Items
		}
		d, said := enroll("user-0001", "S1", at, at.Add(time.Second))
		if d.OwnerID != "user-0001" || len(said) != 0 {
			t.Errorf("%+v %v", d, said)
		}
		if d, said = enroll("", "S1", at, at.Add(time.Hour)); d.OwnerID != "user-0001" || len(said) != 0 {
			t.Errorf("with the same certificate: %+v %v", d, said)
		}
		if d, said = enroll("", "S2", at.Add(2*time.Hour), at.Add(3*time.Hour)); d.OwnerID != "" || d.OwnerSource != "" || len(said) != 1 ||
			!strings.Contains(said[0].Summary, "another certificate, and is nobody’s now") || !strings.Contains(said[0].Summary, "serial number") {
			t.Errorf("with another: %+v %+v", d, said)
		}
		if d, said = enroll("user-0002", "S2", at.Add(4*time.Hour), at.Add(5*time.Hour)); d.OwnerID != "user-0002" || len(said) != 2 || !strings.Contains(said[0].Summary, "another person’s") {
			t.Errorf("with another's profile: %+v %+v", d, said)
		}
	})
}
