package store_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// BenchmarkRemoveLocation removes a location of 100,000 people who were removed
// at Apple, each with an invitation, a letter and two licenses, a tenth of them without another place.
func BenchmarkRemoveLocation(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchRemove(b, storetest.Open(b, storetest.SQLite(b), time.Now))
	})
	b.Run("postgres", func(b *testing.B) { benchRemove(b, storetest.Open(b, storetest.Postgres(b), time.Now)) })
}

func benchRemove(b *testing.B, db *store.DB) {
	b.Helper()
	const people = 100_000
	numbers := "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $1) SELECT n, CAST(n AS TEXT) AS t FROM s) x"
	storetest.Exec(b, db, "INSERT INTO locations (id, name, is_default, created_at, uid) VALUES ('stays', 'Stays', TRUE, 1, 'uid-stays')")
	storetest.Exec(b, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
		managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		SELECT 'user-' || t, t, t, t, 'P', t, t, t, t, '', '', '', '', 'test', t, 1, 1 FROM `+numbers, people)
	storetest.Exec(b, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at)
		SELECT 'stays-' || t, 'user-' || t, 'stays', t, FALSE, 1 FROM `+numbers+" WHERE n % 10 <> 0", people)
	for b.Loop() {
		b.StopTimer()
		storetest.Exec(b, db, "DELETE FROM program_users WHERE location_id NOT IN ('stays')")
		storetest.Exec(b, db, "INSERT INTO locations (id, name, is_default, created_at, uid) VALUES ('l', 'North', FALSE, 2, 'uid-l')")
		storetest.Exec(b, db, "INSERT INTO tenders (location_id) VALUES ('l')")
		storetest.Exec(b, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, client_user_id, generation, apple_status)
			SELECT 'p-' || t, 'user-' || t, 'l', t, FALSE, 1, 'c-' || t, 1, 'Retired' FROM `+numbers, people)
		storetest.Exec(b, db, `INSERT INTO invitations (id, program_user_id, user_id, location_id, generation, created_at, expires_at)
			SELECT id, id, user_id, location_id, 1, 1, 0 FROM program_users WHERE location_id = 'l'`)
		storetest.Exec(b, db, `INSERT INTO deliveries (id, invitation_id, program_user_id, task_id, channel, address, queued_at, outcome)
			SELECT id, id, id, '', 'mail', 'a@x.test', 1, 'accepted' FROM program_users WHERE location_id = 'l'`)
		for _, adam := range []string{"1", "2"} {
			storetest.Exec(b, db, `INSERT INTO assignments (location_id, adam_id, pricing_param, client_user_id, serial_number, read_at)
				SELECT 'l', '`+adam+`', 'STDQ', 'c-' || t, '', 1 FROM `+numbers, people)
		}
		l, err := db.Location(b.Context(), "l")
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := db.RemoveLocation(b.Context(), vpp.Server, l, false); err != nil {
			b.Fatal(err)
		}
	}
}
