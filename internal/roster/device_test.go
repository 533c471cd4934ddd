package roster_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A list of serial numbers gives devices to people, line by line (S4-06).
func TestAssignDevices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := build(t, url)
		ben, err := h.Create(t.Context(), anna, "", vpp.UserInput{FullName: "Ben Berg", Email: "ben@school.example"})
		if err != nil {
			t.Fatal(err)
		}
		for _, serial := range []string{"S1", "S2"} {
			d := vpp.Device{MDM: vpp.BuiltinMDM, Key: vpp.EnrollmentID(serial), UDID: serial, SerialNumber: serial, Name: "iPad " + serial, Platform: vpp.PlatformIPad, Kind: vpp.EnrolledDevice, EnrolledAt: time.Unix(1, 0)}
			if err := h.DeviceSeen(t.Context(), d, []vpp.Enrollment{{ID: d.Key, MDM: vpp.BuiltinMDM, EnrolledAt: time.Unix(1, 0)}}); err != nil {
				t.Fatal(err)
			}
		}
		lines, err := h.AssignDevices(t.Context(), anna, "\ufeffSerial Number;User\n\"s1\";ben@school.example\nS2,nobody@school.example\nS3\tben@school.example\nS2\n\n")
		if err != nil || len(lines) != 4 {
			t.Fatal(lines, err)
		}
		for i, part := range []string{"", "nobody", "No managed device", "names nobody"} {
			if (part == "") != (lines[i].Reason == "") || !strings.Contains(lines[i].Reason, part) {
				t.Errorf("line %d: %+v", i, lines[i])
			}
		}
		targets, err := h.DevicesOf(t.Context(), ben.ID)
		if err != nil || len(targets) != 1 || targets[0].Target.Reach != vpp.ReachDevice || targets[0].Name != "iPad S1" {
			t.Error(targets, err)
		}
		if err := h.AssignDevice(t.Context(), anna, targets[0].ID, ""); err != nil {
			t.Fatal(err)
		}
		if targets, err = h.DevicesOf(t.Context(), ben.ID); err != nil || len(targets) != 0 {
			t.Error(targets, err)
		}
	})
}
