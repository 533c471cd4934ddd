package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// WantLibraryRead notes that the licenses of a location changed, and wakes its
// tender: apps and books are counted anew, and what changed in whose hands
// they are is read.
func (db *DB) WantLibraryRead(ctx context.Context, id vpp.LocationID) error {
	return db.inTx(ctx, func(t tx) error { return db.wantLibrary(ctx, t, id, false) })
}

func (db *DB) wantLibrary(ctx context.Context, t tx, id vpp.LocationID, full bool) error {
	return db.wantLibraryAt(ctx, t, id, full, db.now())
}

// wantLibraryAt lets the read wait until a time, so that more that happens
// meanwhile is read with it.
func (db *DB) wantLibraryAt(ctx context.Context, t tx, id vpp.LocationID, full bool, when time.Time) error {
	column := "library_wanted_at"
	if full {
		column = "library_full_wanted_at"
	}
	_, err := t.Exec(ctx, "UPDATE tenders SET "+column+" = $2 WHERE location_id = $1 AND ("+column+" = 0 OR "+column+" > $2)", id, ms(when))
	if err != nil {
		return err
	}
	return t.enqueue(ctx, vpp.TendLocation{LocationID: id})
}

// LibraryWanted says whether the licenses of a location are to be read since
// when, and how far a read has come that was begun.
func (db *DB) LibraryWanted(ctx context.Context, id vpp.LocationID) (vpp.LibraryWanted, error) {
	return one(ctx, db, func(s scanner) (w vpp.LibraryWanted, err error) {
		err = s.Scan(timeAt{&w.Since}, timeAt{&w.FullSince}, &w.Walk)
		return
	}, "SELECT library_wanted_at, library_full_wanted_at, library_walk FROM tenders WHERE location_id = $1", id)
}

// BeginLibraryRead stores that a read of licenses begins, and takes the wish
// for it back.
func (db *DB) BeginLibraryRead(ctx context.Context, id vpp.LocationID, full bool, walk string) error {
	_, err := db.Exec(ctx, `UPDATE tenders SET library_walk = $2, library_wanted_at = 0,
		library_full_wanted_at = CASE WHEN $3 THEN 0 ELSE library_full_wanted_at END WHERE location_id = $1`, id, walk, full)
	return err
}

// KeepLibraryRead stores how far a read of licenses has come.
func (db *DB) KeepLibraryRead(ctx context.Context, id vpp.LocationID, walk string) error {
	_, err := db.Exec(ctx, "UPDATE tenders SET library_walk = $2 WHERE location_id = $1", id, walk)
	return err
}

// FinishLibraryRead stores up to where licenses have been read, with the syncs
// that waited for it.
func (db *DB) FinishLibraryRead(ctx context.Context, id vpp.LocationID, r vpp.LibraryResult) error {
	return db.inTx(ctx, func(t tx) error {
		if err := db.wakeLines(ctx, t); err != nil { // what was read may serve somebody
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tenders SET library_walk = '', failures = 0 WHERE location_id = $1", id); err != nil {
			return err
		}
		_, err := t.Exec(ctx, `UPDATE locations SET assets_read_at = $2, assignments_read_at = $2, assignments_version = $3, read_problem = '',
			assignments_full_read_at = CASE WHEN $4 THEN $2 ELSE assignments_full_read_at END WHERE id = $1`, id, ms(db.now()), r.Version, r.Full)
		if err != nil {
			return err
		}
		return db.finishLibrarySyncs(ctx, t, id, r)
	})
}

// finishLibrarySyncs ends the syncs whose users were read before this read of
// licenses began.
func (db *DB) finishLibrarySyncs(ctx context.Context, t tx, id vpp.LocationID, r vpp.LibraryResult) error {
	waiting, err := all(ctx, t, scanTask, "SELECT "+taskColumns+` FROM tasks WHERE kind = 'sync' AND location_id = $1
		AND finished_at = 0 AND canceled_at = 0 AND cursor = 'library' AND created_at <= $2`, id, ms(r.Started))
	if err != nil {
		return err
	}
	for _, task := range waiting {
		if task.Params["read"] == "full" && !r.Full {
			continue
		}
		result, err := json.Marshal(withChanges(task.Result, r.Changed))
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, "UPDATE tasks SET cursor = '', result = $2 WHERE id = $1", task.ID, string(result)); err != nil {
			return err
		}
		if err := db.finishTask(ctx, t, task.ID); err != nil {
			return err
		}
	}
	return nil
}

func withChanges(result, changed map[string]int) map[string]int {
	if result == nil {
		result = map[string]int{}
	}
	for k, n := range changed {
		result[k] += n
	}
	return result
}
