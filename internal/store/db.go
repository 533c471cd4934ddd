package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Rows is a result being read. Close is always called.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// querier runs SQL written for both databases: $n placeholders, no times, no
// arrays, no JSON operators.
type querier interface {
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// tx is a querier in a transaction that can also promise work.
type tx interface {
	querier
	enqueue(ctx context.Context, jobs ...vpp.Job) error
}

// backend is one of the two databases.
type backend interface {
	querier // reads, outside of any transaction
	inTx(ctx context.Context, fn func(tx) error) error
	dialect() dialect
	close() error
}

// Queue inserts jobs in a transaction of either database. queue.Queue is one.
type Queue interface {
	InsertSQL(ctx context.Context, tx *sql.Tx, jobs []vpp.Job) error
	InsertPgx(ctx context.Context, tx pgx.Tx, jobs []vpp.Job) error
}

// DB is the open database. Its methods are acts: each is one transaction.
type DB struct {
	backend
	sqlite   *sql.DB       // the writer pool of one, nil on PostgreSQL
	postgres *pgxpool.Pool // nil on SQLite
	now      vpp.Clock
	ids      vpp.IDs
	changes  changes
	sample   sample
	grown    grown
}

// Open opens the database that url names and migrates it to this program's
// schema: "postgres://…" for PostgreSQL, anything else is the path of a SQLite
// file. A database newer than this program is refused.
func Open(ctx context.Context, url string, now vpp.Clock, ids vpp.IDs) (*DB, error) {
	db := &DB{now: now, ids: ids}
	var err error
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		err = db.openPostgres(ctx, url)
	} else {
		err = db.openSQLite(ctx, strings.TrimPrefix(url, "sqlite://"))
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Use says where promised work goes. Before it, acts that promise work fail.
func (db *DB) Use(q Queue) {
	switch b := db.backend.(type) {
	case *sqliteBackend:
		b.queue = q
	case *postgresBackend:
		b.queue = q
	}
}

// SQLite returns the one writing connection, for the queue to share; nil on PostgreSQL.
func (db *DB) SQLite() *sql.DB { return db.sqlite }

// Postgres returns the pool, for the queue to share; nil on SQLite.
func (db *DB) Postgres() *pgxpool.Pool { return db.postgres }

// Close closes the database; the queue must have stopped.
func (db *DB) Close() error { return db.backend.close() }

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	_, err := one(ctx, db, scanInt, "SELECT 1")
	return err
}
