package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// invited adds people and brings them to Invited.
func (s *school) invited(b *browser, names ...string) []vpp.UserID {
	s.t.Helper()
	s.withMail()
	form := []string{}
	var ids []vpp.UserID
	for _, name := range names {
		id := s.add(name, strings.ToLower(strings.Map(letter, name))+"@school.test")
		ids, form = append(ids, id), append(form, "user", string(id))
	}
	b.post(step(b.post("/invite", form...), "send"))
	s.work(s.only(vpp.TaskInvite).ID)
	return ids
}

// S1-08: acts are offered to those who are eligible. S1-10, S1-17, S1-18: a
// removal says what it will do, is done once, and shows as Removed.
func TestDelete(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Zoë Alm")
	bo, zoe, fresh := ids[0], ids[1], s.add("New One", "new@school.test")
	anna.get("/users").has(t, `value="`+string(bo)+`" data-can="resend sync delete pause"`, `value="`+string(fresh)+`" data-can="invite pause"`)
	anna.get("/users/"+string(fresh)).has(t, `formaction="/vpp/delete" disabled`, `formaction="/invite" class`)

	asked := anna.post("/vpp/delete", "user", string(bo), "user", string(fresh))
	asked.has(t, "2 users chosen at Nordschule", "Bo Berg", "New One", "1 record will be retired", "Delete 1 user from VPP", "have no living record at Apple", "Nobody of them holds a book")
	if s.status(bo) != vpp.Invited {
		t.Error("asking deletes")
	}
	form := asked.hidden("user", "location", "key")
	done := anna.send("/vpp/delete/confirm", form)
	again := anna.send("/vpp/delete/confirm", form)
	if !strings.HasPrefix(done.at, "/tasks/") || again.at != done.at {
		t.Errorf("deleting leads to %s, twice to %s", done.at, again.at)
	}
	s.work(s.only(vpp.TaskDelete).ID)
	if s.status(bo) != vpp.Removed || s.status(zoe) != vpp.Invited || s.status(fresh) != vpp.NotInvited {
		t.Errorf("Bo %s, Zoë %s, New %s", s.status(bo), s.status(zoe), s.status(fresh))
	}
	anna.get("/users?status=removed").has(t, "Bo Berg", "1 user").lacks(t, "Zoë Alm")

	// A person whose record lives at Apple stays on the list.
	refused := anna.post("/users/"+string(zoe)+"/remove", "sure", "1")
	if refused.at != "/users/"+string(zoe) || !strings.Contains(refused.body, "tone-bad") {
		t.Errorf("removing a living record leads to %s", refused.at)
	}
}

// One location that cannot be synced keeps no other from it, and is named.
func TestSyncOfEverythingBut(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	s.addLocation("Mittelschule")
	s.addLocation("Südschule")
	locations, err := s.db.Locations(t.Context())
	s.must(err)
	for _, l := range locations {
		if l.Name == "Mittelschule" {
			storetest.Exec(t, s.db, "CREATE TRIGGER broken BEFORE INSERT ON tasks WHEN NEW.location_id = '"+string(l.ID)+"' BEGIN SELECT RAISE(ABORT, 'broken'); END")
		}
	}
	all := anna.get("/vpp/sync").hidden("all", "location", "key")
	all.Set("scope", "all")
	anna.send("/vpp/sync/confirm", all).has(t, "A sync of each other location runs. Not of these: Mittelschule:")
	list, err := s.tasks.List(t.Context(), vpp.TaskFilter{Kind: vpp.TaskSync}, vpp.Page{})
	s.must(err)
	if len(list.Items) != 2 {
		t.Errorf("there are %d syncs, want those of the two others", len(list.Items))
	}
}

// People get a place in another location from the VPP menu, which offers it
// once there is one.
func TestPlace(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	bo := s.add("Bo Berg", "bo@school.test")
	anna.get("/users").lacks(t, "Add to location")
	other := vpp.Location{ID: "other", Name: "Südschule", UID: "uid-other", CreatedAt: time.Now()}
	must(t, s.db.AddLocation(t.Context(), fixture, other, "sealed"))
	anna.get("/users").has(t, "Add to location")
	asked := anna.post("/users/place", "user", string(bo))
	asked.has(t, "Bo Berg", `<option value="other">Südschule</option>`).lacks(t, `<option value="`+string(s.here.ID))
	form := asked.hidden("user", "location", "key")
	form.Set("to", "other")
	if done := anna.send("/users/place/confirm", form); done.at != "/users" {
		t.Errorf("placing leads to %s", done.at)
	}
	p, err := s.roster.Profile(t.Context(), bo)
	if err != nil || len(p.Places) != 2 {
		t.Errorf("%+v, %v", p.Places, err)
	}
}

