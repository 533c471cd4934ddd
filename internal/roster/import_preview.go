package roster

import (
	"context"
	"maps"
	"slices"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Preview says what an import would do, without doing it.
type Preview struct {
	Import                               Import
	Total, New, Changed, Unchanged, Fail int
	Rows                                 []PreviewRow // the first ones of the file
	Problems                             []PreviewRow // the first ones that would fail
}

// PreviewRow is one row of a file and its verdict.
type PreviewRow struct {
	Row     int // the line it begins on
	Verdict vpp.Verdict
	Person  sheet.Person // as far as it could be read
	Changes []string     // of a changed person: the fields, and "location" for a new place
	Problem string       // of a failed row: what is wrong and what to do
	Field   string       // of a failed row: where
}

// Preview reads the whole file and counts what would become of its rows in a
// location ("" for the default one), with the first n rows and the first n
// that would fail.
func (s *Service) Preview(ctx context.Context, id vpp.ImportID, location vpp.LocationID, n int) (Preview, error) {
	i, err := s.uploaded(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	if i.Adopt {
		location = i.LocationID
	}
	h, err := s.locate(ctx, location)
	if err != nil {
		return Preview{}, err
	}
	m := newMover(i)
	r, err := s.open(ctx, i)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Import: importOf(i)}
	for rows := range stretches(r.Rows(fields(i.Mapping)), 0) {
		for len(rows) > 0 {
			some, err := s.judge(ctx, h, rows, m)
			if err != nil {
				return Preview{}, err
			}
			p.add(some, n)
			rows = rows[len(some):]
		}
	}
	return p, r.Err()
}

func (p *Preview) add(some []judged, n int) {
	for _, j := range some {
		p.Total++
		switch j.verdict {
		case vpp.VerdictNew:
			p.New++
		case vpp.VerdictChanged:
			p.Changed++
		case vpp.VerdictUnchanged:
			p.Unchanged++
		case vpp.VerdictFailed:
			p.Fail++
			if len(p.Problems) < n {
				p.Problems = append(p.Problems, previewed(j))
			}
		}
		if len(p.Rows) < n {
			p.Rows = append(p.Rows, previewed(j))
		}
	}
}

func previewed(j judged) PreviewRow {
	row := PreviewRow{Row: j.row.Number, Verdict: j.verdict, Person: j.row.Person}
	if j.fault != nil {
		row.Problem, row.Field = vpp.MessageOf(j.fault), j.fault.Field
	}
	if j.verdict == vpp.VerdictChanged {
		_, after := j.change.Was.Changes(j.change.Now)
		row.Changes = slices.Sorted(maps.Keys(after))
		if len(j.change.Locations) > 0 {
			row.Changes = append(row.Changes, string(sheet.Location))
		}
		if j.moved != nil {
			row.Changes = append(row.Changes, columnClient)
		}
		if !j.paused.IsZero() {
			row.Changes = append(row.Changes, columnPaused)
		}
	}
	return row
}
