package store_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// plans asks the database how it would carry out the statements that acts run,
// and complains of every one that goes through a whole table of people, or
// puts in order what an index has in order already.
type plans struct {
	db      *store.DB
	queries map[string][]any
}

func listenForPlans(db *store.DB) *plans {
	p := &plans{db: db, queries: map[string][]any{}}
	db.Listen(func(query string, args []any) { p.queries[query] = slices.Clone(args) })
	return p
}

// faults returns what is wrong, by statement; sorted says whether putting in
// order is a fault.
func (p *plans) faults(t *testing.T, sorted bool) map[string]string {
	t.Helper()
	wrong := map[string]string{}
	asked := p.queries
	p.queries = map[string][]any{} // explaining is heard, too
	for query, args := range asked {
		verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
		if !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, verb) {
			continue
		}
		explain := p.sqlite
		if p.db.Postgres() != nil {
			explain = p.postgres
		}
		if fault := explain(t, query, args, sorted); fault != "" {
			wrong[query] = fault
		}
	}
	p.queries = map[string][]any{}
	return wrong
}

func (p *plans) check(t *testing.T, what string, sorted bool) {
	t.Helper()
	for query, fault := range p.faults(t, sorted) {
		t.Errorf("%s: %s\n%.600s", what, fault, query)
	}
}

// The tables that grow with the people, by their names and those that
// statements give them.
var wholeTable = regexp.MustCompile(`^SCAN (p|u|d|i|g|o|users|program_users|user_groups|deliveries|invitations|task_items|m|webhook_messages)( |$)`)

func (p *plans) sqlite(t *testing.T, query string, args []any, sorted bool) string {
	t.Helper()
	rows, err := p.db.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s\n%s", err, query)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		if wholeTable.MatchString(step) || strings.Contains(step, "AUTOMATIC") || sorted && strings.Contains(step, "TEMP B-TREE") {
			return step
		}
	}
	return ""
}

// node is a part of a plan of PostgreSQL's.
type node struct {
	Type     string `json:"Node Type"`
	Relation string `json:"Relation Name"`
	Cond     string `json:"Index Cond"`
	Plans    []node
}

// postgres forbids what can be done without, so that what remains has no index.
func (p *plans) postgres(t *testing.T, query string, args []any, sorted bool) string {
	t.Helper()
	conn, err := p.db.Postgres().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	settings := "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; "
	if sorted {
		settings += "SET enable_sort = off; SET enable_incremental_sort = off; SET enable_bitmapscan = off"
	}
	if _, err := conn.Exec(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = conn.Exec(t.Context(), "RESET ALL") }()
	var text []byte
	if err := conn.QueryRow(t.Context(), "EXPLAIN (FORMAT JSON) "+query, args...).Scan(&text); err != nil {
		t.Fatalf("%s\n%s", err, query)
	}
	var plan []struct{ Plan node }
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatal(err)
	}
	return plan[0].Plan.fault(sorted)
}

func (n node) fault(sorted bool) string {
	big := slices.Contains([]string{"users", "program_users", "user_groups", "deliveries", "invitations", "task_items", "webhook_messages"}, n.Relation)
	switch {
	case big && (n.Type == "Seq Scan" || strings.HasPrefix(n.Type, "Index") && n.Cond == ""):
		return n.Type + " of all " + n.Relation
	case sorted && (n.Type == "Sort" || n.Type == "Incremental Sort"):
		return n.Type
	}
	for _, below := range n.Plans {
		if fault := below.fault(sorted); fault != "" {
			return fault
		}
	}
	return ""
}

