package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/internal/store"
)

const benchTurns = 300

// benchList asks for pages of the million, over HTTP and by bare SQL in turn.
func benchList(t *testing.T, e *benchEngine, r *benchReport) {
	if e.million == "" {
		t.Skip("needs the database of the read")
	}
	v := benchServer(t, e.million, "http://127.0.0.1:1/mdm/v2", e.data)
	key, err := v.bootstrap(t.Context(), "bench", "a long enough password 1")
	if err != nil {
		t.Fatal(err)
	}
	bare := openBare(t, e, v.db)
	for _, c := range listCases(r.people(1_000_000)) {
		floors, ours := make([]time.Duration, 0, benchTurns), make([]time.Duration, 0, benchTurns)
		for i := range benchTurns + 10 {
			turn := i % max(1, len(c.turns))
			where, order, args := c.sql(turn, v.db.Postgres() != nil)
			began := time.Now()
			wanted := bare(where, order, args...)
			floor := time.Since(began)
			began = time.Now()
			page := askPage(t, v.url+"/api/v1/users?"+c.query(turn).Encode(), key)
			our := time.Since(began)
			if i < 10 {
				if got := idsIn(t, page); !slices.Equal(got, wanted) || len(got) == 0 && c.turns == nil {
					t.Fatalf("%s, turn %d: the API shows other people than SQL: %s", c.what, turn, page)
				}
				continue
			}
			floors, ours = append(floors, floor), append(ours, our)
		}
		floor, our := p95(floors), p95(ours)
		ratio := our.Seconds() / floor.Seconds()
		r.add(benchRow{
			engine: e.name, what: fmt.Sprintf("%s, 100 of %s users, through HTTP, p95 of %d", c.what, million(r.people(1_000_000)), benchTurns),
			floorOf: "A page of people: the bare SQL query, asked of the database by itself, its rows read into memory.",
			floor:   millis(floor), ours: millis(our), ratio: ratio, aim: "≤ 3 × and ≤ 10 ms", met: ratio <= 3 && our <= 10*time.Millisecond,
		})
	}
}

func p95(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)*95/100]
}

func millis(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 2, 64) + " ms"
}

// listCase is one kind of page, asked for in several ways by turns.
type listCase struct {
	what  string
	turns []string
	query func(turn int) url.Values
	sql   func(turn int, postgres bool) (where, order string, args []any)
}

func listCases(n int) []listCase {
	plain := func(where, order string) func(int, bool) (string, string, []any) {
		return func(int, bool) (string, string, []any) { return where, order, nil }
	}
	ofStatus := func(status string) func(int, bool) (string, string, []any) {
		return func(_ int, postgres bool) (string, string, []any) {
			column := map[bool]string{true: "vpp_status", false: "filed"}[postgres]
			return " AND p." + column + " = '" + status + "'", "p.sort_key, p.seq", nil
		}
	}
	always := func(pairs ...string) func(int) url.Values {
		return func(int) url.Values {
			q := url.Values{}
			for i := 0; i < len(pairs); i += 2 {
				q.Set(pairs[i], pairs[i+1])
			}
			return q
		}
	}
	words := []string{"example.org", "ann", "mar", "berg", "winter", "hanna"}                                                                                                // of many
	words = append(words, fmt.Sprintf("user%07d", n/3), fmt.Sprintf("ext%07d", n/9), fmt.Sprintf("%07d@", n/7), benchEmail(n-1), "@example.com", "mann anna", "nobody here") // of one, and of none
	for k := 1; k < n; k += n / 10 {
		first, last := benchName(k)
		words = append(words, strings.ToLower(first+" "+last), strings.ToLower(last))
	}
	return []listCase{
		{"list by name", nil, always("sort", "name"), plain("", "p.sort_key, p.seq")},
		{"list the latest changes", nil, always("sort", "-since"), plain("", "p.since DESC, p.seq DESC")},
		{"filter by status (half of all)", nil, always("status", "registered"), ofStatus("registered")},
		{"filter by status (one in a hundred)", nil, always("status", "invited"), ofStatus("invited")},
		{
			"search", words, func(i int) url.Values { return url.Values{"search": {words[i]}} },
			func(i int, postgres bool) (string, string, []any) {
				if postgres {
					return " AND u.search_text LIKE $1", "u.seq", []any{"%" + words[i] + "%"}
				}
				return " AND u.seq = s.rowid AND users_search MATCH $2 AND u.search_text LIKE $1", "s.rowid", []any{"%" + words[i] + "%", grams(words[i])}
			},
		},
	}
}

