package program_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var (
	anna  = vpp.Actor{ID: "op", Name: "anna"}
	thief = appsandbooks.MDMInfo{ID: "thief", Name: "Other MDM", Metadata: "v1"}
)

// writes writes a claim as another server would, with a client of its own.
func (w *world) writes(t testing.TB, info appsandbooks.MDMInfo) {
	t.Helper()
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.apple.BaseURL(), Token: appsandbooks.Secret(w.token)})
	if err == nil {
		_, err = c.SetClientConfig(context.Background(), appsandbooks.ClientConfigChange{MDMInfo: &info})
	}
	if err != nil {
		t.Error(err)
	}
}

// claimant is whose claim stands at Apple.
func (w *world) claimant(t testing.TB) string {
	t.Helper()
	facts, err := w.Verify(t.Context(), w.token)
	if err != nil {
		t.Fatal(err)
	}
	return facts.Claim.ID
}

func (w *world) school(t testing.TB) vpp.Location {
	t.Helper()
	l, err := w.db.Location(t.Context(), school)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (w *world) wantState(t testing.TB, want vpp.ClaimState) vpp.Location {
	t.Helper()
	l := w.school(t)
	if l.ClaimState() != want {
		t.Fatalf("the location is %s, want %s: %+v", l.ClaimState(), want, l)
	}
	return l
}

// campaign begins a removal and an invitation, as tasks; it returns the removal.
func (w *world) campaign(t testing.TB, n int) vpp.Task {
	t.Helper()
	storetest.AddPeople(t, w.db, school, n, vpp.WriteCreate)
	storetest.Exec(t, w.db, `INSERT INTO tasks (id, kind, location_id, title, created_by, created_at, expanded_at, total)
		VALUES ('campaign', 'invite', $1, 'Invite', 'anna', 1, 1, $2)`, school, n)
	storetest.Exec(t, w.db, `INSERT INTO task_items (task_id, program_user_id, state, detail, updated_at)
		SELECT 'campaign', id, 'queued', 'Waits for Apple.', 1 FROM program_users`)
	task, err := w.db.Task(t.Context(), "campaign")
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// history counts the lines of the history about an action.
func (w *world) history(t testing.TB, action string) int {
	t.Helper()
	rows, err := w.db.Query(t.Context(), "SELECT count(*) FROM entries WHERE action = $1", action)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	if !rows.Next() || rows.Scan(&n) != nil {
		t.Fatal("the history cannot be counted")
	}
	return n
}

// F-56: what nobody claims is claimed before anything is changed there, once.
func TestClaimed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 150, vpp.WriteCreate)
		w.settle(t)
		w.equal(t)
		l := w.wantState(t, vpp.ClaimOurs)
		ours, err := w.Claim(t.Context())
		if err != nil || l.Claim != ours || ours.Name != "rsvpp at this.test" || w.claimant(t) != ours.ID {
			t.Errorf("%+v %+v %v", l.Claim, ours, err)
		}
		if other, err := w.node().Claim(t.Context()); err != nil || other.ID != ours.ID {
			t.Errorf("another node claims as %+v: %v", other, err)
		}
		calls := w.wire.since(0)
		if claim, create := slices.Index(calls, "POST client/config"), slices.Index(calls, "POST users/create"); claim < 0 || create < claim {
			t.Errorf("the claim comes first: %v", calls)
		}
		if n := w.history(t, "location.claim"); n != 1 {
			t.Errorf("%d lines in the history", n)
		}
		// A full read of many answers asks and writes nothing more.
		asked := w.wire.of("GET client/config")
		w.wake(t, true)
		if n := w.wire.of("GET client/config"); n != asked {
			t.Errorf("the claim was asked for %d times more", n-asked)
		}
	})
}

