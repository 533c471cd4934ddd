package queue_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/queue"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A sweep comes again and again, not only once as long as River remembers the
// first one.
func TestEvery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		q, err := queue.New(t.Context(), db.SQLite(), db.Postgres(), queue.Config{Logger: slog.New(slog.DiscardHandler), Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		runs := make(chan struct{}, 100)
		queue.Handle(q, 1, func(context.Context, vpp.Sweep) error { runs <- struct{}{}; return nil })
		q.Every(100*time.Millisecond, vpp.Sweep{})
		if err := q.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = q.Stop(context.Background()) })
		late := time.After(20 * time.Second)
		for n := range 4 {
			select {
			case <-runs:
			case <-late:
				t.Fatalf("the sweep came %d times only", n)
			}
		}
	})
}
