package program_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// api is another service that uses the same content token.
func (w *world) api(t *testing.T) *appsandbooks.Client {
	t.Helper()
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.apple.BaseURL(), Token: appsandbooks.Secret(w.token)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// requests ask for the people whom storetest.AddPeople adds.
func requests(from, to int) (users []appsandbooks.RequestUser) {
	for n := from; n < to; n++ {
		users = append(users, appsandbooks.RequestUser{ClientUserID: fmt.Sprintf("client-%04d", n), Email: fmt.Sprintf("person.%04d@example.org", n)})
	}
	return users
}

// others are records that an earlier installation left at Apple.
func (w *world) others(t *testing.T, users ...appsandbooks.RequestUser) {
	t.Helper()
	if _, err := w.api(t).CreateUsers(t.Context(), users); err != nil {
		t.Fatal(err)
	}
	w.wake(t, true)
}

// F-07: who is at Apple and not known here is listed with whom it may be, and
// what is clear is adopted: the record stays as it is, its invite code works.
func TestAdopt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 8, vpp.WriteNone)
		storetest.Exec(t, w.db, "UPDATE program_users SET client_user_id = '', generation = 0")
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = 'Mia@school.test' WHERE id = 'user-0002'")
		storetest.Exec(t, w.db, "UPDATE users SET email = 'family@example.org', email_key = 'family@example.org' WHERE id IN ('user-0003', 'user-0004')")
		storetest.Exec(t, w.db, "UPDATE program_users SET pending = 'create', pending_since = 1, client_user_id = 'client-0005' WHERE user_id = 'user-0005'")
		w.settle(t)
		w.others(t,
			appsandbooks.RequestUser{ClientUserID: "a-by-address", Email: "Person.0001@Example.org"},
			appsandbooks.RequestUser{ClientUserID: "b-by-account", Email: "mia@school.test"},
			appsandbooks.RequestUser{ClientUserID: "c-two-fit", Email: "family@example.org"},
			appsandbooks.RequestUser{ClientUserID: "d-has-one", Email: "person.0005@example.org"},
			appsandbooks.RequestUser{ClientUserID: "e-nobody", Email: "stranger@example.org"},
			appsandbooks.RequestUser{ClientUserID: "f-twice", Email: "person.0006@example.org"},
			appsandbooks.RequestUser{ClientUserID: "g-twice", Email: "person.0006@example.org"},
			appsandbooks.RequestUser{ClientUserID: "user-0007", Email: "elsewhere@example.org"},
			appsandbooks.RequestUser{ClientUserID: "z-no-address"},
		)
		want := map[vpp.ClientUserID]vpp.Proposal{
			"a-by-address": vpp.ProposeAdopt, "b-by-account": vpp.ProposeAdopt, "c-two-fit": vpp.ProposeChoose, "d-has-one": vpp.ProposeConflict,
			"e-nobody": vpp.ProposeCreate, "f-twice": vpp.ProposeChoose, "g-twice": vpp.ProposeChoose, "user-0007": vpp.ProposeAdopt, "z-no-address": vpp.ProposeCreate,
		}
		if diff := cmp.Diff(want, w.proposals(t)); diff != "" {
			t.Errorf("proposals (-want +got):\n%s", diff)
		}
		finds, err := w.PreviewAdopt(t.Context(), school)
		if diff := cmp.Diff(program.Finds{Total: 9, Adopt: 3, Choose: 3, Conflict: 1, Unknown: 2}, finds); diff != "" || err != nil {
			t.Errorf("preview (-want +got), %v:\n%s", err, diff)
		}
		w.apple.ResetCalls()
		got, err := w.AdoptClear(t.Context(), vpp.Server, school, false)
		if err != nil || got.Adopted != 3 || len(got.Left) != 0 {
			t.Errorf("adopting what is clear: %+v %v", got, err)
		}
		if n := w.apple.Calls().Total(); n != 0 {
			t.Errorf("adopting made %d calls to Apple", n)
		}
		w.adopted(t, "user-0001", "a-by-address", false)
		w.adopted(t, "user-0002", "b-by-account", true) // the address here is another, and goes to Apple with the next full read
		w.adopted(t, "user-0007", "user-0007", true)
		if link, err := w.AppleLink(t.Context(), w.person(t, "user-0001").Program.ID); err != nil || link == "" {
			t.Errorf("the adopted record's link: %q %v", link, err)
		}
		got, err = w.Adopt(t.Context(), vpp.Server, school, []program.Choice{
			{ClientUserID: "c-two-fit", UserID: "user-0004"}, {ClientUserID: "d-has-one", UserID: "user-0005"},
			{ClientUserID: "e-nobody", UserID: "nobody"}, {ClientUserID: "gone", UserID: "user-0003"}, {ClientUserID: "f-twice", UserID: "user-0006"},
			{ClientUserID: "g-twice", UserID: "user-0006"},
		})
		if err != nil || got.Adopted != 2 || len(got.Left) != 4 {
			t.Errorf("adopting what was chosen: %+v %v", got, err)
		}
		w.adopted(t, "user-0004", "c-two-fit", false)
		w.wake(t, true)
		w.wake(t, true)
		w.settle(t)
		left := w.proposals(t)
		got, err = w.Adopt(t.Context(), vpp.Server, school, []program.Choice{{ClientUserID: "e-nobody", Create: true}, {ClientUserID: "z-no-address", Create: true}})
		if err != nil || got.Adopted != 1 || got.Created != 1 || len(got.Left) != 1 {
			t.Errorf("adding people: %+v %v", got, err)
		}
		if diff := cmp.Diff(map[vpp.ClientUserID]vpp.Proposal{
			"d-has-one": vpp.ProposeConflict, "e-nobody": vpp.ProposeCreate, "g-twice": vpp.ProposeConflict, "z-no-address": vpp.ProposeCreate,
		}, left); diff != "" {
			t.Errorf("what is left (-want +got):\n%s", diff)
		}
	})
}