// planHouse has people, so many that groups of letters are as large as they get.
func planHouse(t *testing.T, url string) (*store.DB, *plans) {
	t.Helper()
	now := time.UnixMilli(1_700_000_000_000).UTC()
	db := inviteHouse(t, url, func() time.Time { return now })
	inviteExec(t, db, `INSERT INTO users (id, external_id, user_name, user_name_key, first_name, last_name, full_name, email, email_key,
			managed_apple_id, groups, locale, notes, source, search_text, created_at, updated_at)
		WITH RECURSIVE c (i) AS (SELECT CAST(1000000 AS BIGINT) UNION ALL SELECT i + 1 FROM c WHERE i < 1003000)
		SELECT 'u' || i, '', '', '', 'Anna', 'Berg', 'Anna Berg ' || i, i || '@example.org', i || '@example.org', '', '3a', '', '', 'csv', 'anna berg ' || i, 1, 1 FROM c`)
	inviteExec(t, db, `INSERT INTO program_users (id, user_id, location_id, sort_key, no_address, row_at)
		SELECT 'p' || id, id, 'l', 'berg' || id, $1, 1 FROM users`, false)
	inviteExec(t, db, "INSERT INTO user_groups (name, user_id) SELECT '3a', id FROM users")
	if db.Postgres() != nil { // it does so by itself before long
		inviteExec(t, db, "VACUUM ANALYZE")
	}
	inviteExec(t, db, "UPDATE locations SET token_added_at = 1 WHERE id = 'l'")
	inviteExec(t, db, "INSERT INTO tenders (location_id) VALUES ('l') ON CONFLICT DO NOTHING")
	return db, listenForPlans(db)
}

// Every filter in every order seeks in an index and sorts nothing, at the
// first page and at the next.
func TestListPlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, p := planHouse(t, url)
		filters := []vpp.Filter{
			{}, {Status: vpp.NotInvited}, {Status: vpp.Invited}, {Status: vpp.Registered}, {Status: vpp.Removed},
			{Attention: vpp.AttentionWaiting}, {Attention: vpp.AttentionMail}, {Attention: vpp.AttentionRefused},
			{Attention: vpp.AttentionNoAddress}, {Attention: vpp.AttentionPaused}, {Attention: vpp.AttentionStuck},
		}
		for _, f := range filters {
			f.Location = "l"
			for _, s := range []vpp.Sort{vpp.SortName, vpp.SortNameRev, vpp.SortSince, vpp.SortSinceRv, vpp.SortStatus} {
				if f.Attention != "" && s != vpp.SortName && s != vpp.SortNameRev { // few people: they may be sorted
					continue
				}
				list, err := db.ListPeople(t.Context(), f, s, vpp.Page{Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				p.check(t, fmt.Sprintf("%+v by %s", f, s), true)
				if list.Next == "" {
					continue
				}
				if _, err := db.ListPeople(t.Context(), f, s, vpp.Page{Limit: 10, After: list.Next}); err != nil {
					t.Fatal(err)
				}
				p.check(t, fmt.Sprintf("%+v by %s, the next page", f, s), true)
			}
		}
		for _, f := range []vpp.Filter{{Search: "1000001@exa"}, {Search: "be"}, {Group: "3a"}, {Group: "3a", Search: "1000001@exa"}} {
			f.Location = "l"
			if _, err := db.ListPeople(t.Context(), f, vpp.SortName, vpp.Page{Limit: 10}); err != nil {
				t.Fatal(err)
			}
			p.check(t, fmt.Sprintf("%+v", f), false)
		}
		if _, err := db.CountPeople(t.Context(), "l"); err != nil {
			t.Fatal(err)
		}
		p.check(t, "counts", false)
	})
}

// F-13: the list of the paused has an index of its own, whatever else there is.
func TestPausedPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, p := planHouse(t, url)
		inviteExec(t, db, "DROP INDEX program_users_name")
		p.faults(t, true)
		if _, err := db.ListPeople(t.Context(), vpp.Filter{Location: "l", Attention: vpp.AttentionPaused}, vpp.SortName, vpp.Page{Limit: 10}); err != nil {
			t.Fatal(err)
		}
		p.check(t, "the paused", true)
	})
}

