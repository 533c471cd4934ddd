package operator_test

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/rsvpp/rsvpp/internal/operator"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

const (
	home     = "192.0.2.1"
	password = "correct horse battery"
)

// office is a service over a real store, with a clock that can be turned.
type office struct {
	*operator.Service
	db  *store.DB
	now time.Time
}

func each(t *testing.T, test func(t *testing.T, o *office)) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := &office{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
		clock := func() time.Time { return o.now }
		o.db = storetest.Open(t, url, clock)
		o.Service = operator.New(o.db, clock, storetest.NewID, rand.Reader)
		test(t, o)
	})
}

// anna is the first administrator, an owner.
func (o *office) anna(t *testing.T) operator.Caller {
	t.Helper()
	token, err := o.OfferSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	anna, err := o.CreateFirst(t.Context(), token, "Anna", password, home)
	if err != nil {
		t.Fatal(err)
	}
	return o.resume(t, anna)
}

func (o *office) resume(t *testing.T, op operator.Operator) operator.Caller {
	t.Helper()
	caller, err := o.Resume(t.Context(), op.ID, op.Epoch, home)
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

func wantKind(t *testing.T, err error, kind vpp.Kind, what string) {
	t.Helper()
	if err == nil || vpp.KindOf(err) != kind {
		t.Errorf("%s got %v, want an error of kind %s", what, err, kind)
	}
}

func TestSetup(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		wantKind(t, o.CheckSetup(ctx, ""), vpp.Denied, "a link nobody printed")
		first, err := o.OfferSetup(ctx)
		if err != nil || len(first) < 40 {
			t.Fatal(first, err)
		}
		second, err := o.OfferSetup(ctx)
		if err != nil || second == first {
			t.Fatal(second, err)
		}
		wantKind(t, o.CheckSetup(ctx, first), vpp.Denied, "the link of an earlier start")
		if err := o.CheckSetup(ctx, second); err != nil {
			t.Error(err)
		}
		_, err = o.CreateFirst(ctx, second, "Anna", "short", home)
		wantKind(t, err, vpp.Invalid, "a short password")
		anna, err := o.CreateFirst(ctx, second, " Anna ", password, home)
		if err != nil || anna.Name != "Anna" || !anna.Scopes.Allow("settings") {
			t.Fatal(anna, err)
		}
		_, err = o.CreateFirst(ctx, second, "Eve", password, home)
		wantKind(t, err, vpp.Denied, "a used link")
		if token, err := o.OfferSetup(ctx); token != "" || err != nil {
			t.Errorf("a server that has been set up prints %q, %v", token, err)
		}
	})
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		anna := o.anna(t)
		got, err := o.SignIn(ctx, "ANNA", password, home)
		if err != nil || got.ID != anna.Operator.ID || !got.SignedInAt.Equal(o.now) {
			t.Fatal(got, err)
		}
		_, wrong := o.SignIn(ctx, "anna", "wrong", home)
		_, nobody := o.SignIn(ctx, "nobody", "wrong", home)
		wantKind(t, wrong, vpp.Denied, "a wrong password")
		if nobody == nil || wrong.Error() != nobody.Error() {
			t.Errorf("a wrong name is told apart: %v, %v", wrong, nobody)
		}
		_, err = o.SignIn(ctx, "anna", strings.Repeat("x", 1<<20), home)
		wantKind(t, err, vpp.Denied, "an endless password")
		_, err = o.SignIn(ctx, "anna", "", home)
		wantKind(t, err, vpp.Denied, "no password")
	})
}

