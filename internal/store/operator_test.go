package store_test

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

var _ operator.Store = (*store.DB)(nil)

var (
	founding = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	byAnna   = vpp.Actor{ID: "op-anna", Name: "anna", From: "192.0.2.1"}
)

// eachOperators runs a test on each database with a clock that can be turned.
func eachOperators(t *testing.T, test func(t *testing.T, db *store.DB, now *time.Time)) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := founding
		test(t, storetest.Open(t, url, func() time.Time { return now }), &now)
	})
}

func accountNamed(name, scopes string) operator.Account {
	return operator.Account{
		ID: vpp.OperatorID("op-" + name), Name: name, NameKey: name, Password: "hash",
		Scopes: scopes, Epoch: 1, CreatedAt: founding, PasswordAt: founding,
	}
}

func TestAccounts(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		want := accountNamed("anna", "owner")
		noErr(t, db.CreateAccount(ctx, byAnna, want))
		got, err := db.AccountByName(ctx, "anna")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		twin := want
		twin.ID = "op-2"
		if err := db.CreateAccount(ctx, byAnna, twin); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("a second anna got %v", err)
		}
		if _, err := db.Account(ctx, "nobody"); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("nobody got %v", err)
		}
		noErr(t, db.SetPassword(ctx, byAnna, want.ID, "other", founding.Add(time.Hour)))
		noErr(t, db.EndSessions(ctx, byAnna, want.ID))
		noErr(t, db.RecordSignIn(ctx, byAnna, want.ID, founding.Add(2*time.Hour)))
		noErr(t, db.Rehash(ctx, want.ID, "not the hash", "lost"))
		want.Password, want.Epoch, want.PasswordAt, want.SignedInAt = "other", 3, founding.Add(time.Hour), founding.Add(2*time.Hour)
		got, err = db.Account(ctx, want.ID)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		for _, err := range []error{db.EndSessions(ctx, byAnna, "nobody"), db.RemoveAccount(ctx, byAnna, "nobody")} {
			if vpp.KindOf(err) != vpp.NotFound {
				t.Errorf("nobody got %v", err)
			}
		}
	})
}

func TestRemoveAccount(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		noErr(t, db.CreateAccount(ctx, byAnna, accountNamed("anna", "owner")))
		noErr(t, db.CreateAccount(ctx, byAnna, accountNamed("ben", "read")))
		noErr(t, db.CreateKey(ctx, byAnna, operator.StoredKey{ID: "k", OperatorID: "op-ben", Name: "n", Hash: "h", CreatedAt: founding, ExpiresAt: founding}))
		noErr(t, db.SetPreference(ctx, "op-ben", "theme", "dark"))
		if err := db.RemoveAccount(ctx, byAnna, "op-anna"); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("the last owner went away: %v", err)
		}
		noErr(t, db.RemoveAccount(ctx, byAnna, "op-ben"))
		if _, err := db.Key(ctx, "k"); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("the key outlives its holder: %v", err)
		}
		if _, err := db.Preference(ctx, "op-ben", "theme"); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("the preference outlives its holder: %v", err)
		}
		left, err := db.Accounts(ctx)
		if err != nil || len(left) != 1 || left[0].Name != "anna" {
			t.Errorf("left are %v, %v", left, err)
		}
	})
}

// Of two owners removed at the same time, one stays.
func TestRemoveLastOwnersAtOnce(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		noErr(t, db.CreateAccount(t.Context(), byAnna, accountNamed("anna", "owner")))
		noErr(t, db.CreateAccount(t.Context(), byAnna, accountNamed("ben", "owner")))
		_ = allAtOnce(2, func(i int) error {
			return db.RemoveAccount(t.Context(), byAnna, []vpp.OperatorID{"op-anna", "op-ben"}[i])
		})
		left, err := db.Accounts(t.Context())
		if err != nil || len(left) != 1 {
			t.Errorf("left are %d, %v", len(left), err)
		}
	})
}