func (w *world) adopted(t *testing.T, user vpp.UserID, name vpp.ClientUserID, differs bool) {
	t.Helper()
	if p := w.person(t, user); p.Program.ClientUserID != name || p.Program.AppleStatus != vpp.AppleRegistered || p.Program.Differs != differs || !p.Program.HasCode {
		t.Errorf("%s: %+v", user, p.Program)
	}
}

func (w *world) proposals(t *testing.T) map[vpp.ClientUserID]vpp.Proposal {
	t.Helper()
	got := map[vpp.ClientUserID]vpp.Proposal{}
	for page := (vpp.Page{Limit: 4}); ; {
		list, err := w.Strangers(t.Context(), school, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list.Items {
			got[f.ClientUserID] = f.Proposal
		}
		if page.After = list.Next; page.After == "" {
			return got
		}
	}
}

// Strangers who are removed at Apple are forgotten, by a delta and by a full read.
func TestStrangersGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.others(t, requests(0, 3)...)
		for i, full := range []bool{false, true} {
			if err := w.apple.RetireByHand(w.uid, fmt.Sprintf("client-%04d", i)); err != nil {
				t.Fatal(err)
			}
			w.wake(t, full)
			if n := len(w.proposals(t)); n != 2-i {
				t.Errorf("full %v: %d strangers are left", full, n)
			}
		}
	})
}

// "Nobody is retired by a sync, ever": whatever a sync finds, here or there,
// and however often, no call to retire is made.
func TestNobodyIsRetiredByASync(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 40, vpp.WriteCreate)
		w.settle(t)
		w.others(t, appsandbooks.RequestUser{ClientUserID: "other", Email: "person.0001@example.org"}, appsandbooks.RequestUser{ClientUserID: "unknown"})
		if err := w.apple.RetireByHand(w.uid, "client-0003"); err != nil {
			t.Fatal(err)
		}
		storetest.Exec(t, w.db, "UPDATE users SET email = 'changed@example.org', email_key = 'changed@example.org' WHERE id = 'user-0004'")
		storetest.Exec(t, w.db, "UPDATE program_users SET account_hash = 'same' WHERE user_id IN ('user-0005', 'user-0006')")
		w.apple.SetFaults(applesim.FaultsSome(3))
		for i := range 4 {
			task, err := w.StartSync(t.Context(), vpp.Server, all, i%2 == 0, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Expand(t.Context(), task); err != nil {
				t.Fatal(err)
			}
			w.settle(t)
			if task, err = w.db.Task(t.Context(), task.ID); err != nil || task.FinishedAt.IsZero() {
				t.Errorf("the sync ended %s: %v", task.State(), err)
			}
		}
		if n := w.apple.Calls().Of(applesim.UsersRetire); n != 0 {
			t.Errorf("syncs made %d calls to retire", n)
		}
		if n := len(w.proposals(t)); n != 2 {
			t.Errorf("%d strangers, want the two of others", n)
		}
	})
}
