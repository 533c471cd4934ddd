package roster

import (
	"context"
	"io"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Failures writes the rows that were not imported as a file like the one they
// came from, with the reason in a last column: corrected, it can be imported.
func (s *Service) Failures(ctx context.Context, id vpp.ImportID, w io.Writer) error {
	i, err := s.uploaded(ctx, id)
	if err != nil {
		return err
	}
	if i.TaskID == "" {
		return vpp.Errorf(vpp.Conflict, "This file is not imported yet: the preview shows which rows would fail.")
	}
	r, err := s.open(ctx, i)
	if err != nil {
		return err
	}
	out, err := sheet.NewFailedWriter(w, r.Header(), sheet.Delimiter(i.Delimiter))
	if err != nil {
		return err
	}
	failures := failureList{ctx: ctx, store: s.store, id: id}
	next, more, err := failures.next()
	for row := range r.Rows(fields(i.Mapping)) {
		for err == nil && more && next.Row < row.Number {
			next, more, err = failures.next()
		}
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if next.Row != row.Number {
			continue
		}
		row.Fault = vpp.Errorf(vpp.Invalid, "%s", next.Reason)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	return out.Close()
}

// failureList reads the failed rows of an import stretch by stretch.
type failureList struct {
	ctx   context.Context // of the one act that reads
	store Imports
	id    vpp.ImportID
	some  []vpp.RowFailure
	last  int
	ended bool
}

func (l *failureList) next() (vpp.RowFailure, bool, error) {
	if len(l.some) == 0 && !l.ended {
		var err error
		if l.some, err = l.store.ImportFailures(l.ctx, l.id, l.last, stretch); err != nil {
			return vpp.RowFailure{}, false, err
		}
		l.ended = len(l.some) < stretch
	}
	if len(l.some) == 0 {
		return vpp.RowFailure{}, false, nil
	}
	f := l.some[0]
	l.some, l.last = l.some[1:], f.Row
	return f, true, nil
}