// The theft, in the middle of a campaign: the answer that shows it is the last
// one to a write. Reads go on. Taken back, everything is read before anything
// is sent, and the campaign ends as if nothing had been (F-56, pains 7 and 8).
func TestTheftMidFlight(t *testing.T) {
	t.Parallel()
	for _, parallel := range []int{1, 8} {
		t.Run(fmt.Sprint(parallel), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				w := newWorld(t, url, applesim.Options{EventDelay: applesim.Range{Max: 10 * time.Millisecond}})
				w.config.Parallel = parallel
				w.Service = w.node()
				w.campaign(t, 2500)
				var once sync.Once
				w.wire.step(func(call string, n int) *http.Response {
					if call == "POST users/create" && n == 3 {
						once.Do(func() { w.writes(t, thief) })
					}
					return nil
				}, nil)
				w.settle(t)
				// With one worker the third call is the last. With several, others had begun by then.
				sent := w.wire.of("POST users/create")
				if sent < 3 || sent > 2+parallel {
					t.Errorf("%d writes left, the third of which showed the theft", sent)
				}
				l := w.wantState(t, vpp.ClaimTaken)
				if l.FrozenBy.Name != "Other MDM" || l.Claim.ID != "thief" || l.FrozenAt.IsZero() {
					t.Errorf("%+v", l)
				}
				if n := w.history(t, "location.taken"); n != 1 {
					t.Errorf("%d lines in the history", n)
				}
				task, err := w.db.Task(t.Context(), "campaign")
				if err != nil || !strings.HasPrefix(task.Note, "Paused: “Other MDM” took over Test School at ") || task.State() != vpp.TaskRunning {
					t.Errorf("%+v %v", task, err)
				}
				notices, err := w.db.Notices(t.Context(), 10)
				if err != nil || len(notices) != 1 || !strings.Contains(notices[0].Subject+notices[0].Text, "“Other MDM” took over Test School") {
					t.Errorf("%+v %v", notices, err)
				}
				_, err = w.StartDelete(t.Context(), anna, all, true, "")
				if vpp.KindOf(err) != vpp.Conflict || !strings.Contains(vpp.MessageOf(err), "“Other MDM” took over") {
					t.Error(err)
				}
				w.wake(t, true) // reads go on, and change nothing of it
				if w.wire.of("POST users/create") != sent {
					t.Error("a write left after the theft was known")
				}
				w.wantState(t, vpp.ClaimTaken)

				// Take-back.
				if _, err := w.TakeBack(t.Context(), anna, school, "somebody else"); vpp.KindOf(err) != vpp.Conflict {
					t.Errorf("taken back from somebody who was not shown: %v", err)
				}
				if w.claimant(t) != "thief" {
					t.Error("a refused take-back wrote")
				}
				mark := len(w.wire.since(0))
				if l, err = w.TakeBack(t.Context(), anna, school, "thief"); err != nil || l.ClaimState() != vpp.ClaimOurs || l.ReadFirst.IsZero() {
					t.Fatalf("%+v %v", l, err)
				}
				w.settle(t)
				w.equal(t)
				calls := w.wire.since(mark)
				read := slices.Index(calls, "GET users full")
				if calls[0] != "GET client/config" || calls[1] != "POST client/config" || read < 0 || slices.Index(calls, "POST users/create") < read {
					t.Errorf("it reads before it writes: %v", calls[:min(12, len(calls))])
				}
				if task, err = w.db.Task(t.Context(), "campaign"); err != nil || task.Note != "" {
					t.Errorf("%+v %v", task, err)
				}
				if l = w.wantState(t, vpp.ClaimOurs); !l.ReadFirst.IsZero() || !l.FrozenBy.None() {
					t.Errorf("%+v", l)
				}
				if n := w.history(t, "location.take_back"); n != 1 {
					t.Errorf("%d lines in the history", n)
				}
				if _, err := w.TakeBack(t.Context(), anna, school, "thief"); vpp.KindOf(err) != vpp.Conflict {
					t.Errorf("what is ours was taken back: %v", err)
				}
			})
		})
	}
}

