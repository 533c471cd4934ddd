package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// sqliteBackend has one writer, shared with the queue: two writing pools
// would make each other wait for seconds.
type sqliteBackend struct {
	write, read *sql.DB
	queue       Queue
	changes     *changes
	log         *sqliteLog
	filer       *sqliteFiler
}

func (db *DB) openSQLite(ctx context.Context, path string) error {
	dsn := func(extra string) string {
		return "file:" + (&url.URL{Path: path}).EscapedPath() +
			"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)" +
			"&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)" + extra
	}
	writer, err := openKeeping(dsn("&_txlock=immediate&_pragma=cache_size(-16384)&_pragma=wal_autocheckpoint(" + strconv.Itoa(mostLog) + ")"))
	if err != nil {
		return vpp.Wrap(vpp.Invalid, err, "The database file %q cannot be opened.", path)
	}
	write := sql.OpenDB(writer)
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		_ = write.Close()
		return vpp.Wrap(vpp.Invalid, err, "The database file %q cannot be opened: is its folder there and writable?", path)
	}
	if err := migrate(ctx, write, sqliteDialect); err != nil {
		_ = write.Close()
		return err
	}
	reader, err := openKeeping(dsn("&_pragma=query_only(1)&_pragma=cache_size(-8192)"))
	if err != nil {
		_ = write.Close()
		return err
	}
	copier, err := openKeeping(dsn(""))
	if err != nil {
		_ = write.Close()
		return err
	}
	read, copying := sql.OpenDB(reader), sql.OpenDB(copier)
	read.SetMaxOpenConns(4)
	copying.SetMaxOpenConns(1)
	log := keepShort(copying)
	db.sqlite, db.backend = write, &sqliteBackend{write: write, read: read, changes: &db.changes, log: log, filer: fileLater(write, log)}
	return nil
}

func (b *sqliteBackend) dialect() dialect { return sqliteDialect }
func (b *sqliteBackend) close() error {
	b.filer.close()
	return errors.Join(b.log.close(), b.read.Close(), b.write.Close())
}

func (b *sqliteBackend) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	var w wrote
	n, err := sqlExec(ctx, b.write, query, args)
	b.log.grew()
	if w.note(query); err == nil && n > 0 {
		b.changes.committed(w)
	}
	return n, err
}

func (b *sqliteBackend) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	rows, err := b.read.QueryContext(ctx, plainMarks(query), args...)
	if err != nil {
		return nil, err
	}
	return sqlRows{rows}, nil
}

func (b *sqliteBackend) inTx(ctx context.Context, fn func(tx) error) error {
	t, err := b.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	ours := &sqliteTx{Tx: t, queue: b.queue}
	if err := fn(ours); err != nil {
		return errors.Join(err, ignoreDone(t.Rollback()))
	}
	if err := t.Commit(); err != nil {
		return err
	}
	b.changes.committed(ours.wrote)
	b.log.grew()
	return nil
}

type sqliteTx struct {
	*sql.Tx
	queue Queue
	wrote
}

func (t *sqliteTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	t.note(query)
	return sqlExec(ctx, t.Tx, query, args)
}

func (t *sqliteTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	t.note(query) // RETURNING reads what it writes
	rows, err := t.QueryContext(ctx, plainMarks(query), args...)
	if err != nil {
		return nil, err
	}
	return sqlRows{rows}, nil
}

func (t *sqliteTx) enqueue(ctx context.Context, jobs ...vpp.Job) error {
	if t.queue == nil {
		return errNoQueue
	}
	return t.queue.InsertSQL(ctx, t.Tx, jobs)
}

var errNoQueue = errors.New("store: work is promised before Use")

type sqlExecer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func sqlExec(ctx context.Context, e sqlExecer, query string, args []any) (int64, error) {
	r, err := e.ExecContext(ctx, plainMarks(query), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// ignoreDone drops the error of a rollback after the context already ended
// the transaction.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
