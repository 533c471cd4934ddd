package store

import (
	"context"
	"sync"
)

// grown counts what this process has written to tables. PostgreSQL gathers its
// statistics by itself once a minute at most, and until then plans a first read
// of a million people, or a first campaign, as if the tables were still empty:
// every look-up goes through the whole table.
type grown struct {
	mu   sync.Mutex
	rows map[string]int
	next map[string]int // when statistics are gathered again
}

const (
	firstGathered = 5000 // rows: so few are gone through quickly
	thenTimes     = 4    // as many
)

// grew notes that rows were written to tables, and gathers the statistics of
// those that have grown much; where that fails, PostgreSQL does so by itself
// before long. SQLite plans by its schema alone.
func (db *DB) grew(ctx context.Context, rows int, tables ...string) {
	if db.postgres == nil {
		return
	}
	for _, table := range tables {
		if db.grown.much(table, rows) {
			_, _ = db.postgres.Exec(ctx, "ANALYZE "+table)
		}
	}
}

func (g *grown) much(table string, rows int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rows == nil {
		g.rows, g.next = map[string]int{}, map[string]int{}
	}
	g.rows[table] += rows
	if g.rows[table] < max(firstGathered, g.next[table]) {
		return false
	}
	g.next[table] = thenTimes * g.rows[table]
	return true
}
