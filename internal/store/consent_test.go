package store

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// F-58: who added a location before anybody was asked counts as having
// confirmed it, and is marked so; a location without a token is asked about.
func TestOlderLocationsCountAsConfirmed(t *testing.T) {
	connector, err := openKeeping("file:" + filepath.Join(t.TempDir(), "old.db"))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	exec := func(text string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	names, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := migrations.ReadFile("migrations/" + name.Name())
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name.Name(), "0022_") {
			exec(`INSERT INTO locations (id, name, is_default, created_at, token_added_at) VALUES ('a', 'A', TRUE, 1, 5), ('b', 'B', FALSE, 1, 6), ('c', 'C', FALSE, 1, 0)`)
			exec(`INSERT INTO entries (id, at, actor, from_ip, action, object, summary, before, after) VALUES
				('1', 5, 'anna', '', 'token.add', 'location:a', '', '', ''), ('2', 7, 'ben', '', 'token.renew', 'location:a', '', '', '')`)
		}
		exec(forDialect(string(text), sqliteDialect))
	}
	rows, err := db.QueryContext(t.Context(), "SELECT id || ' ' || consent_at || ' ' || consent_by || ' ' || consent_text FROM locations ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if want := []string{"a 5 anna ", "b 6 somebody ", "c 0  "}; !slices.Equal(got, want) || rows.Err() != nil {
		t.Errorf("%q %v", got, rows.Err())
	}
}
