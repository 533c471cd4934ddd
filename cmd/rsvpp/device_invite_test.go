package main

import (
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/client"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-10: an answer to an invitation that also says who is signed in is both.
func TestAnswerWithAccount(t *testing.T) {
	w := openDeviceWorld(t, storetest.SQLite(t))
	w.says("mdm", "push-cert", "push.pem", "push.key")
	person := w.person("Anna Berg", "anna@school.test")
	ipad := w.device(mdmtest.IPad, "Anna's iPad", []byte(w.says("mdm", "profile", "--user", "anna@school.test")))
	storetest.Exec(t, w.db, `INSERT INTO deliveries (id, invitation_id, program_user_id, address, ready_at, task_id, channel, queued_at, mdm, device_id, outcome, command_state)
		SELECT 'c1', 'i', p.id, v.udid, 1, '', 'device', 1, 'builtin', v.id, 'underway', 'pushed' FROM devices v JOIN program_users p ON p.user_id = v.owner_id`)
	storetest.Exec(t, w.db, `INSERT INTO invitations (id, program_user_id, user_id, generation, location_id, created_at, expires_at, invited_by)
		SELECT 'i', id, user_id, generation, location_id, 1, 0, 'anna' FROM program_users`)
	err := (&told{roster: w.roster, invites: w.invite}).Answered(t.Context(), vpp.CommandAnswer{
		ID: "c1", MDM: vpp.BuiltinMDM, Enrollment: vpp.EnrollmentID(ipad.UDID), Status: "Acknowledged", Invitation: "Acknowledged", At: time.Now(),
		Account: &vpp.DeviceAccount{Active: true, Hash: "the hash"},
	})
	must(t, err)
	list, err := w.client.ListCommands(t.Context(), client.CommandFilter{}, client.Page{})
	if err != nil || len(list.Items) != 1 || list.Items[0].State != "acknowledged" {
		t.Error(list, err)
	}
	if mine, err := w.client.UserDevices(t.Context(), person.ID); err != nil || len(mine) != 1 || mine[0].Account != "signed_in" {
		t.Error(mine, err)
	}
}

// The whole way of an invitation on devices by commands: dry run, send, watch,
// one device alone, and by itself when a device enrolls (S1-16, S4-01, S4-11,
// S4-15, S4-19, S4-22, S4-23, F-20, F-28, F-40, F-42).
func TestInviteOnDevicesWhole(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		apple, err := applesim.NewServer(applesim.Options{Limits: applesim.UnlimitedRate()})
		must(t, err)
		t.Cleanup(func() { _ = apple.Close() })
		school, err := apple.AddLocation(applesim.Location{Name: "North"})
		must(t, err)
		token, err := apple.MintToken(school.UID, applesim.TokenOptions{})
		must(t, err)
		w := openDeviceWorld(t, url, "apple-url", apple.BaseURL())
		w.files["north.vpptoken"] = token.Content
		w.says("token", "add", "--consent", "north.vpptoken")
		w.says("mdm", "push-cert", "push.pem", "push.key")
		w.person("Anna Berg", "anna@school.test")
		w.person("Ben Arndt", "ben@school.test")
		ipad := w.device(mdmtest.IPad, "Anna's iPad", []byte(w.says("mdm", "profile", "--user", "anna@school.test")))
		w.device(mdmtest.AppleTV, "Hall", []byte(w.says("mdm", "profile", "--user", "ben@school.test")))
		w.answerPushes(ipad)

		out := w.says("invite", "--all", "--via", "device", "--dry-run")
		for _, words := range []string{"1 of 2 people will be reached: 1 on devices, 0 by e-mail.", "iPhone, iPad, iPod touch and Mac only"} {
			if !strings.Contains(out, words) {
				t.Errorf("the dry run lacks %q: %s", words, out)
			}
		}
		if out := w.says("invite", "--all", "--via", "device", "--yes", "--wait"); !strings.Contains(out, "1 done, 0 failed, 1 skipped") {
			t.Error(out)
		}
		if n := len(ipad.Shown()); n != 1 {
			t.Errorf("shown %d times", n)
		}
		if out := w.says("tasks", "active"); strings.Contains(out, "Anna") {
			t.Error(out)
		}
		out = w.says("tasks", "active", "--state", "acknowledged")
		for _, words := range []string{"Anna Berg", "Anna's iPad", "InviteToProgram", "acknowledged", "Shown on the device"} {
			if !strings.Contains(out, words) {
				t.Errorf("the tasks lack %q: %s", words, out)
			}
		}
		list, err := w.client.ListCommands(t.Context(), client.CommandFilter{}, client.Page{})
		if err != nil || len(list.Items) != 1 || list.Items[0].Open {
			t.Fatal(list, err)
		}
		w.says("tasks", "active", "retry", list.Items[0].ID)
		w.await(t, func() bool { return len(ipad.Shown()) == 2 })
		w.says("invite", "--user", "anna@school.test", "--via", "device", "--device", ipad.Serial, "--yes", "--wait")
		if n := len(ipad.Shown()); n != 3 {
			t.Errorf("shown %d times", n)
		}

		if out := w.says("invite", "rule", "show"); !strings.HasPrefix(out, "Off") {
			t.Error(out)
		}
		if out := w.says("invite", "rule", "on"); !strings.HasPrefix(out, "On: everybody") {
			t.Error(out)
		}
		phone := w.device(mdmtest.IPhone, "Ben's phone", []byte(w.says("mdm", "profile", "--user", "ben@school.test")))
		w.answerPushes(phone)
		w.await(t, func() bool { return len(phone.Shown()) == 1 })
		if out := w.says("users", "show", "ben@school.test"); !strings.Contains(out, "Shown on Ben's phone") {
			t.Error(out)
		}
		if out := w.says("invite", "rule", "off"); !strings.HasPrefix(out, "Off") {
			t.Error(out)
		}
		if len(ipad.Shown()) != 3 {
			t.Error("an old device was invited on")
		}
	})
}
