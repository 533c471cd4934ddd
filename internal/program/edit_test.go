package program_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// person reads one person as the location sees them.
func (w *world) person(t *testing.T, id vpp.UserID) (found vpp.Person) {
	t.Helper()
	err := w.db.EachPerson(t.Context(), vpp.Selection{IDs: []vpp.UserID{id}}, func(people []vpp.Person) error {
		if len(people) == 1 {
			found = people[0]
		}
		return nil
	})
	if err != nil || found.ID == "" {
		t.Fatal(found, err)
	}
	return found
}

func (w *world) edit(t *testing.T, id vpp.UserID, p roster.Patch) {
	t.Helper()
	room := roster.New(w.db, time.Now, storetest.NewID)
	if _, err := room.Update(t.Context(), vpp.Server, id, p); err != nil {
		t.Fatal(err)
	}
}

// F-12, S1-19, S2-12: a changed address waits for Apple and goes there by
// itself; until a read confirms it, it differs.
func TestEditGoesToApple(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{EventDelay: applesim.Range{Min: 20 * time.Millisecond, Max: 20 * time.Millisecond}})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteCreate)
		w.settle(t)
		if p := w.person(t, "user-0001"); p.Program.Differs || p.Program.Pending != vpp.WriteNone {
			t.Fatalf("before the edit: %+v", p.Program)
		}
		w.edit(t, "user-0001", roster.Patch{Email: new("new@example.org")})
		p := w.person(t, "user-0001")
		if !p.Program.Differs || p.Program.Pending != vpp.WriteUpdate || p.Program.Step() != vpp.StepUpdateWaiting {
			t.Errorf("after the edit: %+v", p.Program)
		}
		counts, err := w.db.CountPeople(t.Context(), school)
		if err != nil || counts.Attention[vpp.AttentionDiffers] != 1 {
			t.Errorf("the filter counts %d: %v", counts.Attention[vpp.AttentionDiffers], err)
		}
		w.settle(t)
		w.equal(t)
		if p = w.person(t, "user-0001"); p.Program.Differs || p.Program.AppleEmail != "new@example.org" {
			t.Errorf("once Apple has it: %+v", p.Program)
		}
		w.edit(t, "user-0002", roster.Patch{Email: new("PERSON.0002@example.org")}) // the same to Apple
		if p = w.person(t, "user-0002"); p.Program.Differs || p.Program.Pending != vpp.WriteNone {
			t.Errorf("other case is nothing to send: %+v", p.Program)
		}
	})
}

// An edit that comes while the record is being made goes to Apple after it.
func TestEditWhileTheRecordIsMade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 2, vpp.WriteCreate)
		if _, err := w.db.ClaimBatch(t.Context(), school, "batch", 100); err != nil {
			t.Fatal(err)
		}
		c := w.api(t)
		receipt, err := c.CreateUsers(t.Context(), requests(0, 2))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.db.BatchSent(t.Context(), "batch", receipt.EventID, time.Now()); err != nil {
			t.Fatal(err)
		}
		w.edit(t, "user-0001", roster.Patch{Email: new("later@example.org")})
		w.settle(t)
		w.equal(t)
		if u := w.apple.User(w.uid, "client-0001"); len(u) != 1 || u[0].Email != "later@example.org" {
			t.Errorf("Apple has %+v", u)
		}
	})
}

// Apple's refusal of an edit is kept with the person, still differs, and is
// not sent again until somebody corrects it.
func TestEditRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteCreate)
		w.settle(t)
		storetest.Exec(t, w.db, "UPDATE users SET email = 'no address', email_key = 'no address', updated_at = 5 WHERE id = 'user-0001'")
		storetest.Exec(t, w.db, "UPDATE program_users SET differs = TRUE WHERE user_id = 'user-0001'")
		w.wake(t, true) // what differs is sent after a full read
		p := w.person(t, "user-0001")
		if p.Program.AppleError != vpp.AppleBadEmail || !p.Program.Differs || p.Program.Pending != vpp.WriteNone {
			t.Errorf("refused: %+v", p.Program)
		}
		w.apple.ResetCalls()
		w.wake(t, true)
		if n := w.apple.Calls().Of(applesim.UsersUpdate); n != 0 {
			t.Errorf("a refused edit was sent %d times again", n)
		}
		w.edit(t, "user-0001", roster.Patch{Email: new("good@example.org")})
		w.settle(t)
		w.equal(t)
		if p = w.person(t, "user-0001"); p.Program.AppleError != 0 || p.Program.Differs {
			t.Errorf("corrected: %+v", p.Program)
		}
	})
}

// F-06: a Managed Apple Account that comes later is linked; one that Apple
// refuses is kept as the reason, and not tried for ever. Once an account is
// linked, another one is not sent.
func TestEditManagedAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteCreate)
		w.settle(t)
		w.edit(t, "user-0000", roster.Patch{ManagedAppleID: new("anna@school.test")})
		w.edit(t, "user-0001", roster.Patch{ManagedAppleID: new("bad@school.test")})
		w.settle(t)
		w.equal(t)
		if p := w.person(t, "user-0000"); p.Program.AppleStatus != vpp.AppleAssociated || p.Program.Differs || p.Program.Relinked() {
			t.Errorf("linked: %+v", p.Program)
		}
		if p := w.person(t, "user-0001"); p.Program.AppleStatus != vpp.AppleRegistered || p.Program.ManagedError != vpp.AppleAccountUnusable || p.Program.Differs {
			t.Errorf("refused: %+v", p.Program)
		}
		w.apple.ResetCalls()
		w.edit(t, "user-0000", roster.Patch{ManagedAppleID: new("other@school.test")})
		w.settle(t)
		if p := w.person(t, "user-0000"); p.Program.Pending != vpp.WriteNone || p.Program.Differs || !p.Program.Relinked() {
			t.Errorf("another account: %+v", p.Program)
		}
		if n := w.apple.Calls().Of(applesim.UsersUpdate); n != 0 {
			t.Errorf("another account for who has one was sent %d times", n)
		}
	})
}