// F-13: people are paused from the VPP menu, after a question, stand in the list
// with their status and beside it that they are paused, and their page offers
// to resume them.
func TestPause(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Zoë Alm")
	bo := ids[0]
	asked := anna.post("/users/pause", "user", string(bo))
	asked.has(t, "Pause 1 user?")
	anna.get("/users").lacks(t, "attention=paused")
	if done := anna.send("/users/pause", asked.hidden("user", "sure")); done.at != "/users" {
		t.Errorf("pausing leads to %s", done.at)
	}
	list := anna.get("/users?attention=paused").has(t, "Bo Berg", "Invited", "paused</span>", `value="`+string(bo)+`" data-can="sync delete resume"`)
	list.lacks(t, "Zoë Alm")
	page := anna.get("/users/"+string(bo)).has(t, "Paused since", `action="/users/resume"`, "Bo Berg was paused.").lacks(t, "Show link to copy")
	form := page.hidden("user", "location")
	form.Set("return", "/users/"+string(bo))
	if done := anna.send("/users/resume", form); done.at != "/users/"+string(bo) {
		t.Errorf("resuming leads to %s", done.at)
	}
	anna.get("/users/"+string(bo)).has(t, "Bo Berg was resumed.").lacks(t, "Paused since")
	reader := s.somebody("reader", operator.ScopeRead)
	if denied := reader.post("/users/pause", "user", string(bo), "sure", "1"); denied.status != http.StatusForbidden {
		t.Errorf("somebody who may only read pauses: %d", denied.status)
	}
}

// S1-05, S1-11, S1-21, S2-11, F-46: a sync of a selection, of the location, and of everything says
// what changed in which direction, and runs once.
func TestSync(t *testing.T) {
	s := openSchool(t)
	anna := s.anna()
	ids := s.invited(anna, "Bo Berg", "Zoë Alm")
	for u := range s.apple.Users(s.uid) {
		if strings.HasPrefix(u.Email, "zo") {
			_, err := s.apple.Accept(u.InviteCode, "zoe@home.test")
			s.must(err)
		}
	}
	asked := anna.post("/vpp/sync", "user", string(ids[0]), "user", string(ids[1])).has(t, "The selection", "This location", "Everything anew").lacks(t, `value="all"`)
	form := asked.hidden("user", "location", "key")
	form.Set("scope", "selection")
	form.Set("read", "full")
	done := anna.send("/vpp/sync/confirm", form)
	if again := anna.send("/vpp/sync/confirm", form); again.at != done.at || !strings.HasPrefix(done.at, "/vpp/sync/") {
		t.Errorf("syncing leads to %s, twice to %s", done.at, again.at)
	}
	task := s.work(s.only(vpp.TaskSync).ID)
	if task.State() != vpp.TaskDone || task.Params["read"] != "full" {
		t.Errorf("the sync is %s, %v", task.State(), task.Params)
	}
	anna.get(done.at).has(t, "became Registered", "Sync of Nordschule", "Person by person")
	if s.status(ids[1]) != vpp.Registered {
		t.Errorf("Zoë is %s", s.status(ids[1]))
	}

	s.addLocation("Südschule")
	all := anna.get("/vpp/sync").has(t, `value="all"`, "2 locations").lacks(t, "The selection").hidden("all", "location", "key")
	all.Set("scope", "all")
	for range 2 {
		if p := anna.send("/vpp/sync/confirm", all); p.at != "/tasks" {
			t.Errorf("syncing everything leads to %s", p.at)
		}
	}
	list, err := s.tasks.List(t.Context(), vpp.TaskFilter{Kind: vpp.TaskSync}, vpp.Page{})
	s.must(err)
	if len(list.Items) != 3 {
		t.Errorf("there are %d syncs, want one more for each location", len(list.Items))
	}
}
