package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// told is what webhooks are told, the oldest first.
type told struct {
	Type vpp.EventKind
	Data struct {
		Location struct{ ID, Name string }
		User     *struct {
			ID         string
			ExternalID string `json:"external_id"`
			UserName   string `json:"user_name"`
		}
		TokenState string `json:"token_state"`
		AppleError int    `json:"apple_error"`
		Days       int
		Reason     string
		ClaimedBy  map[string]string `json:"claimed_by"`
	}
}

func listen(t *testing.T, db *store.DB, name string, kinds ...vpp.EventKind) vpp.WebhookID {
	t.Helper()
	w := vpp.Webhook{ID: vpp.WebhookID("hook-" + name), Name: name, URL: "https://x.example", Kinds: kinds, CreatedAt: time.Now()}
	if err := db.AddWebhook(t.Context(), vpp.Server, w, "sealed"); err != nil {
		t.Fatal(err)
	}
	return w.ID
}

func heard(t *testing.T, db *store.DB, id vpp.WebhookID) (all []told) {
	t.Helper()
	list, err := db.WebhookMessages(t.Context(), id, vpp.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Backward(list.Items) {
		var said told
		if err := json.Unmarshal([]byte(m.Body), &said); err != nil || said.Type != m.Kind {
			t.Fatalf("%s: %v", m.Body, err)
		}
		storetest.SaysAsDocumented(t, m.Kind, m.Body)
		all = append(all, said)
	}
	return all
}

func kindsOf(all []told) string {
	var words []string
	for _, s := range all {
		words = append(words, string(s.Type))
	}
	return strings.Join(words, " ")
}

// F-54, F-81: webhooks are told of a token's end and of whose a location is,
// each thing once.
func TestLocationEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
		db := storetest.Open(t, url, func() time.Time { return now })
		db.Use(forgetful{})
		storetest.AddLocation(t, db, "north", "uid")
		storetest.Exec(t, db, "UPDATE locations SET claimed_at = 1 WHERE id = 'north'")
		id, ctx := listen(t, db, "all"), t.Context()
		l, err := db.Location(ctx, "north")
		if err != nil {
			t.Fatal(err)
		}
		other, ours := vpp.Claim{ID: "other", Name: "Old MDM"}, vpp.Claim{ID: "ours", Name: "rsvpp"}
		read := func() vpp.Location {
			l, err := db.Location(ctx, "north")
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		steps := []func() error{
			func() error { return db.TokenWarned(ctx, l, 30, vpp.Notice{}) },
			func() error { return db.TokenWarned(ctx, l, 30, vpp.Notice{}) }, // given before
			func() error { return db.TokenWarned(ctx, l, vpp.WarnedExpired, vpp.Notice{}) },
			func() error { return db.EndToken(ctx, read(), vpp.AppleTokenExpired, "expired", vpp.Notice{}) }, // told when it came
			func() error { return db.RenewToken(ctx, vpp.Server, l, l, "sealed anew") },
			func() error { return db.EndToken(ctx, read(), vpp.AppleTokenRevoked, "revoked", vpp.Notice{}) },
			func() error { return db.EndToken(ctx, read(), vpp.AppleTokenRevoked, "revoked", vpp.Notice{}) },
			func() error { return db.TakenOver(ctx, read(), other) },
			func() error { return db.TakenOver(ctx, read(), other) },
			func() error { return db.TookBack(ctx, vpp.Server, read(), ours) },
		}
		for i, step := range steps {
			if err := step(); err != nil {
				t.Fatal(i, err)
			}
		}
		all := heard(t, db, id)
		want := "token.expiring token.ended token.renewed token.ended ownership.lost ownership.regained"
		if got := kindsOf(all); got != want {
			t.Fatalf("told %s\nwant %s", got, want)
		}
		if all[0].Data.Days != 30 || all[1].Data.TokenState != "expired" || all[3].Data.TokenState != "revoked" || all[3].Data.AppleError != vpp.AppleTokenRevoked || all[4].Data.ClaimedBy["name"] != "Old MDM" {
			t.Errorf("%+v", all)
		}
		for _, s := range all {
			if s.Data.Location.ID != "north" || s.Data.Location.Name != "Test School" || s.Data.User != nil {
				t.Errorf("%+v", s)
			}
		}
	})
}

