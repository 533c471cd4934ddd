package invite_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/mdm/mdmtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// device finds a pretend device in the store.
func (h *house) device(d *mdmtest.Device) vpp.DeviceID {
	h.t.Helper()
	return vpp.DeviceID(h.text("SELECT id FROM devices WHERE udid = $1 OR mdm_key = $2", d.UDID, d.UDID))
}

// carryOut does the work of a run that was begun, Apple's part included.
func (h *house) carryOut(id vpp.TaskID) {
	h.t.Helper()
	must(h.t, h.Expand(h.t.Context(), vpp.ExpandTask{TaskID: id}))
	h.appleConfirms()
	h.send()
}

func (h *house) inviteOn(person vpp.UserID, devices ...*mdmtest.Device) (vpp.TaskID, error) {
	h.t.Helper()
	r := invite.Request{Selection: vpp.Selection{IDs: []vpp.UserID{person}}}
	for _, d := range devices {
		r.Devices = append(r.Devices, h.device(d))
	}
	task, err := h.InviteOn(h.t.Context(), anna, r)
	if err == nil {
		h.carryOut(task.ID)
	}
	return task.ID, err
}

func (h *house) commands(f vpp.CommandFilter) []vpp.DeviceCommand {
	h.t.Helper()
	list, err := h.Commands(h.t.Context(), f, vpp.Page{})
	must(h.t, err)
	return list.Items
}

// S2-04, S2-05, S4-11, F-23: one device alone, and why an unsuitable one is refused; letters
// and other devices are left as they are.
func TestInviteOnOneDevice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail().withDevices()
		ids := h.people(2)
		phone, pad, tv := h.enroll(mdmtest.IPhone, ids[0]), h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.AppleTV, ids[0])
		h.run(invite.Request{Selection: vpp.Selection{IDs: ids[:1]}, Channel: vpp.ChannelBoth}) // still waits for Apple
		if _, err := h.inviteOn(ids[0], tv); vpp.KindOf(err) != vpp.Conflict || !strings.Contains(vpp.MessageOf(err), "iPhone, iPad") {
			t.Errorf("on a television: %v", err)
		}
		if _, err := h.inviteOn(ids[1], pad); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("on somebody else's device: %v", err)
		}
		task, err := h.inviteOn(ids[0], pad)
		must(t, err)
		if h.server.Count() != 1 {
			t.Errorf("%d letters", h.server.Count())
		}
		for _, d := range []*mdmtest.Device{phone, pad, tv} {
			must(t, d.Answer(t.Context(), nil))
		}
		if len(pad.Shown()) != 1 || len(phone.Shown()) != 1 || len(tv.Shown()) != 0 {
			t.Errorf("shown %d, %d and %d times", len(pad.Shown()), len(phone.Shown()), len(tv.Shown()))
		}
		if got := h.task(task); got.State() != vpp.TaskDone || got.Params["devices"] != string(h.device(pad)) {
			t.Errorf("%+v", got)
		}
		_, err = h.inviteOn(ids[0], phone) // invited already: the device is meant all the same
		must(t, err)
		must(t, pad.Answer(t.Context(), nil))
		must(t, phone.Answer(t.Context(), nil))
		if len(pad.Shown()) != 1 || len(phone.Shown()) != 2 {
			t.Errorf("again shown %d and %d times", len(pad.Shown()), len(phone.Shown()))
		}
		_, err = h.InviteOn(t.Context(), anna, invite.Request{Selection: all(), Devices: []vpp.DeviceID{"x"}})
		if vpp.KindOf(err) != vpp.Invalid {
			t.Errorf("devices of everybody: %v", err)
		}
	})
}

