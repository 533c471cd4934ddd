package main

import (
	"fmt"
	"testing"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
)

// Invented people have a number, from which all that is known of them follows,
// here and at the pretend Apple.

var (
	benchFirst = []string{"Anna", "Ben", "Chiara", "David", "Emma", "Felix", "Greta", "Hanna", "Ilyas", "Jakob", "Klara", "Leon", "Mira", "Noah", "Olga", "Paul", "Quirin", "Rosa", "Samuel", "Tilda", "Umut", "Vera", "William", "Xenia", "Yara", "Zoe", "Alina", "Bruno", "Carla", "Dario", "Elif"}
	benchStem  = []string{"Acker", "Berg", "Cramer", "Dorn", "Eber", "Falken", "Gold", "Hagen", "Iven", "Jung", "Kauf", "Linden", "Mohr", "Nieder", "Ober", "Pfann", "Quast", "Rosen", "Stein", "Tannen", "Ulmen", "Vogel", "Wald", "Ziegel", "Blumen", "Silber", "Winter"}
	benchEnd   = []string{"mann", "bach", "feld", "haus", "meier", "hoff", "wald", "stein", "thal", "er", "born", "brink", "dorf", "eck", "garten", "hauser", "kamp", "lein", "moser", "roth", "schmidt", "stedt", "weiler"}
)

const benchClientMix = 25214903917 // odd: mixes numbers without repeating any

// benchClient is the name by which Apple knows a person: in no order, as
// random names are.
func benchClient(n int) string {
	return fmt.Sprintf("5eeded00-0000-4000-8000-00%010x", uint64(n)*benchClientMix&(1<<40-1))
}

func benchEmail(n int) string { return fmt.Sprintf("person-%07d@example.org", n) }

func benchName(n int) (first, last string) {
	return benchFirst[n%len(benchFirst)], benchStem[n/7%len(benchStem)] + benchEnd[n/11%len(benchEnd)]
}

// seedPeople writes n people straight into the tables, with their places at
// the default location; known have a name at Apple already.
func seedPeople(t *testing.T, db *store.DB, n int, known bool) {
	t.Helper()
	number := func(table string, values []string) {
		storetest.Exec(t, db, "CREATE TABLE "+table+" (i BIGINT PRIMARY KEY, v TEXT NOT NULL)")
		for i, v := range values {
			storetest.Exec(t, db, "INSERT INTO "+table+" VALUES ($1, $2)", i, v)
		}
	}
	number("bench_first", benchFirst)
	number("bench_start", benchStem)
	number("bench_end", benchEnd)
	seven, hex, mixed := "printf('%07d', i)", "printf('%012x', i)", "printf('%010x', mix)"
	if db.Postgres() != nil {
		seven, hex, mixed = "lpad(CAST(i AS TEXT), 7, '0')", "lpad(to_hex(i), 12, '0')", "lpad(to_hex(mix), 10, '0')"
	}
	storetest.Exec(t, db, fmt.Sprintf(`INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT) - 1),
		p AS (SELECT n.i AS i, f.v AS first, s.v || e.v AS last FROM n
			JOIN bench_first f ON f.i = n.i %% %d JOIN bench_start s ON s.i = (n.i / 7) %% %d JOIN bench_end e ON e.i = (n.i / 11) %% %d),
		q AS (SELECT p.*, %s AS seven, %s AS hex FROM p)
		SELECT '019a0000-0000-7000-8000-' || hex, 'ext' || seven, 'user' || seven, 'user' || seven, first, last, first || ' ' || last,
			'person-' || seven || '@example.org', 'person-' || seven || '@example.org', '', '', '', '', 'csv',
			lower(first || ' ' || last || ' person-' || seven || '@example.org user' || seven || ' ext' || seven || ' '), 1, 1 FROM q ORDER BY i`,
		len(benchFirst), len(benchStem), len(benchEnd), seven, hex), n)
	client, generation := "''", 0
	if known {
		client, generation = "'5eeded00-0000-4000-8000-00' || "+mixed, 1
	}
	storetest.Exec(t, db, fmt.Sprintf(`INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at, client_user_id, generation)
		SELECT '019b' || substr(id, 5), id, (SELECT id FROM locations WHERE is_default), lower(last_name || ' ' || first_name), FALSE, 1, %s, %d
		FROM (SELECT u.*, (CAST(substr(external_id, 4) AS BIGINT) * %d) & %d AS mix FROM users u) u ORDER BY seq`,
		client, generation, int64(benchClientMix), int64(1<<40-1)))
	for _, table := range []string{"bench_first", "bench_start", "bench_end"} {
		storetest.Exec(t, db, "DROP TABLE "+table)
	}
	storetest.Exec(t, db, "ANALYZE")
}
