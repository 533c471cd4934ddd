package store_test

import (
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
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

// What an administrator says of their disks counts; PostgreSQL's own default
// does not.
func TestOpenPostgres(t *testing.T) {
	address := storetest.Postgres(t)
	for _, c := range []struct{ options, want string }{{"", "1.1"}, {"-crandom_page_cost=2", "2"}} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if c.options != "" {
			q := u.Query()
			q.Set("options", c.options)
			u.RawQuery = q.Encode()
		}
		var cost, jit string
		err = storetest.Open(t, u.String(), time.Now).Postgres().QueryRow(t.Context(),
			"SELECT current_setting('random_page_cost'), current_setting('jit')").Scan(&cost, &jit)
		if err != nil || cost != c.want || jit != "off" {
			t.Errorf("%q: %s, jit %s, %v", c.options, cost, jit, err)
		}
	}
}
