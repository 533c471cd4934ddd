package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// However long a line is, its pages and those who are next are found by an
// index, in its order.
func TestLicensePlans(t *testing.T) {
	db := licenseHouse(t, storetest.SQLite(t))
	for i := range 3 {
		name := fmt.Sprintf("%04d", i)
		storetest.AddPerson(t, db, "has", name, vpp.WriteNone)
		storetest.Exec(t, db, "UPDATE program_users SET apple_status = 'Associated', associated_at = 7 WHERE id = $1", "place-"+name)
		storetest.Exec(t, db, `INSERT INTO license_wishes (user_id, adam_id, pricing_param, wanted_at, wanted_by, task_id, line_at) VALUES ($1, $2, 'STDQ', 1, 'anna', 'x', 7)`, "user-"+name, licensed.AdamID)
	}
	storetest.Exec(t, db, "UPDATE tenders SET line_wanted_at = 1")
	p := listenForPlans(db)
	if _, err := db.Line(t.Context(), licensed, vpp.Page{After: "1.1.1"}); err != nil {
		t.Fatal(err)
	}
	if b, err := db.ClaimLicenses(t.Context(), "has", "b", 2); err != nil || b.Size != 2 {
		t.Fatal(b, err)
	}
	storetest.Exec(t, db, "UPDATE assets SET short_until = $1", time.Now().Add(time.Hour).UnixMilli())
	if _, err := db.ClaimLicenses(t.Context(), "has", "c", 2); vpp.KindOf(err) != vpp.NotFound {
		t.Fatal(err)
	}
	asked := p.queries
	p.queries = map[string][]any{}
	seen := 0
	for query, args := range asked {
		if !strings.Contains(query, "license_wishes") || strings.Contains(query, "FROM assets a JOIN locations l") { // locations are few
			continue
		}
		rows, err := db.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatalf("%s\n%s", err, query)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			byTask := strings.Contains(step, "license_wishes_task") && !strings.Contains(step, "user_id=?")
			if strings.HasPrefix(step, "SCAN w") || strings.HasPrefix(step, "SCAN license_wishes") || strings.Contains(step, "TEMP B-TREE FOR ORDER") || byTask {
				t.Errorf("%s\n%.900s", step, query)
			}
		}
		rows.Close()
		seen++
	}
	if seen < 5 {
		t.Errorf("only %d statements were seen", seen)
	}
}