// The guard sees a missing index.
func TestPlansAreSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, p := planHouse(t, url)
		for _, index := range []string{"program_users_name", "program_users_status", "program_users_filed", "program_users_unfiled", "program_users_waiting", "program_users_mail", "program_users_refused", "program_users_no_address"} {
			inviteExec(t, db, "DROP INDEX IF EXISTS "+index)
		}
		p.faults(t, true)
		if _, err := db.ListPeople(t.Context(), vpp.Filter{Location: "l"}, vpp.SortName, vpp.Page{Limit: 10}); err != nil {
			t.Fatal(err)
		}
		if len(p.faults(t, true)) == 0 {
			t.Error("a list without its index passes")
		}
	})
}

// What is run for each of a hundred thousand people finds them by index.
func TestInvitePlans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, p := planHouse(t, url)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		task := vpp.Task{ID: vpp.TaskID(storetest.NewID()), Kind: vpp.TaskInvite, LocationID: "l", Title: "Invite", CreatedBy: "me", CreatedAt: time.UnixMilli(1)}
		selection := vpp.Selection{All: true, Filter: vpp.Filter{Location: "l", Status: vpp.NotInvited}}
		_, err := db.StartInvite(ctx, vpp.Server, task, selection, nil, "key")
		must(err)
		run, _, err := db.InviteRun(ctx, task.ID)
		must(err)
		for done := false; !done; must(err) {
			done, err = db.ExpandInvite(ctx, run, storetest.NewID, func(vpp.Person) vpp.InviteStep {
				return vpp.InviteStep{State: vpp.ItemQueued, Create: true, Invite: true, Mail: true}
			})
		}
		p.check(t, "expand", false)
		b, err := db.ClaimBatch(ctx, "l", vpp.BatchID(storetest.NewID()), 250)
		must(err)
		members, err := db.BatchMembers(ctx, b.ID)
		must(err)
		var names []vpp.ClientUserID
		var facts []vpp.Fact
		for _, m := range members {
			names = append(names, m.Program.ClientUserID)
			facts = append(facts, vpp.Fact{ID: m.Program.ID, AppleStatus: vpp.AppleRegistered, CreatedAt: time.UnixMilli(5), Confirms: vpp.WriteCreate})
		}
		_, err = db.PlacesByClient(ctx, "l", names)
		must(err)
		must(db.WriteFacts(ctx, facts))
		must(db.FinishBatches(ctx, b.ID))
		must(db.WakeLetters(ctx))
		must(db.WakeTenders(ctx))
		due, taken, err := db.ClaimLetters(ctx, "claim", time.UnixMilli(1_700_000_100_000), 200, true)
		must(err)
		if taken != 200 {
			t.Fatalf("%d letters claimed", taken)
		}
		var sent []vpp.SentLetter
		for _, d := range due {
			sent = append(sent, vpp.SentLetter{Due: d, Outcome: vpp.DeliveryAccepted, At: time.UnixMilli(9)})
		}
		must(db.ReleaseLetters(ctx, "claim", due[150:]))
		must(db.RecordLetters(ctx, "claim", sent[:150]))
		if db.SQLite() != nil && unfiled(t, db) > 0 {
			t.Error("who was handed a letter is not filed at once")
		}
		for _, state := range []vpp.ItemState{"", vpp.ItemQueued, vpp.ItemDone, vpp.ItemFailed} {
			_, err = db.TaskItems(ctx, task.ID, state, vpp.Page{Limit: 10})
			must(err)
		}
		p.check(t, "the run", false)
		for _, paused := range []bool{true, false} { // F-13
			n, err := db.PausePeople(ctx, vpp.Server, vpp.Selection{All: true, Filter: vpp.Filter{Location: "l", Group: "3a"}}, paused)
			must(err)
			due, taken, err := db.ClaimLetters(ctx, "another", time.UnixMilli(1_700_000_100_000), 50, true)
			must(err)
			if n != 3001 || taken != 50 || paused != (len(due) == 0) {
				t.Errorf("of %d people, paused %v, %d letters are claimed and %d go", n, paused, taken, len(due))
			}
			p.check(t, fmt.Sprint("paused ", paused), false)
		}
	})
}