// grams asks FTS5 for a needle.
func grams(word string) string {
	var list []string
	for i := range len(word) - 2 {
		list = append(list, strconv.Quote(word[i:i+3]))
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " AND ")
}

const bareColumns = `u.id, u.external_id, u.user_name, u.first_name, u.last_name, u.full_name, u.email, u.managed_apple_id, u.groups, u.locale,
	u.notes, u.source, u.created_at, u.updated_at, p.id, p.client_user_id, p.generation, p.pending, p.pending_since, p.apple_status, p.apple_email,
	p.account_hash, p.created_at, p.associated_at, p.retired_at, p.read_at, p.apple_error, p.handed_over_at, p.mail_problem`

// openBare returns how the database is asked without us: rows are read into
// memory, and the ids come back.
func openBare(t *testing.T, e *benchEngine, db *store.DB) func(where, order string, args ...any) []string {
	t.Helper()
	const here = "p.location_id = (SELECT id FROM locations WHERE is_default) AND u.id = p.user_id"
	if pool := db.Postgres(); pool != nil {
		return func(where, order string, args ...any) []string {
			rows, err := pool.Query(t.Context(), "SELECT "+bareColumns+" FROM program_users p CROSS JOIN users u WHERE "+here+where+" ORDER BY "+order+" LIMIT 100", args...)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			return readBare(t, rows)
		}
	}
	own, err := sql.Open("sqlite", "file:"+(&url.URL{Path: e.million}).EscapedPath()+"?_pragma=query_only(1)&_pragma=cache_size(-8192)&_pragma=temp_store(MEMORY)")
	if err != nil {
		t.Fatal(err)
	}
	own.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = own.Close() })
	return func(where, order string, args ...any) []string {
		from := "program_users p CROSS JOIN users u"
		if strings.Contains(where, "MATCH") {
			from = "users_search s CROSS JOIN users u CROSS JOIN program_users p"
		}
		rows, err := own.QueryContext(t.Context(), "SELECT "+bareColumns+" FROM "+from+" WHERE "+here+where+" ORDER BY "+order+" LIMIT 100", args...)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		return readBare(t, rows)
	}
}

func readBare(t *testing.T, rows interface {
	Next() bool
	Scan(...any) error
	Err() error
},
) (ids []string) {
	t.Helper()
	var text [20]string
	var n [9]int64
	for rows.Next() {
		err := rows.Scan(&text[0], &text[1], &text[2], &text[3], &text[4], &text[5], &text[6], &text[7], &text[8], &text[9],
			&text[10], &text[11], &n[0], &n[1], &text[12], &text[13], &n[2], &text[14], &n[3], &text[15], &text[16],
			&text[17], &n[4], &n[5], &n[6], &n[7], &n[8], new(int64), &text[18])
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, text[0])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return ids
}

// askPage reads a page as an administrator's script would.
func askPage(t *testing.T, address, key string) (page []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err = io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s %v", address, answer.Status, page, err)
	}
	return page
}

func idsIn(t *testing.T, page []byte) (ids []string) {
	t.Helper()
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	if err := json.Unmarshal(page, &list); err != nil {
		t.Fatal(err)
	}
	for _, p := range list.Items {
		ids = append(ids, p.ID)
	}
	return ids
}