// A hash of an earlier cost is replaced at the next sign-in, and no session ends.
func TestRehash(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, anna := t.Context(), o.anna(t).Operator
		text, salt := base64.RawStdEncoding.EncodeToString, []byte("saltsaltsaltsalt")
		cheap := fmt.Sprintf("$argon2id$v=19$m=64,t=1,p=1$%s$%s", text(salt), text(argon2.IDKey([]byte(password), salt, 1, 64, 1, 32)))
		if err := o.db.SetPassword(ctx, vpp.Server, anna.ID, cheap, o.now); err != nil {
			t.Fatal(err)
		}
		before, err := o.SignIn(ctx, "anna", password, home)
		if err != nil {
			t.Fatal(err)
		}
		account, err := o.db.Account(ctx, anna.ID)
		if err != nil || !strings.HasPrefix(account.Password, "$argon2id$v=19$m=19456,") || account.Epoch != before.Epoch {
			t.Errorf("the hash is %s, %v", account.Password, err)
		}
		if _, err := o.SignIn(ctx, "anna", password, home); err != nil {
			t.Error(err)
		}
	})
}

func TestThrottle(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		o.anna(t)
		for range 20 { // successes cost nothing
			if _, err := o.SignIn(ctx, "anna", password, home); err != nil {
				t.Fatal(err)
			}
			if testing.Short() {
				break
			}
		}
		for range 5 {
			_, err := o.SignIn(ctx, "anna", "wrong", "192.0.2.66")
			wantKind(t, err, vpp.Denied, "a wrong password")
		}
		_, err := o.SignIn(ctx, "anna", password, "192.0.2.66")
		wantKind(t, err, vpp.Exhausted, "the sixth attempt, although right,")
		var throttled *operator.Throttled
		if !errors.As(err, &throttled) || throttled.RetryAfter() != 5*time.Minute {
			t.Errorf("the cause is %v", throttled)
		}
		if _, err := o.SignIn(ctx, "anna", password, home); err != nil {
			t.Errorf("somebody else's failures keep anna out at home: %v", err)
		}
		o.now = o.now.Add(5 * time.Minute)
		if _, err := o.SignIn(ctx, "anna", password, "192.0.2.66"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

// Guessing from many addresses, or of many names, is bounded too. The counts
// are filled by hand: 300 true guesses would take their time.
func TestThrottleAddressAndAll(t *testing.T) {
	for name, most := range map[string]int{"address:" + home: 50, "all": 300} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, o *office) {
				o.anna(t)
				for range most {
					if _, _, err := o.db.CountAttempt(t.Context(), name, o.now, time.Minute); err != nil {
						t.Fatal(err)
					}
				}
				_, err := o.SignIn(t.Context(), "anna", password, home)
				wantKind(t, err, vpp.Exhausted, "one attempt more")
				o.now = o.now.Add(time.Minute)
				if err := o.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := o.SignIn(t.Context(), "anna", password, home); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		anna := o.anna(t)
		if err := o.SignOutEverywhere(ctx, anna.Actor(), anna.Operator.ID); err != nil {
			t.Fatal(err)
		}
		_, err := o.Resume(ctx, anna.Operator.ID, anna.Operator.Epoch, home)
		wantKind(t, err, vpp.Denied, "a session signed out everywhere")
		_, err = o.Resume(ctx, "nobody", 1, home)
		wantKind(t, err, vpp.Denied, "a session of nobody")

		_, err = o.ChangePassword(ctx, anna, "wrong", "a longer password")
		wantKind(t, err, vpp.Invalid, "a wrong current password")
		_, err = o.ChangePassword(ctx, anna, password, "anna")
		wantKind(t, err, vpp.Invalid, "a new password that is too short")
		changed, err := o.ChangePassword(ctx, anna, password, "a longer password")
		if err != nil {
			t.Fatal(err)
		}
		_, err = o.Resume(ctx, anna.Operator.ID, anna.Operator.Epoch+1, home)
		wantKind(t, err, vpp.Denied, "a session from before the password")
		o.resume(t, changed)
		_, err = o.SignIn(ctx, "anna", password, home)
		wantKind(t, err, vpp.Denied, "the old password")
		if _, err := o.SignIn(ctx, "anna", "a longer password", home); err != nil {
			t.Error(err)
		}
	})
}

