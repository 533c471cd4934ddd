package program_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/appsandbooks/applesim"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/roster"
	"github.com/rsvpp/rsvpp/internal/seal"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const school vpp.LocationID = "school"

// world is a program room with a real store, a real queue that only keeps
// promises, and the pretend Apple over HTTP.
type world struct {
	*program.Service
	db     *store.DB
	apple  *applesim.Server
	uid    string
	token  string
	box    *seal.Box
	config program.Config
	wire   *wire
	ahead  atomic.Int64              // how far the program's clock is
	also   map[vpp.LocationID]string // content tokens of further locations
}

// Token implements program.Tokens.
func (w *world) Token(_ context.Context, id vpp.LocationID) (string, error) {
	if token, other := w.also[id]; other {
		return token, nil
	}
	return w.token, nil
}

func newWorld(t *testing.T, url string, o applesim.Options) *world {
	t.Helper()
	return newWorldWith(t, url, o, func(*program.Config) {})
}

// pass lets time pass for all but Apple.
func (w *world) pass(d time.Duration) { w.ahead.Add(int64(d)) }

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func newWorldWith(t *testing.T, url string, o applesim.Options, change func(*program.Config)) *world {
	t.Helper()
	if o.PageSize == 0 {
		o.PageSize = 50
	}
	if o.Limits == (applesim.Limits{}) {
		o.Limits = applesim.UnlimitedRate()
	}
	apple, err := applesim.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = apple.Close() })
	l, err := apple.AddLocation(applesim.Location{Name: "Test School", ManagedDomains: []string{"school.test"}, BlockedAccounts: []string{"bad@school.test"}})
	if err != nil {
		t.Fatal(err)
	}
	token, err := apple.MintToken(l.UID, applesim.TokenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{apple: apple, uid: l.UID, token: token.Content}
	db := storetest.Open(t, url, w.now)
	w.db = db
	q, err := queue.New(t.Context(), db.SQLite(), db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	db.Use(q)
	box, err := seal.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	w.box, w.wire = box, newWire()
	w.config = program.Config{
		Client: appsandbooks.Config{
			BaseURL: apple.BaseURL(), RequestTimeout: 2 * time.Second, BackoffFirst: 5 * time.Millisecond,
			HTTPClient: &http.Client{Transport: w.wire},
		},
		ClaimName: "rsvpp at this.test",
		Cadence: program.Cadence{
			FirstLook: 5 * time.Millisecond, LookEvery: 10 * time.Millisecond, ResendAfter: 300 * time.Millisecond,
			Settle: 20 * time.Millisecond, ReadEvery: time.Hour, FullEvery: time.Hour,
		},
		Lease: time.Minute, Slice: 8 * time.Second, Parallel: 8, Attempts: 8, Logger: slog.New(slog.DiscardHandler),
		Now: w.now, IDs: storetest.NewID, Secrets: uuid.NewString, Sleep: sleep, People: roster.New(db, w.now, storetest.NewID),
	}
	change(&w.config)
	w.Service = w.node()
	storetest.AddLocation(t, db, school, l.UID)
	return w
}

// node is one more server on the same database.
func (w *world) node() *program.Service { return program.New(w.db, w, w.box, w.config) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle tends until nothing is due any more, as the queue would.
func (w *world) settle(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		err := w.Tend(t.Context(), vpp.TendLocation{LocationID: school})
		for id := range w.also {
			err = errors.Join(err, w.Tend(t.Context(), vpp.TendLocation{LocationID: id}))
		}
		var later *vpp.Later
		if err == nil {
			if len(w.also) == 0 || w.rests(t) {
				return
			}
			continue
		}
		if !errors.As(err, &later) {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			l, _ := w.db.Location(t.Context(), school)
			due, _ := w.db.UnsentBatches(t.Context(), school, 10)
			t.Fatalf("the location does not come to rest: due %s, %q, waits until %s, unsent %+v; %+v", later.At, l.ReadProblem, l.WaitUntil, due, w.apple.Calls())
		}
		if later.At.Sub(w.now()) > time.Minute { // Apple said that it has no licenses: nothing else is due
			return
		}
		if err := sleep(t.Context(), later.At.Sub(w.now())); err != nil {
			t.Fatal(err)
		}
	}
}

// rests says that no location is to be tended: one may have woken another.
func (w *world) rests(t *testing.T) bool {
	t.Helper()
	n, err := one(t, w, "SELECT count(*) FROM tenders WHERE line_wanted_at > 0 OR library_wanted_at > 0 OR read_wanted_at > 0")
	return err == nil && n == 0
}

func one(t *testing.T, w *world, query string) (n int, err error) {
	t.Helper()
	rows, err := w.db.Query(t.Context(), query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		err = rows.Scan(&n)
	}
	return n, err
}

// equal compares our facts with Apple's truth, person by person.
func (w *world) equal(t *testing.T) {
	t.Helper()
	for _, line := range w.differences(t) {
		t.Error(line)
	}
}

// differences are where our facts and Apple's truth differ.
func (w *world) differences(t *testing.T) (lines []string) {
	t.Helper()
	differ := func(format string, v ...any) { lines = append(lines, fmt.Sprintf(format, v...)) }
	truth := map[string]applesim.User{}
	for u := range w.apple.Users(w.uid) {
		if was, ok := truth[u.ClientUserID]; !ok || was.Status != applesim.Registered && was.Status != applesim.Associated {
			if ok && (u.Status == applesim.Registered || u.Status == applesim.Associated) && (was.Status == applesim.Registered || was.Status == applesim.Associated) {
				differ("%s lives twice at Apple", u.ClientUserID)
			}
			truth[u.ClientUserID] = u
		}
	}
	err := w.db.EachPerson(t.Context(), vpp.Selection{All: true}, func(people []vpp.Person) error {
		for _, p := range people {
			u := truth[string(p.Program.ClientUserID)]
			if string(p.Program.AppleStatus) != string(u.Status) || p.Program.AppleEmail != u.Email {
				differ("%s: we say %q %q, Apple says %q %q (pending %q, error %d)", p.ID, p.Program.AppleStatus, p.Program.AppleEmail,
					u.Status, u.Email, p.Program.Pending, p.Program.AppleError)
			}
			if p.Program.Pending != "" {
				differ("%s: %s is still pending", p.ID, p.Program.Pending)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func (w *world) wake(t *testing.T, full bool) {
	t.Helper()
	if err := w.db.WantRead(t.Context(), school, full); err != nil {
		t.Fatal(err)
	}
	w.settle(t)
}

var all = vpp.Selection{All: true}

// Trap 2, F-49, F-50: people are created in batches, and confirmed by a read.
func TestTendCreates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{EventDelay: applesim.Range{Max: 20 * time.Millisecond}})
		storetest.AddPeople(t, w.db, school, 250, vpp.WriteCreate)
		w.settle(t)
		w.equal(t)
		if n := w.apple.Calls().Of(applesim.UsersCreate); n != 3 {
			t.Errorf("250 people took %d calls to create, not 3", n)
		}
		counts, err := w.db.CountPeople(t.Context(), school)
		if err != nil || counts.Total != 250 || counts.Status[vpp.NotInvited] != 250 {
			t.Errorf("S0-11: created and nothing handed over is not Invited: %+v %v", counts, err)
		}
		for u := range w.apple.Users(w.uid) {
			if _, err := w.apple.Accept(u.InviteCode, u.Email); err != nil {
				t.Fatal(err)
			}
		}
		w.wake(t, false)
		w.equal(t)
		if counts, err = w.db.CountPeople(t.Context(), school); err != nil || counts.Status[vpp.Registered] != 250 {
			t.Errorf("S0-22: everybody accepted: %+v %v", counts, err)
		}
	})
}

// Whoever was created first does not wait for the last: results are read while
// people are still being sent.
func TestTendReadsWhileItSends(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		limits := applesim.UnlimitedRate()
		limits.MaxUsers = 3
		w := newWorld(t, url, applesim.Options{Limits: limits})
		w.wire.before = func(call string, _ int) *http.Response {
			if call == "POST users/create" { // calls take their time
				w.pass(w.config.Cadence.Settle)
			}
			return nil
		}
		storetest.AddPeople(t, w.db, school, 300, vpp.WriteCreate)
		w.settle(t)
		w.equal(t)
		calls := w.wire.since(0)
		read, last := slices.Index(calls, "GET users"), len(calls)-1
		for calls[last] != "POST users/create" {
			last--
		}
		if first := slices.Index(calls, "POST users/create"); read < first {
			read = first + slices.Index(calls[first:], "GET users")
		}
		if read > last {
			t.Errorf("the first read came after the last of %d calls that create people: %q", w.wire.of("POST users/create"), calls)
		}
	})
}

