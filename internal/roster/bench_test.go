package roster_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// crowd writes a file of n people.
func crowd(n int, domain string) []byte {
	var b bytes.Buffer
	b.WriteString("external_id,user_name,first_name,last_name,email,groups\n")
	for i := range n {
		fmt.Fprintf(&b, "%07d,user%d,Given%d,Family%d,given.family%d@%s,Class %d\n", i, i, i%997, i*7919%n, i, domain, i%300)
	}
	return b.Bytes()
}

// F-02: rows per second of a first import, of one in which nothing changed,
// and of one that changes everybody, on SQLite and PostgreSQL.
func BenchmarkImport(b *testing.B) {
	const people = 50_000
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			for b.Loop() {
				url := filepath.Join(b.TempDir(), "rsvpp.db")
				if engine == "postgres" {
					url = storetest.Postgres(b)
				}
				h := build(b, url)
				for _, round := range []struct{ name, domain string }{{"new", "a.example"}, {"same", "a.example"}, {"changed", "b.example"}} {
					i, err := h.Upload(b.Context(), anna, "crowd.csv", bytes.NewReader(crowd(people, round.domain)))
					if err != nil {
						b.Fatal(err)
					}
					task, err := h.Run(b.Context(), anna, i.ID, "")
					if err != nil {
						b.Fatal(err)
					}
					start := time.Now()
					var later *vpp.Later
					for err = h.RunImport(b.Context(), vpp.ImportPeople{TaskID: task.ID}); errors.As(err, &later); {
						err = h.RunImport(b.Context(), vpp.ImportPeople{TaskID: task.ID})
					}
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(people/time.Since(start).Seconds(), round.name+"-rows/s")
				}
			}
		})
	}
}
