package program_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// say notes that people say on the landing page that they have accepted.
func (w *world) say(t *testing.T, people ...int) {
	t.Helper()
	for _, n := range people {
		if err := w.db.NoteVisit(t.Context(), vpp.InvitationID(fmt.Sprintf("inv-%d", n)), vpp.VisitDone, "iphone"); err != nil {
			t.Fatal(err)
		}
	}
}

// Pain 23: one who says that they have accepted is asked for by name, with one
// call, and at most every ten seconds; when many say so, one read of what
// changed tells of all of them.
func TestLookAtWhoSaysDone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 60, vpp.WriteCreate)
		w.settle(t)
		for n := range 60 {
			storetest.Exec(t, w.db, fmt.Sprintf(`INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at)
				SELECT 'inv-%d', id, user_id, location_id, generation, 1, 0 FROM program_users WHERE user_id = 'user-%04d'`, n, n))
		}
		status := func(n int) vpp.AppleStatus {
			return w.person(t, vpp.UserID(fmt.Sprintf("user-%04d", n))).Program.AppleStatus
		}
		accept := func(n int) {
			name := w.person(t, vpp.UserID(fmt.Sprintf("user-%04d", n))).Program.ClientUserID
			for u := range w.apple.Users(w.uid) {
				if u.ClientUserID == string(name) {
					if _, err := w.apple.Accept(u.InviteCode, u.Email); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		reads := func() int { return w.apple.Calls().Of(applesim.UsersRead) }
		before := reads()
		w.say(t, 1)
		w.settle(t)
		if n := reads() - before; n != 1 || status(1) != vpp.AppleRegistered {
			t.Errorf("%d calls, and Apple says %s", n, status(1))
		}

		accept(1)
		accept(2)
		w.say(t, 1)
		if names, err := w.db.WantedLooks(t.Context(), school, 9); err != nil || len(names) != 0 {
			t.Errorf("asked again at once: %v %v", names, err)
		}
		w.pass(10 * time.Second)
		w.settle(t)
		if n := reads() - before; n != 2 || status(1) != vpp.AppleAssociated || status(2) != vpp.AppleRegistered {
			t.Errorf("%d calls, and Apple says %s; of somebody else %s", n, status(1), status(2))
		}
		w.say(t, 1)
		w.settle(t)
		if n := reads() - before; n != 2 {
			t.Errorf("who is registered was asked for: %d calls", n)
		}

		var crowd []int
		for n := 2; n < 60; n++ {
			crowd = append(crowd, n)
			if n > 2 {
				accept(n)
			}
		}
		before = reads()
		w.say(t, crowd...)
		w.settle(t)
		if n := reads() - before; n > 4 || status(59) != vpp.AppleAssociated || status(2) != vpp.AppleAssociated {
			t.Errorf("58 people took %d calls, and Apple says %s", n, status(59))
		}
		if names, err := w.db.WantedLooks(t.Context(), school, 99); err != nil || len(names) != 0 {
			t.Errorf("still to be asked for: %v %v", names, err)
		}
	})
}
