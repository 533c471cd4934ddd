package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

const importColumns = `id, filename, created_by, created_at, uploaded_at, size, chunks, row_count, header, encoding, delimiter,
	fingerprint, mapping, remembered, adopt, location_id, task_id, row_cursor, created, changed, unchanged, failed`

func scanImport(s scanner) (i vpp.Import, err error) {
	var header, mapping string
	err = s.Scan(&i.ID, &i.Filename, &i.CreatedBy, timeAt{&i.CreatedAt}, timeAt{&i.UploadedAt}, &i.Size, &i.Chunks, &i.Rows, &header,
		&i.Encoding, &i.Delimiter, &i.Fingerprint, &mapping, &i.Remembered, &i.Adopt, &i.LocationID, &i.TaskID, &i.Cursor,
		&i.Created, &i.Changed, &i.Unchanged, &i.Failed)
	if err == nil {
		err = json.Unmarshal([]byte(header), &i.Header)
	}
	if err == nil {
		err = json.Unmarshal([]byte(mapping), &i.Mapping)
	}
	return
}

const noImport = "There is no such import: its file was forgotten, or never came. Upload it again."

// Import reads one import.
func (db *DB) Import(ctx context.Context, id vpp.ImportID) (vpp.Import, error) {
	i, err := one(ctx, db, scanImport, "SELECT "+importColumns+" FROM imports WHERE id = $1", id)
	return i, missing(err, noImport)
}

// ImportOf reads the import that a task is about.
func (db *DB) ImportOf(ctx context.Context, task vpp.TaskID) (vpp.Import, error) {
	i, err := one(ctx, db, scanImport, "SELECT "+importColumns+" FROM imports WHERE task_id = $1 AND task_id <> ''", task)
	return i, missing(err, noImport)
}

// BeginImport makes room for a file; its pieces follow.
func (db *DB) BeginImport(ctx context.Context, i vpp.Import) error {
	_, err := db.Exec(ctx, "INSERT INTO imports (id, filename, created_by, created_at, adopt, location_id) VALUES ($1, $2, $3, $4, $5, $6)",
		i.ID, i.Filename, i.CreatedBy, ms(i.CreatedAt), i.Adopt, i.LocationID)
	return err
}

// AddChunk stores the n-th piece of a file, the first being 0.
func (db *DB) AddChunk(ctx context.Context, id vpp.ImportID, n int, data []byte) error {
	_, err := db.Exec(ctx, "INSERT INTO import_chunks (import_id, n, data) VALUES ($1, $2, $3)", id, n, data)
	return err
}

// Chunk reads the n-th piece of a file.
func (db *DB) Chunk(ctx context.Context, id vpp.ImportID, n int) ([]byte, error) {
	data, err := one(ctx, db, func(s scanner) (b []byte, err error) { err = s.Scan(&b); return },
		"SELECT data FROM import_chunks WHERE import_id = $1 AND n = $2", id, n)
	return data, missing(err, noImport)
}

// EndUpload notes that the whole file is here, and what it says of itself.
func (db *DB) EndUpload(ctx context.Context, by vpp.Actor, i vpp.Import) error {
	header, err := json.Marshal(i.Header)
	if err != nil {
		return err
	}
	mapping, err := json.Marshal(i.Mapping)
	if err != nil {
		return err
	}
	return db.inTx(ctx, func(t tx) error {
		_, err := t.Exec(ctx, `UPDATE imports SET uploaded_at = $2, size = $3, chunks = $4, row_count = $5, header = $6, encoding = $7,
			delimiter = $8, fingerprint = $9, mapping = $10, remembered = $11 WHERE id = $1`,
			i.ID, ms(i.UploadedAt), i.Size, i.Chunks, i.Rows, string(header), i.Encoding, i.Delimiter, i.Fingerprint, string(mapping), i.Remembered)
		if err != nil {
			return err
		}
		return db.insertEntry(ctx, t, by, "import.upload", "import:"+string(i.ID), i.Filename+" was uploaded.", nil,
			map[string]any{"rows": i.Rows, "bytes": i.Size})
	})
}

// DropImport forgets a file; what was imported from it stays.
func (db *DB) DropImport(ctx context.Context, id vpp.ImportID) error {
	_, err := db.Exec(ctx, "DELETE FROM imports WHERE id = $1", id)
	return err
}

// ForgetImports forgets files that came before a time, unless their import is
// still under way.
func (db *DB) ForgetImports(ctx context.Context, before time.Time) error {
	_, err := db.Exec(ctx, `DELETE FROM imports WHERE created_at < $1
		AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = imports.task_id AND finished_at = 0 AND canceled_at = 0)`, ms(before))
	return err
}

// RememberedMapping reads the mapping that was made by hand for such a header,
// nil and false when none was.
func (db *DB) RememberedMapping(ctx context.Context, fingerprint string) (mapping map[string]int, known bool, err error) {
	text, err := one(ctx, db, scanString, "SELECT mapping FROM import_mappings WHERE fingerprint = $1", fingerprint)
	if vpp.KindOf(err) == vpp.NotFound {
		return nil, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &mapping)
	}
	return mapping, err == nil, err
}

// Remap changes the mapping of an import that has not begun, and remembers it
// for files with the same header.
func (db *DB) Remap(ctx context.Context, id vpp.ImportID, mapping map[string]int) error {
	text, err := json.Marshal(mapping)
	if err != nil {
		return err
	}
	return db.inTx(ctx, func(t tx) error {
		fingerprint, err := one(ctx, t, scanString, `UPDATE imports SET mapping = $2, remembered = TRUE WHERE id = $1 AND task_id = ''
			RETURNING fingerprint`, id, string(text))
		if err != nil {
			return missing(err, "This file is imported already: upload it again to read it with other columns.")
		}
		_, err = t.Exec(ctx, `INSERT INTO import_mappings (fingerprint, mapping, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (fingerprint) DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at`,
			fingerprint, string(text), ms(db.now()))
		return err
	})
}
