package store_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// F-40: every filter finds the states that vpp derives, newest first and page
// by page, and none goes through what was answered before.
func TestCommandsAgree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := inviteHouse(t, url, time.Now)
		inviteExec(t, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
			VALUES ('u', '', '', '', 'Ann', 'Li', 'Ann Li', '', '', '', '', '', '', 'csv', 'ann', 1, 1)`)
		inviteExec(t, db, "INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at) VALUES ('p', 'u', 'l', 'a', $1, 1)", true)
		inviteExec(t, db, `INSERT INTO invitations (id, program_user_id, user_id, generation, location_id, created_at, expires_at, invited_by) VALUES ('i', 'p', 'u', 1, 'l', 1, 0, 'anna')`)
		inviteExec(t, db, "INSERT INTO devices (id, mdm, mdm_key, name) VALUES ('d', 'builtin', 'K', 'Ann’s iPad')")
		want, all := map[vpp.CommandState]int{}, 0
		for _, outcome := range []vpp.DeliveryOutcome{"queued", "deferred", "underway", "accepted", "refused", "withdrawn"} {
			for _, carried := range []vpp.CommandState{"", "queued", "pushed", "not_now", "unknown", "acknowledged", "failed", "canceled"} {
				all++
				want[vpp.DeriveCommandState(outcome, carried)]++
				inviteExec(t, db, `INSERT INTO deliveries (id, invitation_id, program_user_id, address, ready_at, task_id, channel, queued_at, mdm, device_id, outcome, command_state)
					VALUES ($1, 'i', 'p', 'K', 1, 't', 'device', 1, 'builtin', 'd', $2, $3)`, fmt.Sprintf("c%03d", all), outcome, carried)
			}
		}
		inviteExec(t, db, `INSERT INTO deliveries (id, invitation_id, program_user_id, address, ready_at, task_id, channel, queued_at) VALUES ('m', 'i', 'p', 'a@b', 1, 't', 'mail', 1)`)
		plans := listenForPlans(db)
		read := func(f vpp.CommandFilter) (list []vpp.DeviceCommand) {
			t.Helper()
			for page := (vpp.Page{Limit: 3}); ; {
				some, err := db.Commands(t.Context(), f, page)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, some.Items...)
				if page.After = some.Next; page.After == "" {
					return list
				}
			}
		}
		for _, state := range vpp.CommandStates {
			list := read(vpp.CommandFilter{State: state})
			for n, c := range list {
				if c.State() != state || c.FullName != "Ann Li" || c.DeviceName != "Ann’s iPad" || n > 0 && c.ID >= list[n-1].ID {
					t.Errorf("%s: %+v", state, c)
				}
			}
			if len(list) != want[state] {
				t.Errorf("%d are %s, want %d", len(list), state, want[state])
			}
		}
		open := 0
		for state, n := range want {
			if state.Open() {
				open += n
			}
		}
		if n := len(read(vpp.CommandFilter{})); n != all {
			t.Errorf("%d in all, want %d", n, all)
		}
		if n := len(read(vpp.CommandFilter{Open: true})); n != open {
			t.Errorf("%d are open, want %d", n, open)
		}
		for query, args := range maps.Clone(plans.queries) { // explaining is heard, too
			plan := explained(t, db, query, args)
			if !strings.Contains(plan, "deliveries_commands") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort") {
				t.Errorf("%s\n%s", query, plan)
			}
		}
	})
}

// explained is how the database carries a statement out when there is much.
func explained(t *testing.T, db *store.DB, query string, args []any) (plan string) {
	t.Helper()
	if db.Postgres() == nil {
		rows, err := db.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			plan += step + "\n"
		}
		return plan
	}
	conn, err := db.Postgres().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(t.Context(), "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off"); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = conn.Exec(t.Context(), "RESET ALL") }()
	rows, err := conn.Query(t.Context(), "EXPLAIN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var step string
		if err := rows.Scan(&step); err != nil {
			t.Fatal(err)
		}
		plan += step + "\n"
	}
	return plan
}