func TestKeyLife(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		anna := o.anna(t)
		key, secret, err := o.CreateKey(ctx, anna, operator.KeyInput{Name: "backup", Scopes: operator.Scopes{"read", "invite"}})
		if err != nil || !strings.HasPrefix(secret, operator.KeyPrefix) || !key.ExpiresAt.Equal(o.now.Add(90*24*time.Hour)) {
			t.Fatal(key, secret, err)
		}
		caller, err := o.UseKey(ctx, secret, "192.0.2.7")
		if err != nil || caller.Scopes.String() != "read,invite" || caller.Actor().Name != "key:backup" {
			t.Fatal(caller, err)
		}
		for wrong, secret := range map[string]string{"cut": secret[:20], "without prefix": secret[6:], "none": "", "changed": secret[:len(secret)-1] + "!"} {
			_, err := o.UseKey(ctx, secret, home)
			wantKind(t, err, vpp.Denied, "a key "+wrong)
		}
		o.now = o.now.Add(30 * time.Second)
		if _, err := o.UseKey(ctx, secret, home); err != nil {
			t.Fatal(err)
		}
		list, err := o.ListKeys(ctx, anna.Operator.ID)
		if err != nil || len(list) != 1 || !list[0].LastUsedAt.Equal(o.now.Add(-30*time.Second)) || list[0].LastUsedFrom != "192.0.2.7" {
			t.Errorf("last use is written more often than once a minute: %+v, %v", list, err)
		}
		o.now = key.ExpiresAt
		_, err = o.UseKey(ctx, secret, home)
		wantKind(t, err, vpp.Denied, "an expired key")

		key, secret, err = o.CreateKey(ctx, anna, operator.KeyInput{Name: "other", Scopes: operator.Scopes{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.RevokeKey(ctx, anna, key.ID); err != nil {
			t.Fatal(err)
		}
		_, err = o.UseKey(ctx, secret, home)
		wantKind(t, err, vpp.Denied, "a revoked key")
	})
}

// Nobody reaches, through a key or through somebody else, what they may not do.
func TestNobodyGrows(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		anna := o.anna(t)
		op, err := o.Create(ctx, anna, "Ben", password, operator.Scopes{"operators", "read"})
		if err != nil {
			t.Fatal(err)
		}
		ben := o.resume(t, op)
		_, err = o.Create(ctx, ben, "Eve", password, operator.Scopes{"owner"})
		wantKind(t, err, vpp.Denied, "an owner made by ben")
		_, _, err = o.CreateKey(ctx, ben, operator.KeyInput{Name: "k", Scopes: operator.Scopes{"invite"}})
		wantKind(t, err, vpp.Denied, "a key wider than ben")
		wantKind(t, o.SetPassword(ctx, ben, anna.Operator.ID, "a longer password"), vpp.Denied, "anna's password set by ben")
		wantKind(t, o.Remove(ctx, ben, anna.Operator.ID), vpp.Denied, "anna removed by ben")

		// Keys: of somebody who may do more, and one's own that may do more than
		// the key in hand.
		key, secret, err := o.CreateKey(ctx, anna, operator.KeyInput{Name: "reader", Scopes: operator.Scopes{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, o.RevokeKey(ctx, ben, key.ID), vpp.Denied, "anna's key revoked by ben")
		_, narrow, err := o.CreateKey(ctx, ben, operator.KeyInput{Name: "narrow", Scopes: operator.Scopes{"operators"}})
		if err != nil {
			t.Fatal(err)
		}
		wide, _, err := o.CreateKey(ctx, ben, operator.KeyInput{Name: "wide", Scopes: operator.Scopes{"operators", "read"}})
		if err != nil {
			t.Fatal(err)
		}
		thief, err := o.UseKey(ctx, narrow, home)
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, o.RevokeKey(ctx, thief, wide.ID), vpp.Denied, "ben's wide key revoked with his narrow one")
		if err := o.RevokeKey(ctx, ben, wide.ID); err != nil {
			t.Errorf("ben's own key: %v", err)
		}
		reader, err := o.UseKey(ctx, secret, home)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = o.CreateKey(ctx, reader, operator.KeyInput{Name: "k", Scopes: operator.Scopes{"owner"}})
		wantKind(t, err, vpp.Denied, "an owner's key made by a reading key")

		if err := o.SetPassword(ctx, anna, ben.Operator.ID, "a longer password"); err != nil {
			t.Error(err)
		}
		if err := o.Remove(ctx, anna, ben.Operator.ID); err != nil {
			t.Error(err)
		}
		wantKind(t, o.Remove(ctx, anna, anna.Operator.ID), vpp.Conflict, "the last owner")
	})
}