// The same, on a very bad day: everything that can go wrong with calls,
// events and answers does, and nobody is lost or doubled.
func TestTendWithFaults(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		faults := applesim.FaultsMany(1)
		faults.Hang, faults.RetryAfter = 3*time.Second, time.Second
		w := newWorld(t, url, applesim.Options{EventDelay: applesim.Range{Max: 30 * time.Millisecond}, Faults: faults})
		storetest.AddPeople(t, w.db, school, 300, vpp.WriteCreate)
		w.settle(t)
		w.equal(t)
		task, err := w.StartDelete(t.Context(), vpp.Server, vpp.Selection{IDs: []vpp.UserID{"user-0001", "user-0002", "user-0003"}}, false, "once")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Expand(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.equal(t)
		if task, err = w.db.Task(t.Context(), task.ID); err != nil || task.State() != vpp.TaskDone || task.Done != 3 {
			t.Errorf("the removal ended %s: %+v %v", task.State(), task, err)
		}
	})
}

// F-06: who has a Managed Apple Account is linked without an invitation; one
// that cannot be linked is explained, and invited where that can work.
func TestTendManagedAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 4, vpp.WriteCreate)
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = 'anna@school.test' WHERE id IN ('user-0000', 'user-0001')")
		storetest.Exec(t, w.db, "UPDATE users SET managed_apple_id = 'bad@school.test' WHERE id IN ('user-0002', 'user-0003')")
		storetest.Exec(t, w.db, "UPDATE users SET email = '' WHERE id = 'user-0003'")
		w.settle(t)
		var got []string
		err := w.db.EachPerson(t.Context(), all, func(people []vpp.Person) error {
			for _, p := range people {
				got = append(got, string(p.Program.AppleStatus))
				if p.ID == "user-0003" && p.Program.AppleError != vpp.AppleAccountUnusable {
					t.Errorf("no address and no account: Apple's %d is kept", p.Program.AppleError)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		linked := 0
		for _, s := range got[:2] {
			if s == "Associated" {
				linked++
			}
		}
		if linked != 1 || got[2] != "Registered" || got[3] != "" {
			t.Errorf("one of two is linked, the third invited instead, the fourth refused; got %q", got)
		}
	})
}

// One bad address makes Apple refuse a whole call: the others go on.
func TestTendFindsTheBadAddress(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 90, vpp.WriteCreate)
		storetest.Exec(t, w.db, "UPDATE users SET email = 'not an address' WHERE id = 'user-0042'")
		w.settle(t)
		err := w.db.EachPerson(t.Context(), all, func(people []vpp.Person) error {
			for _, p := range people {
				if bad := p.ID == "user-0042"; bad != (p.Program.AppleError == vpp.AppleBadEmail) || bad == p.Program.AppleStatus.Living() {
					t.Errorf("%s: %q, error %d", p.ID, p.Program.AppleStatus, p.Program.AppleError)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// F-12, S1-19: a changed address goes to Apple; S1-17, F-14, F-15: a removal
// retires, and the same person can be registered anew.
func TestTendUpdatesRetiresAndRegistersAnew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteCreate)
		w.settle(t)
		storetest.Exec(t, w.db, "UPDATE users SET email = 'new@example.org' WHERE id = 'user-0001'")
		task, err := w.StartSync(t.Context(), vpp.Server, all, true, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Expand(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		w.equal(t)
		if task, err = w.db.Task(t.Context(), task.ID); err != nil || task.State() != vpp.TaskDone || task.Done != 3 {
			t.Errorf("the sync ended %s: %+v %v", task.State(), task, err)
		}
		if u := w.apple.User(w.uid, "client-0001"); len(u) != 1 || u[0].Email != "new@example.org" {
			t.Errorf("Apple has %+v", u)
		}
		storetest.Exec(t, w.db, "UPDATE program_users SET pending = 'retire', pending_since = 1 WHERE user_id = 'user-0002'")
		w.wake(t, false)
		w.equal(t)
		storetest.Exec(t, w.db, "UPDATE program_users SET pending = 'create', pending_since = 1, generation = 2 WHERE user_id = 'user-0002'")
		w.wake(t, false)
		w.equal(t)
		if u := w.apple.User(w.uid, "client-0002"); len(u) != 2 || u[0].Status != applesim.Registered {
			t.Errorf("trap 5: one living and one retired record, got %+v", u)
		}
	})
}

// A full read notices who was retired in Apple's portal, by asking by name.
func TestTendFullReadNoticesTheMissing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 120, vpp.WriteCreate)
		w.settle(t)
		if err := w.apple.RetireByHand(w.uid, "client-0077"); err != nil {
			t.Fatal(err)
		}
		w.wake(t, true)
		w.equal(t)
		if err := w.apple.ForgetVersions(w.uid); err != nil {
			t.Fatal(err)
		}
		if err := w.apple.RetireByHand(w.uid, "client-0011"); err != nil {
			t.Fatal(err)
		}
		w.wake(t, false) // 9721: everything is read
		w.equal(t)
	})
}

