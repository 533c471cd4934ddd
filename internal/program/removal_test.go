package program_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// later is a world whose removals can be undone for a time, and whose clock
// can be moved on.
func later(t *testing.T, url string, people int) *world {
	t.Helper()
	w := newWorldWith(t, url, applesim.Options{}, func(c *program.Config) { c.Undo = time.Minute })
	storetest.AddPeople(t, w.db, school, people, vpp.WriteCreate)
	w.settle(t)
	return w
}

func (w *world) begin(t *testing.T, sel vpp.Selection) vpp.Task {
	t.Helper()
	task, err := w.StartDelete(t.Context(), vpp.Actor{Name: "anna"}, sel, false, "")
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// expand runs the job of a task as the queue would, once, and returns when it
// wants to be run again; the zero time when it is done.
func (w *world) expand(t *testing.T, id vpp.TaskID) time.Time {
	t.Helper()
	task := w.task(t, id)
	err := w.Expand(t.Context(), task)
	var later *vpp.Later
	if err != nil && !errors.As(err, &later) {
		t.Fatal(err)
	}
	if later != nil {
		return later.At
	}
	return time.Time{}
}

func (w *world) task(t *testing.T, id vpp.TaskID) vpp.Task {
	t.Helper()
	task, err := w.db.Task(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func (w *world) items(t *testing.T, id vpp.TaskID) map[vpp.UserID]vpp.TaskItem {
	t.Helper()
	list, err := w.db.TaskItems(t.Context(), id, "", vpp.Page{Limit: vpp.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	out := map[vpp.UserID]vpp.TaskItem{}
	for _, i := range list.Items {
		out[i.UserID] = i
	}
	return out
}

// S1-17, S2-09, F-14 and features.md section 3, item 5: nothing is sent while
// a removal can be undone, those meant are fixed at once, and undoing leaves
// everybody as they were.
func TestUndoRemoval(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := later(t, url, 5)
		invited := vpp.Selection{All: true, Filter: vpp.Filter{Location: school, Status: vpp.NotInvited}, IDs: []vpp.UserID{"user-0004"}}
		task := w.begin(t, invited)
		if !task.Held() || task.State() != vpp.TaskQueued || task.Total != 4 || task.HoldUntil.Sub(task.CreatedAt).Round(time.Second) != time.Minute {
			t.Errorf("the removal begins %+v, %s", task, task.State())
		}
		want := vpp.HeldDetail(task.HoldUntil)
		for id, i := range w.items(t, task.ID) {
			if i.State != vpp.ItemQueued || i.Detail != want {
				t.Errorf("%s is %s: %q, want %q", id, i.State, i.Detail, want)
			}
		}
		// Somebody who comes to match the filter later is not meant.
		storetest.AddPerson(t, w.db, school, "new", vpp.WriteCreate)
		w.settle(t)
		if at := w.expand(t, task.ID); !at.Equal(task.HoldUntil) {
			t.Errorf("the job comes again at %s, not at %s", at, task.HoldUntil)
		}
		w.settle(t)
		if n := w.apple.Calls().Of(applesim.UsersRetire); n != 0 {
			t.Errorf("%d calls to retire while it can be undone", n)
		}
		list, err := w.db.ListPeople(t.Context(), vpp.Filter{Location: school}, vpp.SortName, vpp.Page{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.Items {
			meant := p.ID != "user-0004" && p.ID != "user-new"
			if (p.Program.Step() == vpp.StepRemovalHeld) != meant || meant && p.Program.Removing.Task != task.ID {
				t.Errorf("%s: %s %+v", p.ID, p.Program.Step(), p.Program.Removing)
			}
		}
		if err := w.db.UndoTask(t.Context(), vpp.Actor{Name: "anna"}, task.ID); err != nil {
			t.Fatal(err)
		}
		w.pass(2 * time.Minute)
		if at := w.expand(t, task.ID); !at.IsZero() {
			t.Errorf("the job of what was undone comes again at %s", at)
		}
		w.settle(t)
		w.equal(t)
		for id, i := range w.items(t, task.ID) {
			if i.State != vpp.ItemSkipped || i.Detail != "Undone: nothing was sent to Apple." {
				t.Errorf("%s is %s: %q", id, i.State, i.Detail)
			}
		}
		if n := w.apple.Calls().Of(applesim.UsersRetire); n != 0 || w.task(t, task.ID).State() != vpp.TaskCanceled {
			t.Errorf("%d calls to retire, the task is %s", n, w.task(t, task.ID).State())
		}
		if err := w.db.UndoTask(t.Context(), vpp.Server, task.ID); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("undoing twice: %v", err)
		}
	})
}

// When the time to undo is over, only those are removed who were meant and
// still live; killed anywhere in between, nobody is lost or doubled.
func TestReleaseRemoval(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := later(t, url, 5)
		storetest.AddPerson(t, w.db, school, "never", vpp.WriteNone)   // has no record
		storetest.AddPerson(t, w.db, school, "fresh", vpp.WriteCreate) // Apple was not asked yet
		task := w.begin(t, vpp.Selection{All: true, Filter: vpp.Filter{Location: school}})
		w.expand(t, task.ID)
		if i := w.items(t, task.ID)["user-never"]; i.State != vpp.ItemSkipped {
			t.Errorf("who has no record is %s: %s", i.State, i.Detail)
		}
		// Meanwhile another server retires one, and one registers.
		if err := w.apple.RetireByHand(w.uid, "client-0001"); err != nil {
			t.Fatal(err)
		}
		for u := range w.apple.Users(w.uid) {
			if u.ClientUserID == "client-0002" {
				if _, err := w.apple.Accept(u.InviteCode, "two@home.test"); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.wake(t, true)
		items := w.items(t, task.ID)
		if i := items["user-0002"]; i.State != vpp.ItemQueued || !strings.HasPrefix(i.Detail, "Registered meanwhile.") {
			t.Errorf("who registered meanwhile is %s: %s", i.State, i.Detail)
		}
		if i := items["user-0001"]; i.State != vpp.ItemDone {
			t.Errorf("whom somebody else removed is %s: %s", i.State, i.Detail)
		}
		w.pass(2 * time.Minute)
		// A node dies after each step, and another runs the job anew.
		for range 3 {
			w.expand(t, task.ID)
		}
		if err := w.db.UndoTask(t.Context(), vpp.Server, task.ID); vpp.KindOf(err) != vpp.Conflict || !strings.Contains(vpp.MessageOf(err), "is over") {
			t.Errorf("undoing too late: %v", err)
		}
		w.settle(t)
		w.expand(t, task.ID)
		w.settle(t)
		done := w.task(t, task.ID)
		if done.State() != vpp.TaskDone || done.Done+done.Skipped != 7 || done.ReleasedAt.IsZero() {
			t.Errorf("the removal ended %s: %+v", done.State(), done)
		}
		for u := range w.apple.Users(w.uid) {
			if u.Status == applesim.Registered || u.Status == applesim.Associated {
				t.Errorf("%s still lives: %s", u.ClientUserID, u.Status)
			}
		}
		w.equal(t)
	})
}

// Who is in an earlier request to Apple waits for its answer instead of being
// left out.
func TestRemovalWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 2, vpp.WriteCreate)
		if _, err := w.db.ClaimBatch(t.Context(), school, "under way", 1); err != nil {
			t.Fatal(err)
		}
		preview, err := w.PreviewDelete(t.Context(), vpp.Selection{All: true, Filter: vpp.Filter{Location: school}})
		if err != nil || preview.Busy != 1 || preview.Taken != 1 {
			t.Errorf("preview %+v %v", preview, err)
		}
		task := w.begin(t, vpp.Selection{All: true, Filter: vpp.Filter{Location: school}})
		if at := w.expand(t, task.ID); at.IsZero() {
			t.Fatal("nobody waits")
		}
		w.settle(t)
		w.expand(t, task.ID)
		w.settle(t)
		w.equal(t)
		if done := w.task(t, task.ID); done.State() != vpp.TaskDone || done.Done != 2 {
			t.Errorf("the removal ended %s: %+v, %+v", done.State(), done, w.items(t, task.ID))
		}
	})
}

