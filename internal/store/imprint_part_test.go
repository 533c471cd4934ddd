package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// An imprint that is renewed where rows were touched is the one that is made
// anew, whatever parts the rows belong to.
func TestRenewImprint(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, time.Now)
		storetest.AddLocation(t, db, "here", "uid")
		storetest.AddPeople(t, db, "here", 8, vpp.WriteNone)
		// On both sides of the ends of parts, and far away.
		seqs := []int{3, 79_999, 80_000, 80_001, 80_002, 160_000, 400_001, 400_002}
		for i, seq := range seqs {
			storetest.Exec(t, db, "UPDATE program_users SET seq = $2, apple_status = 'Registered' WHERE id = $1", fmt.Sprintf("place-%04d", i), seq+1_000_000)
		}
		storetest.Exec(t, db, "UPDATE program_users SET seq = seq - 1000000")
		marks := func() []vpp.Mark {
			t.Helper()
			if err := db.RenewImprint(t.Context(), "here", vpp.ImprintedUsers); err != nil {
				t.Fatal(err)
			}
			i, err := db.Imprint(t.Context(), "here", vpp.ImprintedUsers)
			if err != nil || len(i.Stale) > 0 {
				t.Fatal(i, err)
			}
			return i.Marks
		}
		first := marks()
		if len(first) != len(seqs) || !slices.IsSortedFunc(first, func(a, b vpp.Mark) int { return cmp.Compare(a.Seq, b.Seq) }) {
			t.Fatalf("%v", first)
		}
		for turn, touched := range [][]int{{3}, {80_000, 80_001}, {160_000, 400_001, 400_002}, seqs} {
			for _, seq := range touched {
				storetest.Exec(t, db, "UPDATE program_users SET apple_email = $2, apple_status = $3 WHERE seq = $1", seq, strconv.Itoa(turn), []string{"Registered", "Retired"}[(turn+seq)%2])
				storetest.Exec(t, db, "INSERT INTO touched (location_id, kind, seq) VALUES ('here', 'users', $1)", seq)
			}
			renewed := marks()
			storetest.Exec(t, db, "DELETE FROM imprints")
			anew := marks()
			if !slices.Equal(renewed, anew) || slices.Equal(renewed, first) {
				t.Errorf("turn %d: renewed %v, anew %v", turn, renewed, anew)
			}
		}
		before := marks()
		storetest.Exec(t, db, "UPDATE program_users SET apple_email = 'of all' WHERE seq = 400001")
		storetest.Exec(t, db, `WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 100001)
			INSERT INTO touched (location_id, kind, seq) SELECT 'here', 'users', seq FROM n`)
		if slices.Equal(marks(), before) {
			t.Error("after very many rows were touched the imprint is as before")
		}
	})
}