// F-53: a revoked token ends the work with a sentence, and nothing is lost.
func TestTendRevokedToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteCreate)
		if err := w.apple.RevokeToken(w.token); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		l, err := w.db.Location(t.Context(), school)
		if err != nil || l.TokenState(time.Now()) != vpp.TokenRevoked || l.ReadProblem == "" {
			t.Errorf("%s, %q, %v", l.TokenState(time.Now()), l.ReadProblem, err)
		}
		if _, err := w.StartSync(t.Context(), vpp.Server, all, false, ""); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("a sync with a revoked token is refused, got %v", err)
		}
	})
}

// A node that dies between storing a batch and sending it leaves work that the
// sweep finds and that is sent, once.
func TestTendAfterACrash(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 30, vpp.WriteCreate)
		if _, err := w.db.ClaimBatch(t.Context(), school, "orphan", 100); err != nil {
			t.Fatal(err)
		}
		if held, err := w.db.HoldLocation(t.Context(), school, "dead node", time.Now().Add(-time.Second)); err != nil || !held {
			t.Fatal(held, err)
		}
		held, err := w.db.HoldLocation(t.Context(), school, "another", time.Now())
		if err != nil || !held {
			t.Fatalf("a lease that ended is free, got %v %v", held, err)
		}
		next, err := w.db.LetGo(t.Context(), school, "another", false)
		if err != nil || next.IsZero() {
			t.Fatalf("an unsent batch is due, got %v %v", next, err)
		}
		w.settle(t)
		w.equal(t)
		if n := w.apple.Calls().Of(applesim.UsersCreate); n != 1 {
			t.Errorf("the batch was sent %d times", n)
		}
	})
}