// hold gives people licenses, as a read of assignments writes them.
func (w *world) hold(t *testing.T, client string, adamIDs ...string) {
	t.Helper()
	for _, id := range adamIDs {
		storetest.Exec(t, w.db, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at)
			VALUES ($1, $2, 'STDQ', $3, '', 1)`, string(school), id, client)
	}
}

func (w *world) asset(t *testing.T, id, kind string) {
	t.Helper()
	storetest.Exec(t, w.db, `INSERT INTO assets (location_id, adam_id, pricing_param, product_type, total, assigned, available, retired,
		unlimited, device_assignable, revocable, platforms, read_at) VALUES ($1, $2, 'STDQ', $3, 10, 5, 5, 0, FALSE, FALSE, $4, '', 1)`,
		string(school), id, kind, kind == vpp.ProductApp)
}

// Features.md section 3, item 5, and F-69: the preview says from Apple's data
// which licenses come back and which never do; what was held is kept.
func TestRemovalOfLicenses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 4, vpp.WriteCreate)
		w.settle(t)
		everybody := vpp.Selection{All: true, Filter: vpp.Filter{Location: school}, IDs: []vpp.UserID{"user-0003"}}
		storetest.Exec(t, w.db, "UPDATE locations SET assignments_read_at = 0")
		r, err := w.PreviewDelete(t.Context(), everybody)
		if err != nil || !r.LicensesReadAt.IsZero() || len(r.Each) > 0 || r.Retired != 3 {
			t.Errorf("before assignments were ever read: %+v %v", r, err)
		}
		w.asset(t, "100", vpp.ProductApp)
		w.asset(t, "200", vpp.ProductBook)
		w.hold(t, "client-0000", "100", "200", "300")
		w.hold(t, "client-0001", "100")
		w.hold(t, "client-0003", "100", "200")
		storetest.Exec(t, w.db, "UPDATE locations SET assignments_read_at = 1000")
		for name, sel := range map[string]vpp.Selection{
			"all but one": everybody, "chosen": {Filter: vpp.Filter{Location: school}, IDs: []vpp.UserID{"user-0000", "user-0001", "user-0002"}},
		} {
			r, err := w.PreviewDelete(t.Context(), sel)
			want := vpp.Holdings{
				Each: []vpp.Holding{
					{AssetID: vpp.AssetID{AdamID: "100", PricingParam: "STDQ"}, ProductType: "App", Revocable: true, Licenses: 2, People: 2},
					{AssetID: vpp.AssetID{AdamID: "200", PricingParam: "STDQ"}, ProductType: "Book", Licenses: 1, People: 1},
					{AssetID: vpp.AssetID{AdamID: "300", PricingParam: "STDQ"}, Revocable: true, Licenses: 1, People: 1},
				},
				Losing: 2, Keeping: 1,
				Keepers: []vpp.Keeper{{UserID: "user-0000", FullName: "user-0000", Email: "person.0000@example.org", Books: 1}},
			}
			if diff := cmp.Diff(want, r.Holdings); err != nil || diff != "" || r.ComeBack() != 3 || r.Stay() != 1 {
				t.Errorf("%s: %v, %d come back, %d stay (-want +got):\n%s", name, err, r.ComeBack(), r.Stay(), diff)
			}
		}
		task := w.begin(t, everybody)
		w.expand(t, task.ID)
		w.settle(t)
		h, err := w.db.CaseHistory(t.Context(), "user-0000", school)
		if err != nil || h.Before.Apps() != 2 || h.Before.Books() != 1 || h.Before.At.IsZero() {
			t.Errorf("held before: %+v %v", h.Before, err)
		}
		sum, err := w.HeldBefore(t.Context(), vpp.Selection{All: true, Filter: vpp.Filter{Location: school}})
		if err != nil || sum != (vpp.HeldByAll{People: 2, Apps: 3, Books: 1}) {
			t.Errorf("held by all before: %+v %v", sum, err)
		}
	})
}

// Apple's refusals stand with each person, with their number, and those who
// failed can be tried again.
func TestRemovalRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 2, vpp.WriteCreate)
		w.settle(t)
		task := w.begin(t, vpp.Selection{All: true, Filter: vpp.Filter{Location: school}})
		w.expand(t, task.ID)
		if err := w.db.RefusePeople(t.Context(), []vpp.Refusal{{ID: "place-0001", Op: vpp.WriteRetire, Number: 9645, Sentence: vpp.ExplainApple(9645).Said()}}); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		items := w.items(t, task.ID)
		if i := items["user-0001"]; i.State != vpp.ItemFailed || i.AppleError != 9645 || !strings.Contains(i.Detail, "9645") {
			t.Errorf("who was refused: %+v", i)
		}
		if i := items["user-0000"]; i.State != vpp.ItemDone || i.AppleError != 0 {
			t.Errorf("who was not: %+v", i)
		}
		failed, err := w.db.FailedUsers(t.Context(), task.ID)
		if err != nil || !slices.Equal(failed, []vpp.UserID{"user-0001"}) {
			t.Errorf("%v failed, %v", failed, err)
		}
		again, err := w.StartDelete(t.Context(), vpp.Server, vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: failed}, true, "retry")
		if err != nil {
			t.Fatal(err)
		}
		w.expand(t, again.ID)
		w.settle(t)
		w.equal(t)
	})
}

// F-08, F-09, pain 5: what does not go together is found, counted and paged.
func TestConflicts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 8, vpp.WriteCreate)
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = 'bad@school.test' WHERE id = 'user-0007'")
		w.settle(t)
		accounts := map[string]string{"client-0000": "one@home.test", "client-0001": "one@home.test", "client-0002": "two@home.test", "client-0003": "two@home.test", "client-0004": "three@home.test"}
		for u := range w.apple.Users(w.uid) {
			if account := accounts[u.ClientUserID]; account != "" {
				if _, err := w.apple.Accept(u.InviteCode, account); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.wake(t, false)
		// Another server made records for two of our people and for a stranger.
		for _, s := range [][2]string{{"theirs-1", "person.0005@example.org"}, {"theirs-2", "nobody@example.org"}} {
			if err := w.db.WriteStrangers(t.Context(), school, []vpp.Stranger{{LocationID: school, ClientUserID: vpp.ClientUserID(s[0]), Status: vpp.AppleRegistered, Email: s[1], SeenAt: time.Now()}}, nil, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		three := w.place(t, "user-0004").AccountHash
		if err := w.db.WriteStrangers(t.Context(), school, []vpp.Stranger{{LocationID: school, ClientUserID: "theirs-3", Status: vpp.AppleAssociated, AccountHash: three, SeenAt: time.Now()}}, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
		w.signedIn(t)
		counts, err := w.CountConflicts(t.Context(), school)
		want := vpp.ConflictCounts{vpp.ConflictAccount: 2, vpp.ConflictRecords: 2, vpp.ConflictUnusable: 1, vpp.ConflictDevice: 2, vpp.ConflictStranger: 3}
		if diff := cmp.Diff(want, counts); err != nil || diff != "" {
			t.Errorf("counts: %v\n%s", err, diff)
		}
		if cheap, err := w.ConflictCounts(t.Context(), school); err != nil || cheap.Total() != 8 {
			t.Errorf("the badge says %v %v", cheap, err)
		}
		for kind, want := range map[vpp.ConflictKind][]string{
			vpp.ConflictAccount:  {"user-0000,user-0001", "user-0002,user-0003"},
			vpp.ConflictRecords:  {"user-0004 theirs-3", "user-0005 theirs-1"},
			vpp.ConflictUnusable: {"user-0007 9635"},
			vpp.ConflictDevice:   {"user-0000 pad-0", "user-0002 cart pupil-2"},
			vpp.ConflictStranger: {" theirs-1", " theirs-2", " theirs-3"},
		} {
			if diff := cmp.Diff(want, w.conflicts(t, kind)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", kind, diff)
			}
		}
		h, err := w.db.CaseHistory(t.Context(), "user-0000", school)
		if err != nil || len(h.SameAccount) != 1 || h.SameAccount[0].ID != "user-0001" {
			t.Errorf("the same account as %+v %v", h.SameAccount, err)
		}
		n, one, other, err := w.db.SharingAccounts(t.Context(), vpp.Selection{All: true, Filter: vpp.Filter{Location: school}, IDs: []vpp.UserID{"user-0002"}})
		if err != nil || n != 3 || one != "user-0000" || other != "user-0001" {
			t.Errorf("%d share: %s and %s, %v", n, one, other, err)
		}

		// Repairs: one of two is removed; the record of nobody is retired.
		task := w.begin(t, vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: []vpp.UserID{"user-0001"}})
		w.expand(t, task.ID)
		w.another(t, "theirs-1", "person.0005@example.org")
		retired, err := w.RetireOther(t.Context(), vpp.Actor{Name: "anna"}, school, "theirs-1", "key")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.RetireOther(t.Context(), vpp.Actor{Name: "anna"}, school, "theirs-1", "key"); err != nil || again.ID != retired.ID {
			t.Errorf("the same form again: %s, %v", again.ID, err)
		}
		w.expand(t, retired.ID)
		w.settle(t)
		if u := w.apple.User(w.uid, "theirs-1"); len(u) != 1 || u[0].Status != applesim.Retired {
			t.Errorf("the other record is %+v", u)
		}
		if diff := cmp.Diff([]string{"user-0002,user-0003"}, w.conflicts(t, vpp.ConflictAccount)); diff != "" {
			t.Errorf("after the repair:\n%s", diff)
		}
		if diff := cmp.Diff([]string{"user-0004 theirs-3"}, w.conflicts(t, vpp.ConflictRecords)); diff != "" {
			t.Errorf("after the repair:\n%s", diff)
		}
		if _, err := w.RetireOther(t.Context(), vpp.Server, school, "theirs-1", ""); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("a record that is no longer there: %v", err)
		}
	})
}

// signedIn brings devices along on which somebody is signed in: wrongly on
// user-0000's iPad and on user-0002's channel of a Shared iPad (F-10, pain 6).
func (w *world) signedIn(t *testing.T) {
	t.Helper()
	at := time.Unix(1, 0)
	for _, c := range []struct {
		device, owner, pupil, hash string
		gone                       bool
	}{
		{"pad-0", "user-0000", "", "another", false},
		{"pad-1", "user-0001", "", w.place(t, "user-0001").AccountHash, false}, // the right one
		{"pad-5", "user-0005", "", "another", false},                           // has not accepted yet
		{"pad-4", "user-0004", "", "another", true},
		{"cart", "", "user-0002", "another", false},
		{"cart", "", "user-0003", w.place(t, "user-0003").AccountHash, false},
	} {
		d := vpp.Device{MDM: vpp.BuiltinMDM, Key: vpp.EnrollmentID(c.device), Name: c.device, Platform: vpp.PlatformIPad, Kind: vpp.EnrolledDevice, OwnerID: vpp.UserID(c.owner), OwnerSource: "hand", EnrolledAt: at}
		channel := vpp.Enrollment{ID: d.Key, MDM: vpp.BuiltinMDM, EnrolledAt: at}
		if c.pupil != "" {
			d.Shared = true
			channel = vpp.Enrollment{ID: vpp.EnrollmentID(c.device + ":" + c.pupil), MDM: vpp.BuiltinMDM, User: true, OwnerID: vpp.UserID(c.pupil), UserShortName: "pupil-" + c.pupil[8:], EnrolledAt: at}
		}
		if err := w.db.DeviceSeen(t.Context(), d, []vpp.Enrollment{channel}); err != nil {
			t.Fatal(err)
		}
		if err := w.db.AccountRead(t.Context(), vpp.CommandAnswer{MDM: vpp.BuiltinMDM, Enrollment: channel.ID, At: at, Account: &vpp.DeviceAccount{Active: true, Hash: c.hash}}); err != nil {
			t.Fatal(err)
		}
		if c.gone {
			if err := w.db.DeviceGone(t.Context(), vpp.BuiltinMDM, c.device); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// 9641: whose the Managed Apple Account is already is named where it is known.
func TestBoundTo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteNone)
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = 'A@managed.test', full_name = 'Person ' || id WHERE id IN ('user-0000', 'user-0001')")
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = 'b@managed.test' WHERE id = 'user-0002'")
		storetest.Exec(t, w.db, "UPDATE program_users SET managed_error = 9641 WHERE user_id IN ('user-0001', 'user-0002')")
		holders := func() (list []string) {
			found, err := w.Conflicts(t.Context(), school, vpp.ConflictUnusable, vpp.Page{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found.Items {
				list = append(list, c.Holder)
				if sentence, _ := c.Words(); c.Holder != "" && !strings.Contains(sentence, "It is bound to "+c.Holder+".") {
					t.Error(sentence)
				}
			}
			return list
		}
		if diff := cmp.Diff([]string{"", ""}, holders()); diff != "" {
			t.Error(diff)
		}
		storetest.Exec(t, w.db, "UPDATE program_users SET apple_status = 'Associated', client_user_id = 'c0', generation = 1 WHERE user_id = 'user-0000'")
		if err := w.db.WriteStrangers(t.Context(), school, []vpp.Stranger{{LocationID: school, ClientUserID: "theirs", Status: vpp.AppleAssociated, Email: "B@managed.test", SeenAt: time.Now()}}, nil, time.Now()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Person user-0000", "the record theirs at Apple, which is nobody's here"}, holders()); diff != "" {
			t.Error(diff)
		}
	})
}

// conflicts reads all of a kind, one per page.
func (w *world) conflicts(t *testing.T, kind vpp.ConflictKind) (lines []string) {
	t.Helper()
	for page := (vpp.Page{Limit: 1}); ; {
		list, err := w.Conflicts(t.Context(), school, kind, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Items {
			var ids []string
			for _, p := range c.People {
				ids = append(ids, string(p.ID))
			}
			line := strings.Join(ids, ",")
			if c.Other != nil {
				line += " " + string(c.Other.ClientUserID)
			}
			if c.Device != nil {
				line += " " + strings.TrimSpace(c.Device.Name+" "+c.Device.User)
			}
			if c.Number != 0 {
				line += fmt.Sprintf(" %d", c.Number)
			}
			if sentence, next := c.Words(); sentence == "" || next == "" {
				t.Errorf("%s says nothing", kind)
			}
			lines = append(lines, line)
		}
		if page.After = list.Next; page.After == "" {
			slices.Sort(lines)
			return lines
		}
	}
}

func (w *world) place(t *testing.T, id vpp.UserID) vpp.ProgramUser {
	t.Helper()
	h, err := w.db.CaseHistory(t.Context(), id, school)
	if err != nil {
		t.Fatal(err)
	}
	return h.Place
}

// another server makes a record at Apple.
func (w *world) another(t *testing.T, client, email string) {
	t.Helper()
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.apple.BaseURL(), Token: appsandbooks.Secret(w.token)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateUsers(t.Context(), []appsandbooks.RequestUser{{ClientUserID: client, Email: email}}); err != nil {
		t.Fatal(err)
	}
	for len(w.apple.User(w.uid, client)) == 0 {
		w.apple.Settle()
	}
}

// What the preview says is what Apple then does: over the wire, with the
// pretend Apple's own count of licenses (S1-17, pains 15, 17, 18).
func TestRemovalAsForeseen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := withLibrary(t, url, applesim.Options{})
		w.give(t, app, 0, 1, 2, 50)
		w.give(t, book, 0, 1, 60)
		if err := w.apple.AssignByHand(w.uid, app.AssetKey, "", "C02DEVICE"); err != nil {
			t.Fatal(err)
		}
		w.wantLibrary(t, true)
		w.sameLibrary(t)
		meant := vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: []vpp.UserID{"user-0000", "user-0001", "user-0002", "user-0003"}}
		r, err := w.PreviewDelete(t.Context(), meant)
		if err != nil || r.ComeBack() != 3 || r.Stay() != 2 || r.Losing != 3 || r.Keeping != 2 || r.LicensesReadAt.IsZero() {
			t.Errorf("the preview: %+v %v", r, err)
		}
		was := map[applesim.AssetKey]applesim.Asset{}
		for _, a := range w.apple.Assets(w.uid) {
			was[a.AssetKey] = a
		}
		task := w.begin(t, meant)
		w.expand(t, task.ID)
		w.settle(t)
		w.equal(t)
		for _, a := range w.apple.Assets(w.uid) {
			back := a.Available() - was[a.AssetKey].Available()
			stay := a.Retired - was[a.AssetKey].Retired
			if a.AssetKey == app.AssetKey && (back != r.ComeBack() || stay != 0) || a.AssetKey == book.AssetKey && (back != 0 || stay != r.Stay()) {
				t.Errorf("%s %s: %d came back, %d stayed", a.ProductType, a.AdamID, back, stay)
			}
		}
		h, err := w.db.CaseHistory(t.Context(), "user-0000", school)
		if err != nil || h.Before.Apps() != 1 || h.Before.Books() != 1 {
			t.Errorf("held before: %+v %v", h.Before, err)
		}
	})
}
