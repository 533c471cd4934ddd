package location_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/location"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-54, pain 10: over a year each warning is written once, however often it is
// looked; a renewed token is warned of anew.
func TestWatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := epoch
		clock := func() time.Time { return now }
		h := &house{db: storetest.Open(t, url, clock), apple: apple{facts: map[string]vpp.LocationFacts{"north": {UID: "uid-n", Name: "North School"}}}}
		h.db.Use(&h.promises)
		h.Service = location.New(h.db, &h.apple, box{}, clock, storetest.NewID)
		if err := h.EnsureDefault(t.Context()); err != nil {
			t.Fatal(err)
		}
		l, err := h.Add(t.Context(), anna, file("north", "1", 365), true)
		if err != nil {
			t.Fatal(err)
		}
		year := func(days int) []string {
			t.Helper()
			was, err := h.db.Notices(t.Context(), 100)
			if err != nil {
				t.Fatal(err)
			}
			for range days * 2 {
				now = now.Add(12 * time.Hour)
				if err := h.Watch(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			list, err := h.db.Notices(t.Context(), 100)
			if err != nil {
				t.Fatal(err)
			}
			var days2 []string
			for _, n := range list[:len(list)-len(was)] {
				days2 = append([]string{fmt.Sprint(n.At.Sub(epoch).Round(time.Hour).Hours() / 24)}, days2...)
			}
			return days2
		}
		if got := fmt.Sprint(year(370)); got != "[305 335 351 358 364 365]" {
			t.Errorf("the warnings of one token came on the days %s", got)
		}
		if l, err = h.Get(t.Context(), l.ID); err != nil || l.WarnedDays != vpp.WarnedExpired {
			t.Error(l.WarnedDays, err)
		}
		if _, err = h.Renew(t.Context(), anna, l.ID, file("north", "2", 730), false); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(year(310)); got != "[670]" {
			t.Errorf("the warnings of the next token came on the days %s", got)
		}
	})
}