func TestSetup(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		if _, err := db.SetupHash(ctx); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("before the first start: %v", err)
		}
		noErr(t, db.OfferSetup(ctx, "first"))
		noErr(t, db.OfferSetup(ctx, "second"))
		if err := db.CreateFirst(ctx, byAnna, "first", accountNamed("anna", "owner")); vpp.KindOf(err) != vpp.Denied {
			t.Errorf("the link of an earlier start got %v", err)
		}
		errs := allAtOnce(4, func(i int) error {
			return db.CreateFirst(ctx, byAnna, "second", accountNamed("anna"+strconv.Itoa(i), "owner"))
		})
		if n := len(slices.DeleteFunc(errs, func(err error) bool { return err != nil })); n != 1 {
			t.Errorf("%d administrators were created by one link", n)
		}
		if err := db.OfferSetup(ctx, "third"); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("a server that has been set up got %v", err)
		}
	})
}

func TestKeys(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		noErr(t, db.CreateAccount(ctx, byAnna, accountNamed("anna", "owner")))
		want := operator.StoredKey{ID: "k1", OperatorID: "op-anna", Name: "backup", Hash: "h1", Scopes: "read", CreatedAt: founding, ExpiresAt: founding.Add(time.Hour)}
		other := want
		other.ID, other.Hash = "k2", "h2"
		noErr(t, db.CreateKey(ctx, byAnna, want))
		noErr(t, db.CreateKey(ctx, byAnna, other))
		noErr(t, db.TouchKey(ctx, "k1", founding.Add(time.Minute), founding, "192.0.2.9"))
		noErr(t, db.TouchKey(ctx, "k1", founding.Add(2*time.Minute), founding.Add(time.Minute), "192.0.2.10")) // within the minute
		noErr(t, db.RevokeKey(ctx, byAnna, "k1", founding.Add(time.Hour)))
		noErr(t, db.RevokeKey(ctx, byAnna, "k1", founding.Add(2*time.Hour)))
		want.LastUsedAt, want.LastUsedFrom, want.RevokedAt = founding.Add(time.Minute), "192.0.2.9", founding.Add(time.Hour)
		got, holder, err := db.KeyByHash(ctx, "h1")
		if diff := cmp.Diff(want, got); diff != "" || err != nil || holder.ID != "op-anna" || holder.Scopes == "" {
			t.Error(diff, err, holder)
		}
		for _, holder := range []vpp.OperatorID{"", "op-anna"} {
			list, err := db.KeysOf(ctx, holder)
			if diff := cmp.Diff([]operator.StoredKey{other, want}, list); diff != "" || err != nil {
				t.Error(diff, err)
			}
		}
		if err := db.RevokeKey(ctx, byAnna, "k9", founding); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("no key got %v", err)
		}
		list, err := db.Entries(ctx, "key:k1", "", "", time.Time{}, time.Time{}, vpp.Page{})
		if err != nil || len(list.Items) != 2 {
			t.Errorf("one key created and revoked twice has %d entries, want 2: %v", len(list.Items), err)
		}
	})
}

func TestSessions(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		noErr(t, db.CommitSession(ctx, "t", []byte("first"), founding.Add(time.Hour)))
		noErr(t, db.CommitSession(ctx, "t", []byte("\x00\xff"), founding.Add(time.Hour)))
		noErr(t, db.CommitSession(ctx, "gone", []byte("x"), founding.Add(time.Hour)))
		noErr(t, db.DeleteSession(ctx, "gone"))
		noErr(t, db.DeleteSession(ctx, "never"))
		if data, err := db.FindSession(ctx, "t"); err != nil || string(data) != "\x00\xff" {
			t.Errorf("got %q, %v", data, err)
		}
		*now = founding.Add(time.Hour)
		for _, token := range []string{"t", "gone", "never"} {
			if _, err := db.FindSession(ctx, token); vpp.KindOf(err) != vpp.NotFound {
				t.Errorf("session %s got %v", token, err)
			}
		}
		noErr(t, db.SweepSignIns(ctx, *now))
		*now = founding
		if _, err := db.FindSession(ctx, "t"); vpp.KindOf(err) != vpp.NotFound {
			t.Errorf("an ended session was not swept: %v", err)
		}
	})
}