// S4-22, S4-23, F-40: the person's full name, the device's name, the state, the
// answer; taken back, and sent again once however often it is asked.
func TestActiveTasks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withDevices()
		ids := h.people(3)
		pad, slow, bad := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[1]), h.enroll(mdmtest.IPad, ids[2])
		bad.Do.Refuse, slow.Do.NotNow = mdmtest.RefuseError, 1
		task := h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
		// Devices are woken apart from who sends.
		for deadline := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
			open := h.commands(vpp.CommandFilter{Open: true})
			if len(open) != 3 || time.Now().After(deadline) {
				t.Fatalf("open: %+v", open)
			}
			if !slices.ContainsFunc(open, func(c vpp.DeviceCommand) bool { return c.Wakes == 0 }) {
				break
			}
		}
		for _, d := range []*mdmtest.Device{pad, slow, bad} {
			must(t, d.Answer(t.Context(), nil))
		}
		for state, d := range map[vpp.CommandState]*mdmtest.Device{vpp.CommandAcknowledged: pad, vpp.CommandNotNow: slow, vpp.CommandFailed: bad} {
			list := h.commands(vpp.CommandFilter{State: state})
			if len(list) != 1 || list[0].DeviceName != d.Name || !strings.HasPrefix(list[0].FullName, "Person ") || list[0].State() != state || list[0].Sentence == "" || list[0].Attempts != 1 ||
				list[0].Wakes != 1 || list[0].PutOffs != map[bool]int{true: 1}[d == slow] {
				t.Errorf("%s: %+v", state, list)
			}
		}
		open := h.commands(vpp.CommandFilter{Open: true})
		if len(open) != 1 || len(h.commands(vpp.CommandFilter{})) != 3 {
			t.Fatalf("open: %+v", open)
		}
		if _, err := h.RetryCommand(t.Context(), anna, open[0].ID); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("retry of an open one: %v", err)
		}
		done, err := h.CancelCommand(t.Context(), anna, open[0].ID)
		if err != nil || done.State() != vpp.CommandCanceled {
			t.Errorf("%+v, %v", done, err)
		}
		must(t, slow.Answer(t.Context(), nil))
		if len(slow.Shown()) != 0 {
			t.Error("shown after it was taken back")
		}
		if _, err := h.CancelCommand(t.Context(), anna, open[0].ID); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("taken back twice: %v", err)
		}
		if got := h.task(task); got.Skipped != 1 || got.Failed != 1 || got.Done != 1 {
			t.Errorf("%+v", got)
		}
		bad.Do.Refuse = ""
		failed := h.commands(vpp.CommandFilter{State: vpp.CommandFailed})[0]
		first, err := h.RetryCommand(t.Context(), anna, failed.ID)
		must(t, err)
		again, err := h.RetryCommand(t.Context(), vpp.Actor{ID: "2", Name: "key:nightly"}, failed.ID)
		if err != nil || again.ID != first.ID {
			t.Errorf("two tasks: %v %v %v", first.ID, again.ID, err)
		}
		h.carryOut(first.ID)
		must(t, bad.Answer(t.Context(), nil))
		if len(bad.Shown()) != 1 {
			t.Errorf("shown %d times", len(bad.Shown()))
		}
		if n := h.count("SELECT count(*) FROM entries WHERE action = 'invite.device_cancel'"); n != 1 {
			t.Errorf("%d history entries", n)
		}
	})
}

// A letter takes over once no device is left to hope for: not while one is
// open, and not when one showed the invitation.
func TestMailOnlyWhenNoDeviceIsLeft(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail().withDevices()
	ids := h.people(2)
	good, bad := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPhone, ids[0])
	worse, worst := h.enroll(mdmtest.IPad, ids[1]), h.enroll(mdmtest.IPhone, ids[1])
	for _, d := range []*mdmtest.Device{bad, worse, worst} {
		d.Do.Refuse = mdmtest.RefuseLink
	}
	h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice, ElseMail: true})
	for _, d := range []*mdmtest.Device{bad, good, worse} {
		must(t, d.Answer(t.Context(), nil))
	}
	h.send()
	if h.server.Count() != 0 {
		t.Errorf("%d letters while a device may still show it, or did", h.server.Count())
	}
	must(t, worst.Answer(t.Context(), nil))
	h.send()
	if _, ok := h.server.Find("p2@school.test"); !ok || h.server.Count() != 1 {
		t.Errorf("%d letters", h.server.Count())
	}
}

