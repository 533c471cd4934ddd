package console_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/rsvpp/rsvpp/internal/console/viewtest"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Features.md section 3, item 5, without scripts: the list says who will be
// removed and when, and a plain form undoes it, from the list or the task.
func TestUndoDelete(t *testing.T) {
	s := openSchoolWith(t, time.Hour)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Zoë Alm")
	bo, zoe := ids[0], ids[1]
	storetest.Exec(t, s.db, "UPDATE locations SET assignments_read_at = 0")
	asked := anna.post("/vpp/delete", "user", string(bo), "return", "/users?q=bo")
	asked.has(t, "You have 1 hour to undo it", "has not been read from Apple yet", "Delete 1 user from VPP")
	form := asked.hidden("user", "location", "key")
	form.Set("return", "/users?q=bo")
	begun := anna.send("/vpp/delete/confirm", form)
	if begun.at != "/users?q=bo" {
		t.Errorf("deleting leads to %s", begun.at)
	}
	task := s.only(vpp.TaskDelete)
	begun.has(t, "1 user will be deleted from VPP at", "Undo", "/tasks/"+string(task.ID)+"/undo", "Show the task")
	anna.get("/users?columns=step").has(t, "will be removed from VPP at "+task.HoldUntil.UTC().Format("15:04"))
	anna.get("/users/"+string(bo)).has(t, "Will be removed from VPP at", "Show the removal", "/tasks/"+string(task.ID))
	anna.get("/users/"+string(zoe)).lacks(t, "Will be removed from VPP")
	page := anna.get("/tasks/" + string(task.ID))
	page.has(t, "Nothing is sent to Apple before", task.HoldUntil.UTC().Format("15:04:05"), "Undo until then.", "Waiting").lacks(t, "Cancel task")

	undone := anna.post("/tasks/" + string(task.ID) + "/undo")
	undone.has(t, "Undone: nothing was sent to Apple", "Cancelled")
	again := anna.post("/tasks/" + string(task.ID) + "/undo")
	again.has(t, "was canceled before")
	anna.get("/users/"+string(bo)).lacks(t, "Will be removed from VPP")
	if s.status(bo) != vpp.Invited {
		t.Errorf("Bo is %s", s.status(bo))
	}
}

