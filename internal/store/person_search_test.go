package store

import (
	"slices"
	"testing"
)

// The rarest is asked for first, then what keeps away most; what keeps away
// nothing is left out once there are two.
func TestWorthAsking(t *testing.T) {
	of := map[string][]uint16{"rare": {1, 2, 3}, "same": {1, 2, 3, 4}, "cuts": {1, 5, 6, 7, 8}, "all": {1, 2, 3, 4, 5, 6, 7, 8, 9}}
	if got := worthAsking([]string{"all", "cuts", "rare", "same"}, of); !slices.Equal(got, []string{"rare", "cuts"}) {
		t.Error(got)
	}
	if got := worthAsking([]string{"a", "b", "c"}, nil); len(got) != leastTrigrams {
		t.Error(got)
	}
}

func TestTrigrams(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "ab": nil, "abc": {"abc"}, "añña": {"aññ", "ñña"}, "ña b": {"a b", "ña "}, "aaaa": {"aaa"},
	} {
		if got := trigramsOf(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
