package store

import (
	"slices"
	"testing"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// A letter that was taken ends a person's part of a run, whatever a device says
// in the same breath.
func TestOneEach(t *testing.T) {
	done, waiting, failed := item{"a", vpp.ItemDone, "taken"}, item{"a", vpp.ItemWaiting, "comes"}, item{"a", vpp.ItemFailed, "refused"}
	other := item{"b", vpp.ItemWaiting, "comes"}
	for _, c := range []struct{ given, want []item }{
		{[]item{done, other, waiting}, []item{done, other}}, {[]item{waiting, other, done}, []item{done, other}},
		{[]item{failed, waiting}, []item{waiting}}, {[]item{waiting, failed}, []item{waiting}}, {[]item{failed, done}, []item{done}}, {nil, []item{}},
	} {
		if got := oneEach(c.given); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v", c.given, got)
		}
	}
}