// Our claim is written and its answer is lost: to take back once more is not
// refused because of our own claim.
func TestTakeBackOnceMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.wake(t, true)
		w.writes(t, thief)
		if _, err := w.Settle(t.Context(), school); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, vpp.ClaimTaken)
		w.apple.Inject(applesim.ClientConfigWrite, applesim.HTMLAfter)
		if _, err := w.TakeBack(t.Context(), anna, school, "thief"); vpp.KindOf(err) != vpp.Unavailable {
			t.Errorf("a lost answer: %v", err)
		}
		w.wantState(t, vpp.ClaimTaken)
		w.wake(t, true) // which shows our own claim
		if _, err := w.TakeBack(t.Context(), anna, school, "thief"); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, vpp.ClaimOurs)
		if n := w.wire.of("POST client/config"); n != 2 { // the first claim, and the one whose answer was lost
			t.Errorf("%d claims were written", n)
		}
		entry, err := w.db.Query(t.Context(), "SELECT summary FROM entries WHERE action = 'location.take_back'")
		if err != nil {
			t.Fatal(err)
		}
		defer entry.Close()
		var summary string
		if !entry.Next() || entry.Scan(&summary) != nil || !strings.Contains(summary, "back from “Other MDM”") {
			t.Errorf("%q", summary)
		}
	})
}

// A write that is tried again does not leave when the location was lost while
// it waited.
func TestTheftBeforeRetry(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), applesim.Options{})
	w.config.Parallel = 1
	w.Service = w.node()
	w.campaign(t, 250)
	w.wire.step(func(call string, n int) *http.Response {
		if call != "POST users/create" || n != 2 {
			return nil
		}
		w.writes(t, thief)
		if _, err := w.Settle(context.Background(), school); err != nil {
			t.Error(err)
		}
		return &http.Response{StatusCode: 503, Header: http.Header{"Retry-After": {"0"}}, Body: io.NopCloser(strings.NewReader("")), Proto: "HTTP/1.1"}
	}, nil)
	w.settle(t)
	if n := w.wire.of("POST users/create"); n != 1 {
		t.Errorf("%d writes left", n)
	}
	w.wantState(t, vpp.ClaimTaken)
	members, err := w.db.Query(t.Context(), "SELECT apple_error FROM program_users WHERE apple_error <> 0")
	if err != nil || members.Next() {
		t.Error("somebody is blamed", err)
	}
	members.Close()
}

// Somebody else's claim that stood there before us is not touched, and nothing
// is written, until somebody decides.
func TestClaimOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.writes(t, thief)
		w.campaign(t, 50)
		w.settle(t)
		l := w.wantState(t, vpp.ClaimOthers)
		if w.wire.of("POST users/create")+w.wire.of("POST client/config") != 0 {
			t.Errorf("something was written: %v", w.wire.since(0))
		}
		if task, err := w.db.Task(t.Context(), "campaign"); err != nil || task.Note != "Paused: “Other MDM” manages Test School." {
			t.Errorf("%+v %v", task, err)
		}
		if l.ReadAt.IsZero() {
			w.wake(t, true)
		}
		if l = w.school(t); l.ReadAt.IsZero() {
			t.Error("it is not read")
		}
		if _, err := w.TakeBack(t.Context(), anna, school, "thief"); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.equal(t)
		w.wantState(t, vpp.ClaimOurs)
	})
}

// What others let go is ours without being asked for again.
func TestClaimReleased(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), applesim.Options{})
	w.writes(t, thief)
	w.wake(t, true)
	w.wantState(t, vpp.ClaimOthers)
	w.writes(t, appsandbooks.MDMInfo{ID: vpp.ReleasedClaim, Name: "released"})
	w.wake(t, true)
	w.wantState(t, vpp.ClaimOurs)
}

// Theft in the very moment of our own claim: whoever wrote last is believed.
func TestTheftDuringClaim(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		for _, late := range []bool{false, true} { // before Apple answers our claim, and right after
			w := newWorld(t, url, applesim.Options{})
			url = storetest.SQLite(t)
			step := func(call string, n int) {
				if call == "POST client/config" && n == 1 {
					w.writes(t, thief)
				}
			}
			if late {
				w.wire.step(nil, step)
			} else {
				w.wire.step(func(call string, n int) *http.Response { step(call, n); return nil }, nil)
			}
			w.campaign(t, 350)
			w.settle(t)
			created := w.wire.of("POST users/create")
			if late {
				w.wantState(t, vpp.ClaimTaken)
				if created > w.config.Parallel {
					t.Errorf("%d writes left", created)
				}
				continue
			}
			w.wantState(t, vpp.ClaimOurs) // theirs was first; they see ours
			w.equal(t)
		}
	})
}

