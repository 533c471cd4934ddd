package program

import (
	"context"
	"math/bits"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// imprint is how everything stood after the last full read, without what may
// stand otherwise by now. A full read of what nobody changed is compared with
// it alone, and asks the store for nothing.
type imprint struct {
	*vpp.Imprint
	stale   bitmap
	shift   int      // what is left of a digest to the right of its shelf
	shelves []uint32 // where the marks of each shelf begin: digests are spread evenly, about one to a shelf
}

// loadImprint reads what the last full read left; without one nothing is
// found in it.
func (t *tender) loadImprint(ctx context.Context, kind vpp.Imprinted) (imprint, error) {
	i, err := t.store.Imprint(ctx, t.l.ID, kind)
	if vpp.KindOf(err) == vpp.NotFound {
		return imprint{}, nil
	}
	if err != nil {
		return imprint{}, err
	}
	im := imprint{Imprint: i}
	for _, seq := range i.Stale {
		im.stale.add(seq)
	}
	im.shelve()
	return im, nil
}

// shelve notes where the marks of each shelf begin.
func (i *imprint) shelve() {
	size := bits.Len(uint(len(i.Marks)))
	i.shift, i.shelves = 64-size, make([]uint32, 1<<size+1)
	for _, m := range i.Marks {
		i.shelves[m.Digest>>i.shift+1]++
	}
	for n := range len(i.shelves) - 1 {
		i.shelves[n+1] += i.shelves[n]
	}
}

func (i imprint) there() bool { return i.Imprint != nil }

// find returns the row that stands as the digest says.
func (i imprint) find(digest uint64) (seq int64, found bool) {
	if i.Imprint == nil {
		return 0, false
	}
	shelf := digest >> i.shift
	for _, m := range i.Marks[i.shelves[shelf]:i.shelves[shelf+1]] {
		if m.Digest == digest {
			return int64(m.Seq), !i.stale.has(int64(m.Seq))
		}
	}
	return 0, false
}

// unseen returns the rows that were there after the last full read and have
// not been seen since, with those of which the imprint says nothing.
func (i imprint) unseen(seen bitmap) (rows []int64) {
	for _, m := range i.Marks {
		if seq := int64(m.Seq); !seen.has(seq) && !i.stale.has(seq) {
			rows = append(rows, seq)
		}
	}
	for _, seq := range i.Stale {
		if !seen.has(seq) {
			rows = append(rows, seq)
		}
	}
	return rows
}

// digestOf is what an imprint says of a VPP user.
func digestOf(r vpp.Record) uint64 {
	mark := ""
	if r.Status == vpp.AppleRegistered {
		mark = codeMark(r.InviteCode)
	}
	return vpp.Digest(string(r.ClientUserID), string(r.Status), r.Email, r.AccountHash, mark)
}
