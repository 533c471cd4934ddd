package store

import (
	"context"
	"database/sql"
	"time"
)

// sqliteLog copies what SQLite's log of changes holds into the database file
// while others go on writing. Left to itself, SQLite lets whoever happens to
// commit do it, and wait for the disk.
//
// https://sqlite.org/wal.html#ckpt
type sqliteLog struct {
	db     *sql.DB
	wake   chan struct{}
	cancel context.CancelFunc
	ended  chan struct{}
}

const (
	longLog  = 8000  // pages of the log that are copied at once: 32 MB
	mostLog  = 32000 // pages from which on the writer copies after all, because there was never a moment in which the log could begin anew
	logEvery = 50 * time.Millisecond
	logQuiet = 20 // looks at a log that did not grow, after which nobody writes: between two commits of bulk there are a few
)

// keepShort keeps the log short until closed; the pool is its own.
func keepShort(db *sql.DB) *sqliteLog {
	ctx, cancel := context.WithCancel(context.Background())
	l := &sqliteLog{db: db, wake: make(chan struct{}, 1), cancel: cancel, ended: make(chan struct{})}
	go l.run(ctx)
	return l
}

// grew says that something was committed.
func (l *sqliteLog) grew() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *sqliteLog) run(ctx context.Context) {
	defer close(l.ended)
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for before, quiet := 0, 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		pages, copied, err := l.length(ctx)
		if quiet++; pages != before {
			before, quiet = pages, 0
		}
		if left := pages - copied; err == nil && pages >= longLog && left > 0 {
			// The log begins anew only when all of it is copied: what came
			// meanwhile is copied as soon as it is little, or nobody writes.
			if left >= longLog || left < longLog/8 || quiet >= logQuiet {
				_, _ = l.db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)") // the next one does what this could not
			}
			l.grew() // look again
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// length is how many pages the log has, and how many of them are copied.
func (l *sqliteLog) length(ctx context.Context) (pages, copied int, err error) {
	err = l.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(NOOP)").Scan(new(int), &pages, &copied)
	return
}

func (l *sqliteLog) close() error {
	l.cancel()
	<-l.ended
	return l.db.Close()
}