// A device that enrolls anew lost what waited for it: that ends, and it can be
// invited on again. One that belongs to somebody else now is not shown the
// invitation of its former owner.
func TestDeviceChangesHands(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withDevices()
		ids := h.people(3)
		anew, given, gone := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[1]), h.enroll(mdmtest.IPad, ids[2])
		h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids}, Channel: vpp.ChannelDevice})
		profile, err := h.mdm.NewProfile(t.Context(), anna, ids[0])
		must(t, err)
		must(t, anew.Enroll(t.Context(), profile))
		must(t, h.db.AssignDevice(t.Context(), anna, h.device(given), ids[0], "hand"))
		must(t, h.db.DeviceGone(t.Context(), vpp.BuiltinMDM, gone.UDID))
		must(t, h.Sweep(t.Context()))
		for _, d := range []*mdmtest.Device{anew, given} {
			must(t, d.Answer(t.Context(), nil))
			if len(d.Shown()) != 0 {
				t.Errorf("%s was shown %v", d.Name, d.Shown())
			}
		}
		for part, n := range map[string]int{"enrolled anew": 1, "somebody else now": 1, "no longer managed": 1} {
			if got := h.count("SELECT count(*) FROM task_items WHERE state = 'failed' AND detail LIKE $1", "%"+part+"%"); got != n {
				t.Errorf("%d parts say %q", got, part)
			}
		}
		_, err = h.inviteOn(ids[0], anew)
		must(t, err)
		must(t, anew.Answer(t.Context(), nil))
		if len(anew.Shown()) != 1 {
			t.Errorf("invited again it was shown %d times", len(anew.Shown()))
		}
	})
}

// F-28: whose device enrolls is invited on it after a while: once for each
// enrollment, members of the groups alone, nobody who is registered.
func TestInviteOnEnrollment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url, invite.Config{}).withMail().withDevices()
		ids := h.people(5)
		h.exec("UPDATE users SET groups = 'Class 7b' WHERE id <> 'u00003'")
		h.exec("UPDATE program_users SET apple_status = 'Associated' WHERE id = 'p00004'")
		before := h.enroll(mdmtest.IPad, ids[4])
		h.pass(time.Second)
		rule, err := h.SaveEnrollRule(t.Context(), anna, vpp.EnrollRule{On: true, AfterMinutes: 30, Groups: []string{"class 7B", " "}})
		if err != nil || rule.Since.IsZero() || len(rule.Groups) != 1 {
			t.Fatal(rule, err)
		}
		pad, other, registered := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[2]), h.enroll(mdmtest.IPad, ids[3])
		unowned := h.enroll(mdmtest.IPad, "")
		must(t, h.Sweep(t.Context()))
		runs := func() int {
			return h.count("SELECT count(*) FROM tasks WHERE kind = 'invite' AND created_by = 'server'")
		}
		if runs() != 0 {
			t.Fatal("invited before its time")
		}
		must(t, h.db.AssignDevice(t.Context(), anna, h.device(unowned), ids[1], "hand"))
		must(t, h.db.AssignDevice(t.Context(), anna, h.device(before), ids[3], "hand"))
		h.pass(31 * time.Minute)
		must(t, h.Sweep(t.Context()))
		if n := runs(); n != 2 {
			t.Fatalf("%d runs, want one for the new device and one for the one that was assigned", n)
		}
		h.exec("UPDATE auto_invites SET done_at = 0") // as if the server had died before it noted what it did
		must(t, h.Sweep(t.Context()))
		must(t, pad.Answer(t.Context(), nil)) // another sign of life is no other enrollment
		must(t, h.Sweep(t.Context()))
		if n := runs(); n != 2 {
			t.Fatalf("%d runs after a crash", n)
		}
		for _, id := range h.tasksOf("server") {
			h.carryOut(id)
		}
		for _, d := range []*mdmtest.Device{pad, unowned, other, registered, before} {
			must(t, d.Answer(t.Context(), nil))
		}
		shown := []int{len(pad.Shown()), len(unowned.Shown()), len(other.Shown()), len(registered.Shown()), len(before.Shown())}
		if !slices.Equal(shown, []int{1, 1, 0, 0, 0}) {
			t.Errorf("shown %v times", shown)
		}
		if n := h.count("SELECT count(*) FROM entries WHERE action = 'enroll_rule.save' AND actor = 'anna'"); n != 1 {
			t.Errorf("%d entries of the rule", n)
		}
		h.skew.Store(int64(2 * time.Second)) // certificates are looked at by the true clock
		profile, err := h.mdm.NewProfile(t.Context(), anna, ids[0])
		must(t, err)
		must(t, pad.Enroll(t.Context(), profile)) // erased, and set up anew
		h.pass(31 * time.Minute)
		must(t, h.Sweep(t.Context()))
		if n := runs(); n != 3 {
			t.Errorf("%d runs after it enrolled again", n)
		}
		_, err = h.SaveEnrollRule(t.Context(), anna, vpp.EnrollRule{On: true, AfterMinutes: -1})
		if vpp.KindOf(err) != vpp.Invalid {
			t.Error(err)
		}
	})
}