func TestBadNames(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		anna := o.anna(t)
		for _, name := range []string{"", "  ", "key:x", "Server", "invited person", "a\nb", "a\u202eb", strings.Repeat("x", 65), "\xff"} {
			_, err := o.Create(t.Context(), anna, name, password, operator.Scopes{"read"})
			wantKind(t, err, vpp.Invalid, "the name "+name)
		}
		_, err := o.Create(t.Context(), anna, "ANNA", password, operator.Scopes{"read"})
		wantKind(t, err, vpp.Conflict, "a second anna")
		_, err = o.Create(t.Context(), anna, password, password, operator.Scopes{"read"})
		wantKind(t, err, vpp.Invalid, "a password that is the name")
		for _, in := range []operator.KeyInput{
			{Name: "k", Scopes: operator.Scopes{"read"}, ExpiresAt: o.now},
			{Name: "k", Scopes: operator.Scopes{"read"}, ExpiresAt: o.now.AddDate(3, 0, 0)},
			{Name: "k"},
			{Name: "k", Scopes: operator.Scopes{"public"}},
		} {
			_, _, err := o.CreateKey(t.Context(), anna, in)
			wantKind(t, err, vpp.Invalid, "a bad key")
		}
	})
}

func TestPreference(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx, anna := t.Context(), o.anna(t).Operator.ID
		for _, value := range []string{"name,status", "name", ""} {
			if err := o.SetPreference(ctx, anna, "users.columns", value); err != nil {
				t.Fatal(err)
			}
			if got, err := o.Preference(ctx, anna, "users.columns"); got != value || err != nil {
				t.Errorf("got %q, %v, want %q", got, err, value)
			}
		}
		wantKind(t, o.SetPreference(ctx, anna, "A B", "x"), vpp.Invalid, "a bad name")
		wantKind(t, o.SetPreference(ctx, anna, "a", strings.Repeat("x", 20000)), vpp.Invalid, "a long value")
	})
}

// F-82: every change is in the history, and no secret is.
func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		anna := o.anna(t)
		op, err := o.Create(ctx, anna, "Ben", password, operator.Scopes{"read"})
		if err != nil {
			t.Fatal(err)
		}
		key, secret, err := o.CreateKey(ctx, anna, operator.KeyInput{Name: "k", Scopes: operator.Scopes{"read"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			o.SetPassword(ctx, anna, op.ID, "a longer password"), o.SignOutEverywhere(ctx, anna.Actor(), op.ID),
			o.RevokeKey(ctx, anna, key.ID), o.Remove(ctx, anna, op.ID),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		list, err := o.History(ctx, operator.HistoryFilter{Actor: "Anna"}, vpp.Page{})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, e := range list.Items {
			seen[e.Action]++
			for _, s := range []string{secret, "longer", password, "argon2"} {
				if strings.Contains(e.Summary+e.Before+e.After, s) {
					t.Errorf("a secret is in the history: %+v", e)
				}
			}
		}
		for action, n := range map[string]int{
			"operator.create": 2, "operator.password": 1, "operator.sign_out_everywhere": 1,
			"operator.remove": 1, "key.create": 1, "key.revoke": 1,
		} {
			if seen[action] != n {
				t.Errorf("%s is %d times in the history, want %d", action, seen[action], n)
			}
		}
	})
}
