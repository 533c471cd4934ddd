package console

import (
	"context"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/gate"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A preference holds 16 KiB; what is longer is cut into pieces. The first piece
// says how many there are, and is written last.
const (
	pieceSize  = 15 << 10
	mostPieces = 12
)

// preferLong keeps a text that may be longer than a preference; "" forgets it.
func (d *Door) preferLong(ctx context.Context, name, text string) error {
	was, _, err := d.firstPiece(ctx, name)
	if err != nil {
		return err
	}
	var pieces []string
	for rest := text; rest != ""; {
		n := min(pieceSize, len(rest))
		pieces, rest = append(pieces, rest[:n]), rest[n:]
	}
	if len(pieces) > mostPieces {
		return vpp.Errorf(vpp.Invalid, "That is too much to keep: choose fewer people one by one, or shorten the letter.")
	}
	for n := max(was, len(pieces)) - 1; n > 0; n-- {
		piece := ""
		if n < len(pieces) {
			piece = pieces[n]
		}
		if err := d.prefer(ctx, pieceName(name, n), piece); err != nil {
			return err
		}
	}
	if len(pieces) == 0 {
		return d.prefer(ctx, name, "")
	}
	return d.prefer(ctx, name, strconv.Itoa(len(pieces))+":"+pieces[0])
}

// longPreference returns what preferLong kept, "" for nothing.
func (d *Door) longPreference(ctx context.Context, name string) (string, error) {
	n, first, err := d.firstPiece(ctx, name)
	pieces := []string{first}
	for i := 1; i < n && err == nil; i++ {
		var piece string
		piece, err = d.piece(ctx, pieceName(name, i))
		pieces = append(pieces, piece)
	}
	return strings.Join(pieces, ""), err
}

func (d *Door) firstPiece(ctx context.Context, name string) (n int, text string, err error) {
	value, err := d.piece(ctx, name)
	if err != nil || value == "" {
		return 0, "", err
	}
	count, text, _ := strings.Cut(value, ":")
	n, err = strconv.Atoi(count)
	return min(n, mostPieces), text, err
}

// piece reads one preference; names that no preference can have hold nothing.
func (d *Door) piece(ctx context.Context, name string) (string, error) {
	o, _ := gate.Operator(ctx) // routes with a scope always have one
	return d.Operators.Preference(ctx, o.ID, name)
}

func pieceName(name string, n int) string { return name + "." + strconv.Itoa(n) }
