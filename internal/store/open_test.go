package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/store"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func TestOpenSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b.db")
	for range 2 {
		db, err := store.Open(t.Context(), path, time.Now, newID)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
