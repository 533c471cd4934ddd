package roster

import (
	"context"
	"io"
	"iter"

	"github.com/rsvpp/rsvpp/internal/roster/sheet"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// stretch is how many rows are looked up, and written, together.
const stretch = 1000

// open reads a stored file from its beginning.
func (s *Service) open(ctx context.Context, i vpp.Import) (*sheet.Reader, error) {
	return sheet.Open(&pieces{ctx: ctx, files: s.store, id: i.ID, left: i.Chunks}, sheet.Options{})
}

// pieces reads the pieces of a file one after another.
type pieces struct {
	ctx   context.Context // of the one act that reads
	files Files
	id    vpp.ImportID
	n     int
	left  int
	piece []byte
}

// Read implements io.Reader.
func (p *pieces) Read(b []byte) (int, error) {
	for len(p.piece) == 0 {
		if p.left == 0 {
			return 0, io.EOF
		}
		var err error
		if p.piece, err = p.files.Chunk(p.ctx, p.id, p.n); err != nil {
			return 0, err
		}
		p.n, p.left = p.n+1, p.left-1
	}
	n := copy(b, p.piece)
	p.piece = p.piece[n:]
	return n, nil
}

// stretches groups the rows after a line for looking people up. The slice is
// used again.
func stretches(rows iter.Seq[sheet.Row], after int) iter.Seq[[]sheet.Row] {
	return func(yield func([]sheet.Row) bool) {
		some := make([]sheet.Row, 0, stretch)
		for row := range rows {
			if row.Number <= after { // dealt with before
				continue
			}
			if some = append(some, row); len(some) < stretch {
				continue
			}
			if !yield(some) {
				return
			}
			some = some[:0]
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}