// F-15: whoever was removed is registered again as the same person, and what
// was held before is shown.
func TestRegisterAgain(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Zoë Alm")
	bo := ids[0]
	place := s.place(bo)
	for _, adam := range []string{"100", "200"} {
		storetest.Exec(t, s.db, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at)
			VALUES ($1, $2, 'STDQ', $3, '', 1)`, string(s.here.ID), adam, string(place.ClientUserID))
		kind := map[string]string{"100": vpp.ProductApp, "200": vpp.ProductBook}[adam]
		storetest.Exec(t, s.db, `INSERT INTO assets (location_id, adam_id, pricing_param, product_type, total, assigned, available, retired,
			unlimited, device_assignable, revocable, platforms, read_at) VALUES ($1, $2, 'STDQ', $3, 1, 1, 0, 0, FALSE, FALSE, $4, '', 1)`,
			string(s.here.ID), adam, kind, kind == vpp.ProductApp)
	}
	storetest.Exec(t, s.db, "UPDATE locations SET assignments_read_at = $1", time.Now().UnixMilli())
	asked := anna.post("/vpp/delete", "user", string(bo))
	asked.has(t, "1 license comes back", "1 book license never comes back", "1 person keeps books", "Never come back", "Come back", "Who keeps books")
	anna.send("/vpp/delete/confirm", asked.hidden("user", "location", "key"))
	s.work(s.only(vpp.TaskDelete).ID)
	anna.get("/users/"+string(bo)).has(t, "Held 1 app and 1 book before.", "Register again", "Held before the removal", "Stayed with the account")
	anna.get("/users").has(t, `value="`+string(bo)+`" data-can="invite register sync"`)

	who := anna.post("/invite?audience=removed", "user", string(bo), "user", string(ids[1]))
	anna.get(step(who, "text")).has(t, "As <bdi>Bo Berg</bdi> will see it") // not “somebody”
	who.has(t, "Register again", "They held 1 app and 1 book before.", "Will be registered anew", "Was not removed from VPP")
	anna.post(step(who, "send"))
	runs, err := s.tasks.List(t.Context(), vpp.TaskFilter{Kind: vpp.TaskInvite}, vpp.Page{Limit: 1})
	s.must(err)
	run := s.work(runs.Items[0].ID)
	if now := s.place(bo); now.ClientUserID != place.ClientUserID || now.Generation != place.Generation+1 || now.AppleStatus != vpp.AppleRegistered {
		t.Errorf("registered again as %+v, was %+v", now, place)
	}
	if run.Title != "Register again 1 person" || run.Skipped != 1 {
		t.Errorf("the run: %+v", run)
	}
}

// F-08, F-09: each conflict has the sentence that explains it and the button
// that repairs it, and the navigation counts them.
func TestConflictsPage(t *testing.T) {
	s := openSchoolWith(t, time.Hour)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Zoë Alm", "Cy Cole", "Di Dahl")
	for u := range s.apple.Users(s.uid) {
		if strings.HasPrefix(u.Email, "bo") || strings.HasPrefix(u.Email, "zo") {
			_, err := s.apple.Accept(u.InviteCode, "shared@home.test")
			s.must(err)
		}
	}
	s.must(s.db.WantRead(t.Context(), s.here.ID, false))
	s.tend(s.here.ID)
	s.must(s.db.WriteStrangers(t.Context(), s.here.ID, []vpp.Stranger{{LocationID: s.here.ID, ClientUserID: "theirs", Status: vpp.AppleRegistered, Email: "cycole@school.test", SeenAt: time.Now()}}, nil, time.Now()))
	storetest.Exec(t, s.db, "UPDATE program_users SET managed_error = 9641 WHERE user_id = $1", string(ids[3]))
	storetest.Exec(t, s.db, "UPDATE users SET managed_apple_id = 'di@managed.test' WHERE id = $1", string(ids[3]))

	page := anna.get("/conflicts")
	page.has(t, "Mapping conflicts", "one and the same Apple Account", "Bo Berg", "Zoë Alm", `<span class="visually-hidden"> Bo Berg</span>`, "1 record at Apple of nobody here", `<span class="visually-hidden"> conflicts</span>`)
	anna.get("/users").has(t, `<span class="visually-hidden"> conflicts</span>`)
	anna.get("/users/"+string(ids[0])).has(t, "with the same Apple Account as Zoë Alm", "/conflicts?kind=same_account")
	anna.post("/invite?audience=not-registered", "user", string(ids[0])).has(t, "Bo Berg is registered with the same Apple Account as Zoë Alm")
	anna.get("/conflicts?kind=unusable_account").has(t, "Di Dahl", "di@managed.test", "already linked to another record", "Correct the account", "Invite by e-mail instead", "/help/apple-errors#9641")
	two := anna.get("/conflicts?kind=two_records")
	anna.get("/conflicts?kind=stranger").has(t, "A record of nobody here", "theirs", "Adopt it…", "Retire this record")
	s.must(s.db.DeviceSeen(t.Context(), vpp.Device{MDM: vpp.BuiltinMDM, Key: "U1", Name: "Bo’s iPad", Platform: vpp.PlatformIPad, Kind: vpp.EnrolledDevice, OwnerID: ids[0], OwnerSource: "hand", EnrolledAt: time.Unix(1, 0)},
		[]vpp.Enrollment{{ID: "U1", MDM: vpp.BuiltinMDM, EnrolledAt: time.Unix(1, 0)}}))
	s.must(s.db.AccountRead(t.Context(), vpp.CommandAnswer{MDM: vpp.BuiltinMDM, Enrollment: "U1", At: time.Now(), Account: &vpp.DeviceAccount{Active: true, Hash: "another"}}))
	// F-10, pain 6: the wrong account on a device stands here, with its repair.
	anna.get("/conflicts?kind=account_on_device").has(t, "Another account is signed in than the one that accepted", "Bo Berg", "Bo’s iPad", "Ask again", "Mend it, step by step", "#repair", "Delete from VPP", `<span class="visually-hidden"> Bo Berg</span>`)
	two.has(t, "Cy Cole", "A record of nobody here", "The same address.", "Retire this record")

	// The repair of a shared account is a removal like any other.
	asked := anna.post("/vpp/delete", "user", string(ids[1]), "return", "/conflicts?kind=same_account")
	asked.has(t, `name="return" value="/conflicts?kind=same_account"`)
	form := asked.hidden("user", "location", "key")
	form.Set("return", "/conflicts?kind=same_account")
	begun := anna.send("/vpp/delete/confirm", form)
	if !strings.HasPrefix(begun.at, "/conflicts") {
		t.Errorf("the repair leads to %s", begun.at)
	}
	begun.has(t, "1 user will be deleted from VPP at", "will be removed from VPP at")
	values := url.Values{"record": {"theirs"}, "location": {string(s.here.ID)}, "key": {"k"}, "return": {"/conflicts?kind=two_records"}}
	anna.send("/conflicts/retire-other", values).has(t, "1 user will be deleted from VPP at", "Nothing of this kind")
	anna.get("/users?q=cycole").has(t, "Other record of cycole@school.test")
	if p := anna.send("/conflicts/retire-other", url.Values{"record": {"theirs"}, "location": {string(s.here.ID)}}); !strings.Contains(p.body, "no longer there") {
		t.Errorf("a record that is gone: %s", p.at)
	}
}

// place is where somebody stands at the location.
func (s *school) place(id vpp.UserID) vpp.ProgramUser {
	s.t.Helper()
	h, err := s.db.CaseHistory(s.t.Context(), id, s.here.ID)
	s.must(err)
	return h.Place
}

// The page of Apple's error numbers has an anchor for each.
func TestAppleErrorsPage(t *testing.T) {
	anna := openSchool(t).anna()
	page := anna.get("/help/apple-errors")
	for _, p := range vpp.AppleProblems {
		page.has(t, `id="`+p.Name()+`"`)
	}
}

// TestUndoInBrowser presses the buttons in a real browser, under the gate's
// policy: delete one, see the time run, and undo it from where the list says so.
func TestUndoInBrowser(t *testing.T) {
	ctx := viewtest.Browser(t)
	s := openSchoolWith(t, time.Hour)
	ids := s.invited(s.anna(), "Bo Berg")
	visit(ctx, t, s.server.URL+"/signin")
	run(ctx, t, `for (const [n, v] of Object.entries({name: "anna", password: "`+password+`"})) document.querySelector("[name=" + n + "]").value = v; document.querySelector("main form").requestSubmit()`)
	arrived(ctx, t, "/")
	visit(ctx, t, s.server.URL+"/users/"+string(ids[0]))
	arrived(ctx, t, "/users/"+string(ids[0]))
	run(ctx, t, `document.querySelector("[formaction='/vpp/delete']").click()`)
	arrived(ctx, t, "/vpp/delete")
	look(ctx, t, "real-delete")
	run(ctx, t, `document.querySelector("main form button.danger").click()`)
	arrived(ctx, t, "/users/"+string(ids[0]))
	look(ctx, t, "real-undo")
	if task := s.only(vpp.TaskDelete); !task.Held() {
		t.Fatalf("the removal is %s", task.State())
	}
	shown(ctx, t, "1 user will be deleted from VPP at", "Will be removed from VPP at", "Undo")
	run(ctx, t, `document.querySelector("form[action$='/undo'] button").click()`)
	arrived(ctx, t, "/tasks/"+string(s.only(vpp.TaskDelete).ID))
	shown(ctx, t, "Undone: nothing was sent to Apple", "Cancelled")
	if task := s.only(vpp.TaskDelete); task.State() != vpp.TaskCanceled || s.status(ids[0]) != vpp.Invited {
		t.Errorf("the removal is %s, Bo is %s", task.State(), s.status(ids[0]))
	}
}

// shown fails where the browser does not show words.
func shown(ctx context.Context, t *testing.T, words ...string) {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	must(t, err)
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the page lacks %q: %s", w, text)
		}
	}
}
