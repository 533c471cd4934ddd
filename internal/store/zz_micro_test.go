package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

func microDB(b testing.TB, n int) *sql.DB {
	c, err := openKeeping("file:" + filepath.Join(b.TempDir(), "x.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-65536)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	for _, s := range []string{
		`CREATE TABLE task_items (task_id TEXT NOT NULL, program_user_id TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (task_id, program_user_id)) WITHOUT ROWID`,
		`CREATE INDEX task_items_state ON task_items (task_id, state, program_user_id) WHERE state <> 'done'`,
		fmt.Sprintf(`INSERT INTO task_items WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i < %d) SELECT '019a0000-0000-7000-8000-000000000000', printf('019b0000-0000-7000-8000-%%012x', i), 'queued', 'Waits for Apple.', 1 FROM n`, n),
	} {
		if _, err := db.Exec(s); err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func id(i int) string { return fmt.Sprintf("019b0000-0000-7000-8000-%012x", i*7919%100000) }

func BenchmarkMany(b *testing.B) {
	db := microDB(b, 100000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ResetTimer()
	for i := 0; i < b.N; i += 64 {
		args := []any{}
		for j := range 64 {
			args = append(args, id(i+j), "done", "The mail server took the letter: 250 ok")
		}
		args = append(args, 5, "019a0000-0000-7000-8000-000000000000")
		t, _ := db.BeginTx(ctx, nil)
		rows, err := t.QueryContext(ctx, plainMarks(`WITH v (id, state, detail) AS (`+given(64, "TEXT", "TEXT", "TEXT")+`)
			UPDATE task_items SET state = v.state, detail = v.detail, updated_at = $193
			FROM v WHERE task_items.program_user_id = CAST(v.id AS TEXT) AND task_items.state IN ('queued', 'waiting')
			AND task_items.task_id IN ($194)
			RETURNING task_items.task_id, task_items.state`), args...)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for rows.Next() {
			n++
		}
		rows.Close()
		if b.N < 100000 && n != 64 {
			b.Fatal(n)
		}
		if err := t.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSingle(b *testing.B) {
	db := microDB(b, 100000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ResetTimer()
	for i := 0; i < b.N; i += 64 {
		t, _ := db.BeginTx(ctx, nil)
		for j := range 64 {
			_, err := t.ExecContext(ctx, `UPDATE task_items SET state = $1, detail = $2, updated_at = $3
			WHERE program_user_id = $4 AND state IN ('queued', 'waiting') AND task_id IN ($5)`, "done", "The mail server took the letter: 250 ok", 5, id(i+j), "019a0000-0000-7000-8000-000000000000")
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := t.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPlanMicro(t *testing.T) {
	func(b testing.TB) {
		db := microDB(b, 100000)
		show := func(q string, args ...any) {
			rows, err := db.Query("EXPLAIN QUERY PLAN "+q, "a", "b", "c", "d", "e", "f")
			if err != nil {
				b.Fatal(err)
			}
			for rows.Next() {
				var a, c, d int
				var s string
				_ = rows.Scan(&a, &c, &d, &s)
				fmt.Println(s)
			}
			rows.Close()
		}
		show(`WITH v (id, state, detail) AS (` + given(2, "TEXT", "TEXT", "TEXT") + `)
			UPDATE task_items SET state = v.state, detail = v.detail, updated_at = 4
			FROM v WHERE task_items.program_user_id = CAST(v.id AS TEXT) AND task_items.state IN ('queued', 'waiting')
			AND task_items.task_id IN ('a')
			RETURNING task_items.task_id, task_items.state`)
		show(`WITH v (id, state, detail) AS (` + given(2, "TEXT", "TEXT", "TEXT") + `)
			UPDATE task_items SET state = v.state, detail = v.detail, updated_at = 4
			FROM v WHERE task_items.program_user_id = v.id AND +task_items.state IN ('queued', 'waiting')
			AND task_items.task_id IN ('a')
			RETURNING task_items.task_id, task_items.state`)
		show(`WITH v (id, state, detail) AS (` + given(2, "TEXT", "TEXT", "TEXT") + `), o(id) AS (VALUES ('a'))
			UPDATE task_items SET state = v.state, detail = v.detail, updated_at = 4
			FROM v CROSS JOIN o WHERE task_items.program_user_id = v.id AND +task_items.state IN ('queued', 'waiting')
			AND task_items.task_id = o.id 
			RETURNING task_items.task_id, task_items.state`)
	}(t)

}
