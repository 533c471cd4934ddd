package sheet_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
)

func people(n int) string {
	var b strings.Builder
	b.WriteString("external_id,user_name,first_name,last_name,email,groups,locale\n")
	for i := range n {
		fmt.Fprintf(&b, "E-%d,anna.meyer%d,Anna,Meyer,anna.meyer%d@example.org,\"Class 7a; Choir\",de\n", i, i, i)
	}
	return b.String()
}

// BenchmarkFloor is encoding/csv alone, without any verdict.
func BenchmarkFloor(b *testing.B) {
	const n = 100_000
	text := people(n)
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(strings.NewReader(text))
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			}
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkRows(b *testing.B) {
	const n = 100_000
	text := people(n)
	b.ReportAllocs()
	for b.Loop() {
		r, err := sheet.Open(strings.NewReader(text), sheet.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for row := range r.Rows(r.Detected().Mapping) {
			if row.Fault != nil {
				b.Fatal(row.Fault)
			}
		}
	}
	b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "rows/s")
}
