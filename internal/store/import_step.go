package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

var errImportMoved = vpp.Errorf(vpp.Conflict, "This import went on elsewhere, or was canceled.")

// StartImport makes the task that imports a file, once. A key that was used
// before gives the task of then.
func (db *DB) StartImport(ctx context.Context, by vpp.Actor, i vpp.Import, task vpp.Task, key string) (vpp.Task, error) {
	r, err := requestFor(key, i.ID, task.LocationID)
	if err != nil {
		return task, err
	}
	err = db.inTx(ctx, func(t tx) error {
		was, known, err := db.keyedTask(ctx, t, task, r)
		if err != nil || known {
			task = was
			return err
		}
		n, err := t.Exec(ctx, "UPDATE imports SET task_id = $2, location_id = $3 WHERE id = $1 AND task_id = ''", i.ID, task.ID, task.LocationID)
		if err != nil {
			return err
		}
		if n == 0 {
			return vpp.Errorf(vpp.Conflict, "This file is imported already: upload it again to import it once more.")
		}
		if _, _, err := db.insertTask(ctx, t, task, vpp.Selection{}, r); err != nil {
			return err
		}
		// The number of rows is known, so the bar shows the truth from the start.
		_, err = t.Exec(ctx, "UPDATE tasks SET total = $2, expanded_at = $3 WHERE id = $1", task.ID, task.Total, ms(db.now()))
		if err != nil {
			return err
		}
		if err := db.insertEntry(ctx, t, by, "import.start", "task:"+string(task.ID), task.Title+".", nil, task.Params); err != nil {
			return err
		}
		return t.enqueue(ctx, vpp.ImportPeople{TaskID: task.ID})
	})
	return task, err
}

// WriteImport writes one stretch of a file and moves the cursor over it. A
// stretch that does not begin at the cursor, or whose task was canceled, is a
// vpp.Conflict and writes nothing.
func (db *DB) WriteImport(ctx context.Context, s vpp.ImportStep) error {
	return db.inTx(ctx, func(t tx) error {
		counts, err := one(ctx, t, scanImportCounts, `UPDATE imports SET row_cursor = $3, created = created + $4, changed = changed + $5,
			unchanged = unchanged + $6, failed = failed + $7 WHERE id = $1 AND row_cursor = $2
			AND EXISTS (SELECT 1 FROM tasks WHERE id = $8 AND finished_at = 0 AND canceled_at = 0)
			RETURNING created, changed, unchanged, failed`,
			s.Import, s.From, s.To, len(s.Create), len(s.Change)+s.Given, s.Unchanged, len(s.Failures), s.Task)
		if vpp.KindOf(err) == vpp.NotFound {
			return errImportMoved
		}
		if err != nil {
			return err
		}
		if err := db.insertUsers(ctx, t, s.Create); err != nil {
			return err
		}
		if err := db.updateUsers(ctx, t, s.Actor, s.Change); err != nil {
			return err
		}
		if err := insertFailures(ctx, t, s); err != nil {
			return err
		}
		if err := db.pauseMoved(ctx, t, s); err != nil {
			return err
		}
		if err := db.moveIn(ctx, t, s); err != nil {
			return err
		}
		return db.countImport(ctx, t, s, counts)
	})
}

func scanImportCounts(s scanner) (map[string]int, error) {
	var created, changed, unchanged, failed int
	err := s.Scan(&created, &changed, &unchanged, &failed)
	return map[string]int{"created": created, "changed": changed, "unchanged": unchanged, "failed": failed}, err
}

func insertFailures(ctx context.Context, t tx, s vpp.ImportStep) error {
	for some := range slices.Chunk(s.Failures, writeRows) {
		var args []any
		for _, f := range some {
			args = append(args, s.Import, f.Row, f.Reason)
		}
		_, err := t.Exec(ctx, "INSERT INTO import_failures (import_id, row_no, reason) VALUES "+rowsOf(len(some), "", "", "")+
			" ON CONFLICT DO NOTHING", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// countImport moves the task along: it is the last write, as with every task.
func (db *DB) countImport(ctx context.Context, t tx, s vpp.ImportStep, counts map[string]int) error {
	result, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	// The last stretch corrects the total, so that the task always ends.
	_, err = t.Exec(ctx, `UPDATE tasks SET done = done + $2, failed = failed + $3, skipped = skipped + $4, result = $5,
		total = CASE WHEN $6 THEN done + failed + skipped + $2 + $3 + $4 ELSE total END WHERE id = $1`,
		s.Task, len(s.Create)+len(s.Change)+s.Given, len(s.Failures), s.Unchanged, string(result), s.Last)
	if err != nil || !s.Last {
		return err
	}
	return db.finishTask(ctx, t, s.Task)
}

// BreakImport ends an import that cannot go on, with the sentence that says why.
func (db *DB) BreakImport(ctx context.Context, task vpp.TaskID, why string) error {
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `UPDATE tasks SET note = $2, finished_at = $3, failed = failed + (total - done - failed - skipped)
			WHERE id = $1 AND finished_at = 0 AND canceled_at = 0`, task, why, ms(db.now()))
		if err != nil {
			return err
		}
		return db.insertEntry(ctx, t, vpp.Server, "import.broken", "task:"+string(task), why, nil, nil)
	})
}

// ImportFailures reads the next rows that were not imported, in the order of
// the file.
func (db *DB) ImportFailures(ctx context.Context, id vpp.ImportID, after, limit int) ([]vpp.RowFailure, error) {
	return all(ctx, db, func(s scanner) (f vpp.RowFailure, err error) { err = s.Scan(&f.Row, &f.Reason); return },
		"SELECT row_no, reason FROM import_failures WHERE import_id = $1 AND row_no > $2 ORDER BY row_no LIMIT $3", id, after, limit)
}
