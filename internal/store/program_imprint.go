package store

import (
	"context"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// touch notes which VPP users were written since the last full read, where
// there was one: an imprint says nothing of them any more.
func (db *DB) touch(ctx context.Context, t tx, facts []vpp.Fact) error {
	seqs := map[vpp.LocationID][]int64{}
	for _, f := range facts {
		seqs[f.LocationID] = append(seqs[f.LocationID], f.Seq)
	}
	for location, list := range seqs {
		if err := touchRows(ctx, t, location, "users", list); err != nil {
			return err
		}
	}
	return nil
}

func touchRows(ctx context.Context, t tx, location vpp.LocationID, kind string, seqs []int64) error {
	imprinted, err := all(ctx, t, scanInt, "SELECT 1 FROM imprints WHERE location_id = $1 AND kind = $2 AND part = 0", location, kind)
	if err != nil || len(imprinted) == 0 {
		return err
	}
	for len(seqs) > 0 {
		some := seqs[:min(200, len(seqs))]
		seqs = seqs[len(some):]
		args := make([]any, 0, 3*len(some))
		for _, seq := range some {
			args = append(args, location, kind, seq)
		}
		_, err := t.Exec(ctx, "INSERT INTO touched (location_id, kind, seq) VALUES "+rowsOf(len(some), "", "", "")+" ON CONFLICT DO NOTHING", args...)
		if err != nil {
			return err
		}
	}
	return nil
}
