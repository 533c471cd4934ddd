package program_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// quirkValues are what the quirks that are no switches are set to.
func quirkValues() map[string][]string {
	return map[string][]string{
		"EmptyMDMInfo": {"1", "2"}, "TestFailureNumber": {"9712", "-1"}, "ReadLag": {"150ms"}, "VersionTTL": {"20ms"}, "SameAccount": {"1", "2"},
		"InviteTTL": {"1h"}, "MaxClientUserID": {"36"}, "DefaultPricing": {"1", "2"}, "AssignTwiceNumber": {"9616"}, "UnassignAbsentNumber": {"9619"},
		"EventTTL": {"15ms"}, "StatusLag": {"50ms"}, "UnlimitedNote": {"1", "2"}, "SameManageLimit": {"1"}, "SameFailureLimit": {"1"},
	}
}

// Section 8 of Apple's facts: we are right whichever way each point falls that
// Apple leaves unsaid. People are registered, accept, are edited, removed and
// registered again; each time our state must come to equal Apple's, person by
// person.
func TestRightWhicheverWayItFalls(t *testing.T) {
	values := quirkValues()
	for field := range reflect.TypeFor[applesim.Quirks]().Fields() {
		settings := []string{field.Name}
		if field.Type.Kind() != reflect.Bool {
			settings = nil
			for _, v := range values[field.Name] {
				settings = append(settings, field.Name+"="+v)
			}
			if delete(values, field.Name); settings == nil {
				t.Errorf("say in quirkValues what %s is to be set to", field.Name)
			}
		}
		for _, setting := range settings {
			t.Run(setting, func(t *testing.T) {
				t.Parallel()
				var q applesim.Quirks
				if err := q.Set(setting); err != nil {
					t.Fatal(err)
				}
				aLife(t, q)
			})
		}
	}
	if len(values) > 0 {
		t.Errorf("no such quirks: %v", values)
	}
}

// aLife is what may happen to people, from the first invitation to the second.
func aLife(t *testing.T, q applesim.Quirks) {
	t.Helper()
	const people = 24
	w := newWorldWith(t, storetest.SQLite(t), applesim.Options{Quirks: q, PageSize: 10, EventDelay: applesim.Range{Max: 10 * time.Millisecond}},
		func(c *program.Config) { c.Undo = 0 })
	storetest.AddPeople(t, w.db, school, people, vpp.WriteCreate)
	for id, account := range map[string]string{"user-0010": "anna@school.test", "user-0011": "ben@school.test", "user-0012": "bad@school.test"} {
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = $1 WHERE id = $2", account, id)
	}
	w.comesToEqual(t, "registered")

	w.acceptSome(t, 0, 8)
	w.comesToEqual(t, "accepted")

	for n := 4; n < 10; n++ { // some have accepted
		w.edit(t, vpp.UserID(fmt.Sprintf("user-%04d", n)), roster.Patch{Email: new(fmt.Sprintf("new.%04d@example.org", n))})
	}
	w.edit(t, "user-0013", roster.Patch{ManagedAppleID: new("carl@school.test")})
	w.comesToEqual(t, "edited")

	var gone []vpp.UserID // accepted and not, edited and not, linked
	for _, n := range []int{0, 1, 4, 5, 8, 9, 10, 12, 20, 21, 23} {
		gone = append(gone, vpp.UserID(fmt.Sprintf("user-%04d", n)))
	}
	task := w.begin(t, vpp.Selection{Filter: vpp.Filter{Location: school}, IDs: gone})
	w.expand(t, task.ID)
	w.comesToEqual(t, "removed")
	for _, id := range gone {
		if p := w.person(t, id); p.Program.AppleStatus != vpp.AppleRetired {
			t.Errorf("%s was to be removed, and is %q", id, p.Program.AppleStatus)
		}
	}
	if err := w.apple.RetireByHand(w.uid, "client-0015"); err != nil {
		t.Fatal(err)
	}
	w.comesToEqual(t, "removed by hand")
	for _, id := range append(gone, "user-0015") {
		storetest.Exec(t, w.db, "UPDATE program_users SET pending = 'create', pending_since = 1, batch_id = '', generation = generation + 1 WHERE user_id = $1", id)
	}
	w.comesToEqual(t, "registered again")
	w.acceptSome(t, 0, 2) // with the accounts that they had before
	w.acceptSome(t, 20, 22)
	w.comesToEqual(t, "accepted again")
	err := w.db.EachPerson(t.Context(), vpp.Selection{All: true}, func(all []vpp.Person) error {
		for _, p := range all {
			if !p.Program.AppleStatus.Living() {
				t.Errorf("%s is %q in the end (error %d)", p.ID, p.Program.AppleStatus, p.Program.AppleError)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(w.proposals(t)); n != 0 {
		t.Errorf("%d records at Apple are taken for strangers'", n)
	}
}

// acceptSome lets people accept, each with the account that goes with the name.
func (w *world) acceptSome(t *testing.T, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		u := w.apple.User(w.uid, fmt.Sprintf("client-%04d", n))
		if len(u) == 0 {
			t.Fatalf("client-%04d has no record", n)
		}
		if _, err := w.apple.Accept(u[0].InviteCode, fmt.Sprintf("home.%04d@example.org", n)); err != nil {
			t.Fatal(err)
		}
	}
}

// comesToEqual tends and reads everything until our state is Apple's.
func (w *world) comesToEqual(t *testing.T, when string) {
	t.Helper()
	w.settle(t)
	for deadline := time.Now().Add(20 * time.Second); ; {
		w.wake(t, true)
		left := append(w.differences(t), w.wrongLinks(t)...)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: our state does not come to equal Apple's:\n%s", when, strings.Join(left, "\n"))
		}
	}
}

// wrongLinks are the invited people whose link would not lead them to their
// record.
func (w *world) wrongLinks(t *testing.T) (lines []string) {
	t.Helper()
	codes := map[string]string{}
	for u := range w.apple.Users(w.uid) {
		if u.Status == applesim.Registered {
			codes[u.ClientUserID] = u.InviteCode
		}
	}
	err := w.db.EachPerson(t.Context(), vpp.Selection{All: true}, func(people []vpp.Person) error {
		for _, p := range people {
			if p.Program.AppleStatus != vpp.AppleRegistered {
				continue
			}
			link, err := w.AppleLink(t.Context(), p.Program.ID)
			if code := codes[string(p.Program.ClientUserID)]; err != nil || code == "" || !strings.Contains(link, code) {
				lines = append(lines, fmt.Sprintf("%s: the link does not lead to Apple's record: %v", p.ID, err))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