// F-81: webhooks are told who is found to be registered, removed, or refused;
// not of other facts, and of each once.
func TestFactEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		db.Use(forgetful{})
		storetest.AddLocation(t, db, "north", "uid")
		const people = 300 // more than are written in one statement
		storetest.AddPeople(t, db, "north", people, vpp.WriteCreate)
		ctx := t.Context()
		t0 := time.UnixMilli(1_900_000_000_000)
		facts := func(status vpp.AppleStatus, at time.Time, since ...time.Time) (list []vpp.Fact) {
			for i := range people {
				f := vpp.Fact{ID: vpp.ProgramUserID(fmt.Sprintf("place-%04d", i)), LocationID: "north", AppleStatus: status, ReadAt: at, CreatedAt: t0, CodeSealed: "c0de"}
				if len(since) > 0 {
					f.AssociatedAt = since[0]
				}
				if len(since) > 1 {
					f.RetiredAt = since[1]
				}
				list = append(list, f)
			}
			return list
		}
		write := func(f []vpp.Fact) {
			t.Helper()
			if err := db.WriteFacts(ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		write(facts(vpp.AppleRegistered, t0)) // nobody listens
		all, some := listen(t, db, "all"), listen(t, db, "some", vpp.EventRemoved, vpp.EventAppleRefused)
		write(facts(vpp.AppleRegistered, t0.Add(time.Second)))
		t1, t2 := t0.Add(time.Hour), t0.Add(2*time.Hour)
		write(facts(vpp.AppleAssociated, t1, t1))
		write(facts(vpp.AppleAssociated, t1.Add(time.Second), t1)[:5]) // the address changed
		write(facts(vpp.AppleRetired, t2, t1, t2)[:7])
		refusal := vpp.Refusal{ID: "place-0009", Op: vpp.WriteUpdate, Number: 9635, Sentence: "Apple says no."}
		if err := db.RefusePeople(ctx, []vpp.Refusal{refusal}); err != nil {
			t.Fatal(err)
		}
		if n := len(heard(t, db, all)); n != people+7+1 {
			t.Errorf("told of %d events, want %d", n, people+8)
		}
		got := heard(t, db, some)
		if want := strings.Repeat("user.removed ", 7) + "user.refused"; kindsOf(got) != want {
			t.Fatalf("told %s", kindsOf(got))
		}
		last := got[7].Data
		if last.AppleError != 9635 || last.Reason != "Apple says no." || last.User.ID != "user-0009" || last.User.ExternalID != "user-0009" || last.User.UserName != "user-0009" || last.Location.ID != "north" {
			t.Errorf("%+v", last)
		}
		list, err := db.WebhookMessages(ctx, all, vpp.Page{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range list.Items {
			if seen[m.ID] || strings.Contains(m.Body, "c0de") || strings.Contains(m.Body, "@example.org") {
				t.Fatalf("%s: %s", m.ID, m.Body)
			}
			seen[m.ID] = true
		}
	})
}

// Where no webhook is, an act asks once whether there is one, and writes nothing.
func TestNobodyListens(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t), time.Now)
	db.Use(forgetful{})
	storetest.AddLocation(t, db, "north", "uid")
	storetest.AddPeople(t, db, "north", 500, vpp.WriteNone)
	heard := 0
	db.Listen(func(query string, _ []any) {
		if strings.Contains(query, "webhook") {
			heard++
		}
	})
	var facts []vpp.Fact
	now := time.Now()
	for i := range 500 {
		facts = append(facts, vpp.Fact{ID: vpp.ProgramUserID(fmt.Sprintf("place-%04d", i)), LocationID: "north", AppleStatus: vpp.AppleAssociated, ReadAt: now, AssociatedAt: now})
	}
	if err := db.WriteFacts(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	if heard != 1 {
		t.Errorf("%d statements about webhooks for 500 people", heard)
	}
}

// What is asked of messages is found by its index, however many there are.
func TestWebhookPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		db.Use(forgetful{})
		storetest.AddLocation(t, db, "north", "uid")
		storetest.AddPeople(t, db, "north", 3, vpp.WriteNone)
		id := listen(t, db, "all")
		ctx := t.Context()
		if err := db.RefusePeople(ctx, []vpp.Refusal{{ID: "place-0001", Op: vpp.WriteCreate, Number: 1}}); err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			listen(t, db, strconv.Itoa(i), vpp.EventOpened)
		}
		inviteExec(t, db, `INSERT INTO webhook_messages (id, webhook_id, kind, at, body, queued_at, next_at, outcome, outcome_at)
			WITH RECURSIVE c (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM c WHERE i < 5000)
			SELECT 'm' || i, CASE WHEN i < 500 THEN 'hook-all' ELSE 'hook-' || (i % 50) END, 'user.invited', i, '{}', i, i, CASE WHEN i < 2500 THEN 'waiting' ELSE 'delivered' END, i FROM c`)
		if db.Postgres() != nil { // it does so by itself before long
			inviteExec(t, db, "VACUUM ANALYZE")
		}
		p := listenForPlans(db)
		due, err := db.DueWebhookMessages(ctx, id, 50)
		if err != nil || len(due) != 50 {
			t.Fatal(due, err)
		}
		p.check(t, "due", true)
		for name, act := range map[string]func() error{
			"claim":  func() error { _, _, err := db.ClaimWebhook(ctx, id, "c", time.Now()); return err },
			"let go": func() error { _, err := db.LetGoWebhook(ctx, id, "c"); return err },
			"wake":   func() error { return db.WakeWebhooks(ctx) },
			"forget": func() error { return db.ForgetWebhookMessages(ctx, time.UnixMilli(1), time.UnixMilli(1)) },
			"list":   func() error { _, err := db.Webhooks(ctx); return err },
			"record": func() error {
				_, err := db.RecordWebhook(ctx, "c", vpp.WebhookTried{Message: due[0], Webhook: vpp.Webhook{ID: id}}, vpp.Notice{})
				return err
			},
			"history": func() error { _, err := db.WebhookMessages(ctx, id, vpp.Page{}); return err },
			"again":   func() error { _, err := db.RepeatWebhookMessage(ctx, vpp.Server, id, due[0].ID); return err },
			"remove":  func() error { return db.RemoveWebhook(ctx, vpp.Server, "hook-none") },
		} {
			if err := act(); err != nil && vpp.KindOf(err) != vpp.NotFound {
				t.Fatal(name, err)
			}
		}
		p.check(t, "webhooks", false)
	})
}