func (h *house) tasksOf(by string) (ids []vpp.TaskID) {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), "SELECT id FROM tasks WHERE created_by = $1", by)
	must(h.t, err)
	defer rows.Close()
	for rows.Next() {
		var id vpp.TaskID
		must(h.t, rows.Scan(&id))
		ids = append(ids, id)
	}
	must(h.t, rows.Err())
	return ids
}

// The story of an invitation on a device, and the best thing to do at each
// turn (S4-21).
func TestDeviceStory(t *testing.T) {
	h := open(t, storetest.SQLite(t), invite.Config{}).withMail().withDevices()
	ids := h.people(4)
	pad, bad := h.enroll(mdmtest.IPad, ids[0]), h.enroll(mdmtest.IPad, ids[1])
	h.enroll(mdmtest.AppleTV, ids[2])
	h.exec("UPDATE users SET email = '' WHERE id = 'u00004'")
	h.enroll(mdmtest.IPhone, ids[3])
	check := func(id vpp.UserID, action invite.Action, words ...string) {
		t.Helper()
		s := h.story(id)
		said := s.Why + "\n" + s.Next.Label
		for _, e := range s.Events {
			said += "\n" + e.Title + ": " + e.Detail
		}
		if s.Next.Action != action {
			t.Errorf("next is %q, want %q", s.Next.Action, action)
		}
		for _, w := range words {
			if !strings.Contains(said, w) {
				t.Errorf("does not say %q:\n%s", w, said)
			}
		}
	}
	check(ids[2], invite.ActByMail, "does not help: Apple shows the invitation on iPhone")
	check(ids[3], invite.ActOnDevice, "Invite on Device of u00004")
	bad.Do.Refuse, pad.Do.NotNow = mdmtest.RefuseProgram, 1
	h.runDevices(invite.Request{Selection: vpp.Selection{IDs: ids[:2]}, Channel: vpp.ChannelDevice})
	check(ids[0], invite.ActWait, "waits for Device of u00001", "Invitation to Device of u00001 queued", "Carried by the MDM server inside")
	h.pass(4 * 24 * time.Hour)
	check(ids[0], invite.ActByMail, "has not come for the invitation since it was sent 4 days ago")
	must(t, pad.Answer(t.Context(), nil))
	check(ids[0], invite.ActWait, "cannot show the invitation just now", "Setup Assistant")
	must(t, pad.Answer(t.Context(), nil))
	must(t, bad.Answer(t.Context(), nil))
	check(ids[0], invite.ActWait, "Shown on Device of u00001 today")
	check(ids[1], invite.ActByMail, "did not show the invitation: The device does not know the program")
	h.pass(3 * 24 * time.Hour)
	check(ids[0], invite.ActRemind, "Shown on Device of u00001 3 days ago", "Remind")
}
