// Package storetest gives tests a fresh database on each engine there is.
//
// It owns nothing; it is for tests alone.
package storetest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// PostgresVariable names the environment variable with the address of a
// PostgreSQL in which tests may create databases.
const PostgresVariable = "RSVPP_TEST_POSTGRES"

// Each runs the test on SQLite and, where one is named, on PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite returns the path of a new database, as one is after it was opened for
// the first time. That takes a third of a second when races are watched for, and
// there are hundreds of tests: it is done once, and copied.
func SQLite(t testing.TB) string {
	t.Helper()
	data, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rsvpp.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var opened = sync.OnceValues(func() (data []byte, err error) {
	dir, err := os.MkdirTemp("", "rsvpp-test")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "rsvpp.db")
	db, err := store.Open(context.Background(), path, time.Now, NewID)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Postgres creates an empty database, dropped after the test, and returns its address.
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Skipf("PostgreSQL is LEFT OUT: set %s, or run make test", PostgresVariable)
	}
	name := "rsvpp_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	admin(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func admin(t testing.TB, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

// Open opens the database with a clock and ids.
func Open(t testing.TB, url string, now vpp.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, now, NewID)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// NewID makes a UUIDv7.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
