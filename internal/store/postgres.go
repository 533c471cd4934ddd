package store

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

type postgresBackend struct {
	pool    *pgxpool.Pool
	queue   Queue
	changes *changes
}

func (db *DB) openPostgres(ctx context.Context, dsn string) error {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		// pgx's text may hold the password.
		return vpp.Errorf(vpp.Invalid, "The database setting is not a usable postgres:// address.")
	}
	config.MaxConns = max(config.MaxConns, 16)
	config.AfterConnect = plans
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return vpp.Wrap(vpp.Unavailable, err, "PostgreSQL cannot be reached at the given address.")
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return vpp.Wrap(vpp.Unavailable, err, "PostgreSQL at %s does not answer or refuses the sign-in.", config.ConnConfig.Host)
	}
	std := stdlib.OpenDBFromPool(pool)
	err = migrate(ctx, std, postgresDialect)
	_ = std.Close()
	if err != nil {
		pool.Close()
		return err
	}
	db.postgres, db.backend = pool, &postgresBackend{pool: pool, changes: &db.changes}
	return nil
}

// plans tells PostgreSQL that looking up a few hundred rows costs less than going
// through a table, which its default, made for disks with arms, denies until the
// table is large; who has set something else is believed. And compiling never
// pays for statements as short as ours.
func plans(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT set_config('jit', 'off', FALSE),
		CASE WHEN current_setting('random_page_cost') = '4' THEN set_config('random_page_cost', '1.1', FALSE) END`)
	return err
}

func (b *postgresBackend) dialect() dialect { return postgresDialect }
func (b *postgresBackend) close() error     { b.pool.Close(); return nil }

func (b *postgresBackend) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var w wrote
	tag, err := b.pool.Exec(ctx, query, args...)
	err = readable(err)
	if w.note(query); err == nil && tag.RowsAffected() > 0 {
		b.changes.committed(w)
	}
	return tag.RowsAffected(), err
}

func (b *postgresBackend) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return pgxRows(b.pool.Query(ctx, query, args...))
}

func (b *postgresBackend) inTx(ctx context.Context, fn func(tx) error) error {
	var ours *postgresTx
	err := pgx.BeginFunc(ctx, b.pool, func(t pgx.Tx) error {
		ours = &postgresTx{Tx: t, queue: b.queue}
		return fn(ours)
	})
	if err == nil {
		b.changes.committed(ours.wrote)
	}
	return err
}

type postgresTx struct {
	pgx.Tx
	queue Queue
	wrote
}

func (t *postgresTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	t.note(query)
	tag, err := t.Tx.Exec(ctx, query, args...)
	err = readable(err)
	return tag.RowsAffected(), err
}

func (t *postgresTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	t.note(query) // RETURNING reads what it writes
	return pgxRows(t.Tx.Query(ctx, query, args...))
}

func (t *postgresTx) enqueue(ctx context.Context, jobs ...vpp.Job) error {
	if t.queue == nil {
		return errNoQueue
	}
	return t.queue.InsertPgx(ctx, t.Tx, jobs)
}

func pgxRows(rows pgx.Rows, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	return rows, nil
}

var _ sql.Scanner = timeAt{}
