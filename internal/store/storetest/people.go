package storetest

import (
	"fmt"
	"testing"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Exec runs a statement on either database, around every act.
func Exec(t testing.TB, db *store.DB, statement string, args ...any) {
	t.Helper()
	var err error
	if pool := db.Postgres(); pool != nil {
		_, err = pool.Exec(t.Context(), statement, args...)
	} else {
		_, err = db.SQLite().ExecContext(t.Context(), statement, args...)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, statement)
	}
}

// AddLocation writes a default location whose token is usable.
func AddLocation(t testing.TB, db *store.DB, id vpp.LocationID, uid string) {
	t.Helper()
	Exec(t, db, `INSERT INTO locations (id, name, is_default, created_at, token_sealed, token_added_at, token_expires_at, uid, consent_at, consent_by)
		VALUES ($1, 'Test School', TRUE, 1, 'sealed', 1, 9000000000000, $2, 1, 'admin')`, id, uid)
	Exec(t, db, "INSERT INTO tenders (location_id) VALUES ($1)", id)
}

// AddPeople writes n people with a place at the location, named "user-N" and
// "place-N", whose creation at Apple is queued if so asked.
func AddPeople(t testing.TB, db *store.DB, location vpp.LocationID, n int, pending vpp.Write) {
	t.Helper()
	for i := range n {
		AddPerson(t, db, location, fmt.Sprintf("%04d", i), pending)
	}
}

// AddPerson writes one such person, "user-NAME".
func AddPerson(t testing.TB, db *store.DB, location vpp.LocationID, name string, pending vpp.Write) {
	t.Helper()
	id, email := "user-"+name, "person."+name+"@example.org"
	Exec(t, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
		managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		VALUES ($1, $1, $1, $1, 'P', $1, $1, $2, $2, '', '', '', '', 'test', $2, 1, 1)`, id, email)
	since := 0
	if pending != vpp.WriteNone {
		since = 1
	}
	Exec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, client_user_id, generation, pending, pending_since)
		VALUES ($1, $2, $3, $2, FALSE, 1, $4, 1, $5, $6)`, "place-"+name, id, location, "client-"+name, string(pending), since)
}
