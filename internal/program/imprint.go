package program

import (
	"context"
	"math/bits"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// imprint is how everything stood after the last full read, without what may
// stand otherwise by now. A full read of what nobody changed is compared with
// it alone, and asks the store for nothing.
type imprint struct {
	*vpp.Imprint
	stale bitmap
	next  int // Apple lists in much the order in which rows were made: the next one is probably this

	// For all others, made when the first is looked for: which marks have
	// digests that begin alike, about one each.
	shift   int
	shelves []uint32
	order   []uint32
}

// loadImprint reads what the last full read left; without one nothing is
// found in it.
func (t *tender) loadImprint(ctx context.Context, kind vpp.Imprinted) (*imprint, error) {
	i, err := t.store.Imprint(ctx, t.l.ID, kind)
	if vpp.KindOf(err) == vpp.NotFound {
		return &imprint{}, nil
	}
	if err != nil {
		return nil, err
	}
	return newImprint(i), nil
}

func newImprint(i *vpp.Imprint) *imprint {
	im := &imprint{Imprint: i}
	for _, seq := range i.Stale {
		im.stale.add(seq)
	}
	return im
}

// there says whether anything was kept.
func (i *imprint) there() bool { return i.Imprint != nil }

// find returns the row that stands as the digest says.
func (i *imprint) find(digest uint64) (seq int64, found bool) {
	if i.Imprint == nil {
		return 0, false
	}
	if i.next >= len(i.Marks) || i.Marks[i.next].Digest() != digest {
		n, there := i.search(digest)
		if !there {
			return 0, false
		}
		i.next = n
	}
	seq = int64(i.Marks[i.next].Seq)
	i.next++
	return seq, !i.stale.has(seq)
}

func (i *imprint) search(digest uint64) (n int, found bool) {
	if i.shelves == nil {
		i.shelve()
	}
	shelf := digest >> i.shift
	for _, n := range i.order[i.shelves[shelf]:i.shelves[shelf+1]] {
		if i.Marks[n].Digest() == digest {
			return int(n), true
		}
	}
	return 0, false
}

// shelve puts the marks on shelves by how their digests begin.
func (i *imprint) shelve() {
	size := bits.Len(uint(len(i.Marks)))
	i.shift, i.shelves, i.order = 64-size, make([]uint32, 1<<size+1), make([]uint32, len(i.Marks))
	for _, m := range i.Marks {
		i.shelves[m.Digest()>>i.shift+1]++
	}
	for n := range len(i.shelves) - 1 {
		i.shelves[n+1] += i.shelves[n]
	}
	free := slices.Clone(i.shelves)
	for n, m := range i.Marks {
		shelf := m.Digest() >> i.shift
		i.order[free[shelf]] = uint32(n) //nolint:gosec // there are no more marks than rows can be numbered
		free[shelf]++
	}
}

// unseen returns the rows that were there after the last full read and have
// not been seen since, with those of which the imprint says nothing.
func (i *imprint) unseen(seen bitmap) (rows []int64) {
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