// Who is taken out before Apple was asked is never created there.
func TestDeleteBeforeAppleWasAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 3, vpp.WriteCreate)
		task, err := w.StartDelete(t.Context(), vpp.Server, vpp.Selection{IDs: []vpp.UserID{"user-0001"}}, false, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Expand(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		w.settle(t)
		if u := w.apple.User(w.uid, "client-0001"); len(u) != 0 {
			t.Errorf("Apple has %+v", u)
		}
		if task, err = w.db.Task(t.Context(), task.ID); err != nil || task.State() != vpp.TaskDone {
			t.Errorf("the removal ended %s: %v", task.State(), err)
		}
		w.equal(t)
	})
}

// An idempotency key is one kind of act's own, and gives the task of then.
func TestIdempotencyKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld(t, url, applesim.Options{})
		storetest.AddPeople(t, w.db, school, 1, vpp.WriteNone)
		first, err := w.StartSync(t.Context(), vpp.Server, all, false, "key")
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.StartSync(t.Context(), vpp.Server, all, false, "key")
		if err != nil || again.ID != first.ID {
			t.Errorf("the same key began %s after %s: %v", again.ID, first.ID, err)
		}
		other, err := w.StartDelete(t.Context(), vpp.Server, all, false, "key")
		if err != nil || other.ID == first.ID || other.Kind != vpp.TaskDelete {
			t.Errorf("another act with the same key gave %+v: %v", other, err)
		}
	})
}