// Answers that were asked for before our own claim stood do not freeze us,
// whichever node asked.
func TestStaleAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{Latency: applesim.Range{Max: 8 * time.Millisecond}})
		if err := w.apple.Seed(w.uid, 400, applesim.SeedOptions{}); err != nil {
			t.Fatal(err)
		}
		nodes := []*program.Service{w.Service, w.node(), w.node()}
		w.writes(t, thief)
		w.wake(t, true)
		for range 5 {
			var busy sync.WaitGroup
			for _, n := range nodes {
				busy.Go(func() {
					for range 3 {
						_, _ = n.Settle(t.Context(), school)
						_ = w.db.WantRead(t.Context(), school, true)
						_ = n.Tend(t.Context(), vpp.TendLocation{LocationID: school})
					}
				})
			}
			if _, err := nodes[1].TakeBack(t.Context(), anna, school, "thief"); err != nil {
				t.Fatal(err)
			}
			busy.Wait()
			if l := w.wantState(t, vpp.ClaimOurs); l.Claim.ID == "thief" {
				t.Fatalf("%+v", l)
			}
			w.writes(t, thief)
			for _, n := range nodes {
				if _, err := n.Settle(t.Context(), school); err != nil {
					t.Fatal(err)
				}
			}
			w.wantState(t, vpp.ClaimTaken)
		}
		if n := w.history(t, "location.taken"); n != 5 {
			t.Errorf("5 thefts are %d lines in the history", n)
		}
	})
}

// One node sees the theft: no other writes.
func TestTheftSeenElsewhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		w.wake(t, true)
		w.wantState(t, vpp.ClaimOurs)
		w.writes(t, thief)
		if _, err := w.node().Settle(t.Context(), school); err != nil {
			t.Fatal(err)
		}
		storetest.AddPeople(t, w.db, school, 50, vpp.WriteCreate)
		w.settle(t)
		if n := w.wire.of("POST users/create"); n != 0 {
			t.Errorf("%d writes left from the node that had not seen it", n)
		}
	})
}

// Our claim is gone and nobody's stands there: no theft, it is written again.
func TestClaimGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		for _, null := range []bool{false, true} {
			w := newWorld(t, url, applesim.Options{})
			url = storetest.SQLite(t)
			w.wake(t, true)
			// Another program that knows nothing of claims takes ours away by the way.
			w.apple.SetQuirks(applesim.Quirks{PostReplacesConfig: true, NullMDMInfo: null})
			c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.apple.BaseURL(), Token: appsandbooks.Secret(w.token)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.SetClientConfig(t.Context(), appsandbooks.ClientConfigChange{NotificationTypes: []appsandbooks.NotificationType{}}); err != nil {
				t.Fatal(err)
			}
			if w.claimant(t) != "" {
				t.Fatal("the claim is still there")
			}
			w.wake(t, true) // shows it
			w.wake(t, true) // mends it
			w.wantState(t, vpp.ClaimOurs)
			if ours, _ := w.Claim(t.Context()); w.claimant(t) != ours.ID {
				t.Error("it was not written again")
			}
			if n := w.history(t, "location.claim"); n != 2 {
				t.Errorf("%d lines in the history", n)
			}
		}
	})
}

// Apple does not answer the question after a theft: an old claim of ours is
// given up all the same.
func TestTheftUnconfirmed(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t), applesim.Options{})
	w.wake(t, true)
	storetest.Exec(t, w.db, "UPDATE locations SET claimed_at = 1000 WHERE id = $1", school)
	w.writes(t, thief)
	w.wire.step(func(call string, _ int) *http.Response {
		if call != "GET client/config" {
			return nil
		}
		return &http.Response{StatusCode: 500, Body: io.NopCloser(strings.NewReader("")), Proto: "HTTP/1.1"}
	}, nil)
	w.wake(t, true)
	w.wantState(t, vpp.ClaimTaken)
}
