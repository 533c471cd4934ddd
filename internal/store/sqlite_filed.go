package store

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"
)

// sqliteFiler brings SQLite's index of a status by name up to date.
//
// Who changes status leaves one page of that index and enters another: for a
// thousand people among a million that is most of the work. So the index goes by
// a column of its own, filed, and a read of a few changes leaves it as it is.
// Lists by status look in two places, and when nothing has been read for a
// moment, the filer files who was left. Who changes many files them at once,
// which is cheaper than writing each row twice.
type sqliteFiler struct {
	write  *sql.DB
	log    *sqliteLog
	wake   chan struct{}
	left   atomic.Int64 // people since all were filed, at most
	cancel context.CancelFunc
	ended  chan struct{}
}

const (
	mostLeft    = 10_000          // people: a list may have to step over all of them
	filedAtOnce = 200             // people of one transaction
	filedAfter  = 2 * time.Second // in which nothing was read
)

// fileLater files until closed, those first whom an earlier process left.
func fileLater(write *sql.DB, log *sqliteLog) *sqliteFiler {
	ctx, cancel := context.WithCancel(context.Background())
	f := &sqliteFiler{write: write, log: log, wake: make(chan struct{}, 1), cancel: cancel, ended: make(chan struct{})}
	f.wake <- struct{}{}
	go f.run(ctx)
	return f
}

// leave reports whether n people may be left to the filer, and has it wait.
func (f *sqliteFiler) leave(n int) bool {
	select {
	case f.wake <- struct{}{}:
	default:
	}
	if f.left.Add(int64(n)) <= mostLeft {
		return true
	}
	f.left.Add(int64(-n))
	return false
}

func (f *sqliteFiler) run(ctx context.Context) {
	defer close(f.ended)
	quiet := time.NewTimer(filedAfter)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
			quiet.Reset(filedAfter)
		case <-quiet.C:
			_ = f.file(ctx) // whom it does not file is filed the next time
		}
	}
}

func (f *sqliteFiler) file(ctx context.Context) error {
	f.left.Store(0)
	for {
		n, err := sqlExec(ctx, f.write, `UPDATE program_users SET filed = vpp_status
			WHERE seq IN (SELECT seq FROM program_users WHERE filed <> vpp_status LIMIT $1)`, []any{filedAtOnce})
		f.log.grew()
		if err != nil || n < filedAtOnce {
			return err
		}
	}
}

func (f *sqliteFiler) close() {
	f.cancel()
	<-f.ended
}

// leave reports whether n people whose status changes may be filed later.
func (db *DB) leave(n int) bool {
	b, ok := db.backend.(*sqliteBackend)
	return ok && b.filer.leave(n)
}

// filing ends the SET clause of a statement that files people at once: status
// and handedOver are what apple_status and handed_over_at become.
func (d dialect) filing(status, handedOver string) string {
	if d == postgresDialect { // it writes whole rows into every index anyway
		return ""
	}
	return ", filed = CASE WHEN " + status + " = 'Associated' THEN 'registered' WHEN " + status + " = 'Registered' AND " + handedOver + " > 0 THEN 'invited' " +
		"WHEN " + status + " IN ('Retired', 'Deleted') THEN 'removed' ELSE 'not_invited' END"
}
