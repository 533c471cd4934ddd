package store

import (
	"strings"
	"testing"
)

func TestPlainMarks(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = "x"
	}
	values := rowsOf(20, "", "")
	plain := strings.TrimSuffix(strings.Repeat("(?,?),", 20), ",")
	for _, c := range []struct{ query, want string }{
		{"SELECT $1", "SELECT $1"}, // too few to matter
		{"VALUES " + values, "VALUES " + plain},
		{"VALUES " + values + " WHERE a = $41 AND b IN ($42,$43) OR c = $41", "VALUES " + plain + " WHERE a = ? AND b IN (?,?) OR c = $41"},
		{"VALUES " + values + " WHERE a = $7 AND b = $41", "VALUES " + plain + " WHERE a = $7 AND b = $41"},
	} {
		if got := plainMarks(c.query); got != c.want {
			t.Errorf("%s\nbecame %s\n  want %s", c.query, got, c.want)
		}
	}
}

// Whatever the mixture, each value arrives where its number stands.
func TestPlainMarksBind(t *testing.T) {
	db, err := Open(t.Context(), t.TempDir()+"/a.db", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	args := make([]any, 42)
	for i := range args {
		args[i] = i + 1
	}
	for _, c := range []struct {
		query string
		want  int
	}{
		{"SELECT sum(column1) + $41 * 1000 + $42 * 100000 FROM (VALUES " + rowsOf(40, "") + ")", 820 + 41_000 + 4_200_000},
		{"WITH v (a) AS (VALUES " + rowsOf(40, "") + ") SELECT sum(a) + $41 * 1000 + $3 * 100000 + $41 + $42 FROM v", 820 + 41_000 + 300_000 + 41 + 42},
		{"SELECT $42 * 1000 + sum(column1) + $41 FROM (VALUES " + rowsOf(40, "") + ")", 42_000 + 820 + 41},
	} {
		got, err := one(t.Context(), db, scanInt, c.query, args...)
		if err != nil || got != c.want {
			t.Errorf("%s = %d, %v, want %d", c.query, got, err, c.want)
		}
	}
}
