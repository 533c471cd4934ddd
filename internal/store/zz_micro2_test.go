package store

import (
	"fmt"
	"testing"
)

func TestPlan64(t *testing.T) {
	db := microDB(t, 1000)
	for _, n := range []int{2, 16, 64, 200} {
		for _, extra := range []string{"task_items.task_id IN ($1)", "+task_items.state <> '' AND task_items.task_id IN ($1,$2)"} {
			fmt.Println("==", n, extra)
			args := []any{}
			for range 3 * n {
				args = append(args, "x")
			}
			rows, err := db.Query("EXPLAIN QUERY PLAN "+plainMarks(`WITH v (id, state, detail) AS (`+given(n, "TEXT", "TEXT", "TEXT")+`)
			UPDATE task_items SET state = v.state, detail = v.detail, updated_at = 4
			FROM v WHERE task_items.program_user_id = CAST(v.id AS TEXT) AND task_items.state IN ('queued', 'waiting')
			AND `+extra+` RETURNING task_items.task_id, task_items.state`), args...)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				var a, c, d int
				var s string
				_ = rows.Scan(&a, &c, &d, &s)
				fmt.Println(s)
			}
			rows.Close()
		}
	}
}
