package queue

import "context"

// Depth counts the promised work that is not done, by kind.
func (q *Queue) Depth(ctx context.Context) (map[string]int, error) {
	const query = `SELECT kind, count(*) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY kind`
	if q.pool != nil {
		rows, err := q.pool.Query(ctx, query)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		return count(rows)
	}
	rows, err := q.sqlite.QueryContext(ctx, query) //nolint:rowserrcheck // count looks at it
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	return count(rows)
}

type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
}

func count(r rows) (map[string]int, error) {
	depth := map[string]int{}
	for r.Next() {
		var kind string
		var n int
		if err := r.Scan(&kind, &n); err != nil {
			return nil, err
		}
		depth[kind] = n
	}
	return depth, r.Err()
}
