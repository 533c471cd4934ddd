package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

// What is written in bulk is copied into the database by nobody who writes:
// the log begins anew although it never became as long as a writer lets it.
func TestLogIsCopiedByItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rsvpp.db")
	db, err := Open(t.Context(), path, time.Now, func() string { return uuid.NewString() })
	if err != nil {
		t.Fatal(err)
	}
	b := db.backend.(*sqliteBackend)
	write := func(pages int) {
		t.Helper()
		if _, err := b.Exec(t.Context(), "INSERT INTO bulk VALUES (zeroblob($1))", 4096*pages); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Exec(t.Context(), "CREATE TABLE bulk (data BLOB)"); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		write(longLog / 4)
	}
	for began := time.Now(); ; {
		pages, copied, err := b.log.length(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if copied == pages {
			break
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%d of %d pages are copied", copied, pages)
		}
	}
	write(1)
	if pages, _, err := b.log.length(t.Context()); err != nil || pages > longLog/8 {
		t.Errorf("the log goes on with %d pages, %v", pages, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + "-wal"); !os.IsNotExist(err) {
		t.Errorf("a log is left behind: %v", err)
	}
}
