package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What SQL takes for elsewhere and for writable is what the ground says, over
// every combination of facts.
func TestClaimColumns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		var states []string
		for i, claim := range []string{"", vpp.ReleasedClaim, "somebody"} {
			for bits := range 32 {
				on := func(b int) int { return bits >> b & 1 }
				id := vpp.LocationID(fmt.Sprintf("l-%d-%d", i, bits))
				storetest.Exec(t, db, `INSERT INTO locations (id, name, is_default, created_at, token_sealed, token_added_at, token_expires_at, uid, claim_id,
					claimed_at, frozen_at, moved_at, read_first_at, consent_at) VALUES ($1, 'A', FALSE, 1, 'sealed', 1, 9000000000000, $1, $2, $3, $4, $5, $6, $7)`,
					id, claim, on(0), on(1), on(2), on(3), on(4))
				l, err := db.Location(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				may, err := db.MayWrite(t.Context(), id)
				if want := l.ClaimState() == vpp.ClaimOurs && l.ReadFirst.IsZero() && l.Consent.Given(); may != want || err != nil {
					t.Errorf("%s, read first %v: may write is %v, want %v (%v)", l.ClaimState(), l.ReadFirst, may, want, err)
				}
				rows, err := db.Query(t.Context(), "SELECT id FROM locations WHERE id = $1 AND "+store.Elsewhere, id)
				if err != nil {
					t.Fatal(err)
				}
				elsewhere := rows.Next()
				rows.Close()
				if elsewhere != l.Elsewhere() || l.Elsewhere() == (l.WhyElsewhere() == "") || l.Elsewhere() != (l.TokenState(time.Now()) == vpp.TokenElsewhere) {
					t.Errorf("%s: SQL says elsewhere %v, we say %v, %q", l.ClaimState(), elsewhere, l.Elsewhere(), l.WhyElsewhere())
				}
				states = append(states, string(l.ClaimState()))
			}
		}
		for _, s := range []vpp.ClaimState{vpp.ClaimNobodys, vpp.ClaimOurs, vpp.ClaimOthers, vpp.ClaimTaken, vpp.ClaimMovedOut} {
			if !strings.Contains(strings.Join(states, " "), string(s)) {
				t.Errorf("%s was not tried", s)
			}
		}
	})
}

// The installation's id is made once, whoever comes first.
func TestInstallation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		for _, id := range []string{"first", "second"} {
			if got, err := db.Installation(t.Context(), id); err != nil || got != "first" {
				t.Errorf("%q %v", got, err)
			}
		}
	})
}

// Letters of a location that another server has wait, those of others go, and
// taking it back lets them go.
func TestLettersPause(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := time.Now()
		db := inviteHouse(t, url, func() time.Time { return now })
		inviteExec(t, db, "UPDATE locations SET claim_id = 'ours', claimed_at = 1")
		inviteExec(t, db, "INSERT INTO tenders (location_id) VALUES ('l')")
		storetest.AddPeople(t, db, "l", 2, vpp.WriteNone)
		inviteExec(t, db, "UPDATE program_users SET apple_status = 'Registered'")
		inviteExec(t, db, `INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at)
			SELECT id, id, user_id, location_id, 1, 1, 0 FROM program_users`)
		inviteExec(t, db, `INSERT INTO deliveries (id, invitation_id, program_user_id, task_id, channel, address, queued_at, ready_at, next_attempt_at)
			SELECT id, id, id, '', 'mail', 'a@x.test', 1, 1, 1 FROM program_users`)
		l, err := db.Location(t.Context(), "l")
		noErr(t, err)
		noErr(t, db.TakenOver(t.Context(), l, vpp.Claim{ID: "other", Name: "Other MDM"}))
		claim := func(due, taken int) {
			t.Helper()
			letters, n, err := db.ClaimLetters(t.Context(), "c", now.Add(time.Minute), 10, true)
			if err != nil || len(letters) != due || n != taken {
				t.Errorf("%d letters of %d taken, want %d of %d: %v", len(letters), n, due, taken, err)
			}
		}
		claim(0, 2)
		claim(0, 0)
		l, err = db.Location(t.Context(), "l")
		noErr(t, err)
		noErr(t, db.TookBack(t.Context(), vpp.Actor{Name: "anna"}, l, vpp.Claim{ID: "ours"}))
		claim(2, 2)
		noErr(t, db.TookBack(t.Context(), vpp.Actor{Name: "ben"}, l, vpp.Claim{ID: "ours"})) // both said so at once
		now = now.Add(time.Minute)
		noErr(t, db.TakenOver(t.Context(), mustLocation(t, db), vpp.Claim{ID: "other"}))
		if err := db.TookBack(t.Context(), vpp.Actor{Name: "ben"}, l, vpp.Claim{ID: "ours"}); vpp.KindOf(err) != vpp.Conflict {
			t.Errorf("taken back from somebody who came since: %v", err)
		}
	})
}

func mustLocation(t *testing.T, db *store.DB) vpp.Location {
	t.Helper()
	l, err := db.Location(t.Context(), "l")
	noErr(t, err)
	return l
}