func TestAttempts(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		count := func(at time.Time) (int, time.Time) {
			n, ends, err := db.CountAttempt(ctx, "a", at, time.Minute)
			noErr(t, err)
			return n, ends
		}
		noErr(t, errors.Join(allAtOnce(8, func(int) error {
			_, _, err := db.CountAttempt(ctx, "a", founding, time.Minute)
			return err
		})...))
		if n, ends := count(founding.Add(59 * time.Second)); n != 9 || !ends.Equal(founding.Add(time.Minute)) {
			t.Errorf("after 9 attempts the count is %d until %v", n, ends)
		}
		noErr(t, db.UncountAttempts(ctx, "a", "never"))
		if n, _ := count(founding.Add(59 * time.Second)); n != 9 {
			t.Errorf("after taking one back and adding one: %d", n)
		}
		if n, ends := count(founding.Add(time.Minute)); n != 1 || !ends.Equal(founding.Add(2*time.Minute)) {
			t.Errorf("a new window begins with %d until %v", n, ends)
		}
	})
}

// F-82: the history can be read page by page, there and back, by each filter.
func TestEntries(t *testing.T) {
	eachOperators(t, func(t *testing.T, db *store.DB, now *time.Time) {
		ctx := t.Context()
		noErr(t, db.CreateAccount(ctx, byAnna, accountNamed("anna", "owner")))
		for i := range 9 {
			*now = founding.Add(time.Duration(i/3) * time.Minute) // three share each moment
			by := []vpp.Actor{byAnna, {Name: "key:backup"}, vpp.Server}[i%3]
			noErr(t, db.EndSessions(ctx, by, "op-anna"))
		}
		read := func(f operator.HistoryFilter, page vpp.Page) vpp.List[vpp.Entry] {
			list, err := db.Entries(ctx, f.Object, f.Action, f.Actor, f.From, f.To, page)
			noErr(t, err)
			return list
		}
		whole := read(operator.HistoryFilter{}, vpp.Page{}).Items
		if len(whole) != 10 || whole[9].Action != "operator.create" || whole[0].At.Before(whole[9].At) {
			t.Fatalf("the whole history is %v", whole)
		}
		if e := whole[9]; e.Actor != "anna" || e.From != "192.0.2.1" || e.Before != "" || e.After != `{"name":"anna","scopes":"owner"}` {
			t.Errorf("the entry of a creation is %+v", e)
		}
		var there, back []vpp.Entry
		var last vpp.Page
		for page := (vpp.Page{Limit: 3}); ; {
			list := read(operator.HistoryFilter{}, page)
			there = append(there, list.Items...)
			if last = page; list.Next == "" {
				back, page = list.Items, vpp.Page{Before: list.Prev, Limit: 3}
				for page.Before != "" {
					list := read(operator.HistoryFilter{}, page)
					back = append(slices.Clone(list.Items), back...)
					page.Before = list.Prev
				}
				break
			}
			page.After = list.Next
		}
		if diff := cmp.Diff(whole, there); diff != "" || last.After == "" {
			t.Error("page by page:", diff)
		}
		if diff := cmp.Diff(whole, back); diff != "" {
			t.Error("and back:", diff)
		}
		for _, c := range []struct {
			filter operator.HistoryFilter
			want   int
		}{
			{operator.HistoryFilter{Object: "operator:op-anna"}, 10},
			{operator.HistoryFilter{Object: "operator:other"}, 0},
			{operator.HistoryFilter{Action: "operator.create"}, 1},
			{operator.HistoryFilter{Actor: "key:backup"}, 3},
			{operator.HistoryFilter{From: founding.Add(time.Minute), To: founding.Add(2 * time.Minute)}, 3},
			{operator.HistoryFilter{Actor: "server", From: founding.Add(time.Minute)}, 2},
		} {
			if n := len(read(c.filter, vpp.Page{}).Items); n != c.want {
				t.Errorf("%+v finds %d entries, want %d", c.filter, n, c.want)
			}
		}
		if _, err := db.Entries(ctx, "", "", "", time.Time{}, time.Time{}, vpp.Page{After: "x;DROP"}); vpp.KindOf(err) != vpp.Invalid {
			t.Errorf("a wrong cursor got %v", err)
		}
	})
}

func noErr(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// atOnce does something n times at the same time.
func allAtOnce(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	return errs
}
