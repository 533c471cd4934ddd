package store

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

func openKept(t *testing.T) *sql.Conn {
	t.Helper()
	connector, err := openKeeping("file:" + filepath.Join(t.TempDir(), "kept.db"))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// A statement whose rows are being read is not disturbed by being run again,
// and a kept one follows the schema.
func TestKeptStatements(t *testing.T) {
	c := openKept(t)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := c.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	read := func(within func()) (list []int) {
		t.Helper()
		rows, err := c.QueryContext(t.Context(), "SELECT * FROM n WHERE i > $1 ORDER BY i", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var i int
			if err := rows.Scan(&i); err != nil {
				t.Fatal(err)
			}
			list = append(list, i)
			within()
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return list
	}
	exec("CREATE TABLE n (i INTEGER)")
	for i := range 4 {
		exec("INSERT INTO n VALUES ($1)", i)
	}
	want := []int{1, 2, 3}
	got := read(func() {
		if inner := read(func() {}); !slices.Equal(inner, want) {
			t.Errorf("within: %v", inner)
		}
	})
	if !slices.Equal(got, want) {
		t.Errorf("around: %v", got)
	}
	exec("DROP TABLE n")
	exec("CREATE TABLE n (i TEXT)")
	exec("INSERT INTO n VALUES ($1)", 5)
	if got := read(func() {}); !slices.Equal(got, []int{5}) {
		t.Errorf("after the table was made anew: %v", got)
	}
	for i := range 3 * keptStatements {
		exec(fmt.Sprintf("UPDATE n SET i = i WHERE i = %d", i))
	}
	err := c.Raw(func(driver any) error {
		if k, ok := driver.(*keptConn); !ok || len(k.kept) != keptStatements {
			return fmt.Errorf("%T keeps other than %d", driver, keptStatements)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		n    int
		want []int
	}{{0, nil}, {1, []int{1}}, {7, []int{4, 2, 1}}, {8, []int{8}}, {21, []int{8, 8, 4, 1}}} {
		var sizes []int
		for some := range steps(make([]int, c.n), 8) {
			sizes = append(sizes, len(some))
		}
		if !slices.Equal(sizes, c.want) {
			t.Errorf("%d: %v", c.n, sizes)
		}
	}
}
