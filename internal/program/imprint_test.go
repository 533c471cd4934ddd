package program

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

func TestImprint(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 1000, 4096} {
		var marks []vpp.Mark
		for k := range n {
			marks = append(marks, vpp.MarkOf(vpp.Digest(strconv.Itoa(k)), uint32(k+1)))
		}
		if n > 2 { // the ends
			marks = append(marks, vpp.MarkOf(0, 7001), vpp.MarkOf(math.MaxUint64, 7002))
		}
		i := newImprint(&vpp.Imprint{Marks: marks, Stale: []int64{2}})
		turned := slices.Clone(marks)
		slices.Reverse(turned)
		for _, m := range slices.Concat(marks, turned) { // in the order expected, and not
			if seq, found := i.find(m.Digest()); seq != int64(m.Seq) || found != (m.Seq != 2) {
				t.Fatalf("%d marks: %d is found at %d, %v", n, m.Seq, seq, found)
			}
		}
		if _, found := i.find(vpp.Digest("nobody")); found {
			t.Errorf("%d marks: nobody was found", n)
		}
		var seen bitmap
		seen.add(1)
		if want := max(0, len(marks)-1); len(i.unseen(seen)) != want && n > 1 {
			t.Errorf("%d marks: %d unseen, want %d", n, len(i.unseen(seen)), want)
		}
	}
	if _, found := (&imprint{}).find(5); found {
		t.Error("something is found in nothing")
	}
}
