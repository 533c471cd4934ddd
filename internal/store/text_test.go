package store_test

import (
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// What PostgreSQL cannot keep is somebody's input and no fault of ours; SQLite
// merely finds nothing.
func TestNoText(t *testing.T) {
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return storetest.SQLite(t) },
		"postgres": nil,
	} {
		t.Run(name, func(t *testing.T) {
			want := vpp.NotFound
			if url == nil {
				want, url = vpp.Invalid, func() string { return storetest.Postgres(t) }
			}
			db := storetest.Open(t, url(), time.Now)
			if _, err := db.User(t.Context(), "a\x00b"); vpp.KindOf(err) != want {
				t.Errorf("the error is %v, want %s", err, want)
			}
		})
	}
}
