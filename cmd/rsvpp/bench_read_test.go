package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/store"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// The first read of everybody at Apple: each of the rows changes, and every
// second person turns out to be registered.
func benchRead(t *testing.T, e *benchEngine, r *benchReport) {
	small, _, _, _ := e.measureRead(t, r.people(100_000))
	peak, ours, reading, writing := e.measureRead(t, r.people(1_000_000))
	floor, of := reading, "reading"
	if writing > floor {
		floor, of = writing, "writing"
	}
	ratio := ours.Seconds() / floor.Seconds()
	r.add(benchRow{
		engine: e.name, what: fmt.Sprintf("read %s users from Apple into the store, all of them changed", million(r.people(1_000_000))),
		floorOf: "Reading from Apple: the larger of fetching and decoding the pages alone, and running the same UPDATE statements alone on a copy of the database.",
		floor:   fmt.Sprintf("%s (%s; reading %s, writing %s)", seconds(floor), of, seconds(reading), seconds(writing)),
		ours:    seconds(ours), ratio: ratio, aim: "≤ 1.5 ×", met: ratio <= 1.5,
	})
	r.add(benchRow{
		engine: e.name, what: "the same, peak memory of the process", floor: fmt.Sprintf("%d MiB at %s", small, million(r.people(100_000))),
		ours: fmt.Sprintf("%d MiB", peak), ratio: float64(peak) / float64(max(1, small)), aim: "≤ 250 MiB, and the same at a tenth", met: peak <= 250 && peak <= small*5/4,
	})
}

func (e *benchEngine) measureRead(t *testing.T, n int) (peak int, ours, reading, writing time.Duration) {
	database, data := e.seeded(t, n, true)
	w := openWorld(t, worldOptions{People: n, Unlimited: true})
	t.Run("floor", func(t *testing.T) {
		reading = walkAlone(t, w, n)
		db := storetest.Open(t, e.copyOf(t, database), time.Now)
		writing = updateAlone(t, db, n)
	})
	t.Run("ours", func(t *testing.T) {
		var result readResult
		_, out := startChild(t, "TestBenchReader", readerVariable, readerOptions{database, data, *w})
		hear(t, out, &result)
		ours, peak = result.Took, result.Peak
	})
	t.Run("check", func(t *testing.T) {
		v := benchServer(t, database, w.Apple, data)
		v.count(t, vpp.Registered, (n+1)/2)
		storetest.Exec(t, v.db, "UPDATE program_users SET handed_over_at = 5 WHERE apple_status = 'Registered' AND seq % 100 < 2")
		analyze(t, v.db)
	})
	if t.Failed() {
		t.FailNow() // nothing was measured
	}
	e.million, e.data = database, data
	return peak, ours, reading, writing
}

const readerVariable = "RSVPP_BENCH_READER"

type readerOptions struct {
	Database, Data string
	World          benchWorld
}

type readResult struct {
	Took time.Duration
	Peak int // MiB
}

// TestBenchReader is not a test: it is the server that reads, in a process of
// its own so that nothing else counts as its memory.
func TestBenchReader(t *testing.T) {
	options := os.Getenv(readerVariable)
	if options == "" {
		t.Skip("a part of TestBench")
	}
	var o readerOptions
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		t.Fatal(err)
	}
	v := benchServer(t, o.Database, o.World.Apple, o.Data)
	stop := watchResident()
	took := v.addSchool(t, &o.World)
	tell(readResult{took, stop()})
}

func walkAlone(t *testing.T, w *benchWorld, n int) time.Duration {
	began := time.Now()
	token, err := appsandbooks.ParseContentToken([]byte(w.Token))
	if err != nil {
		t.Fatal(err)
	}
	c, err := appsandbooks.New(appsandbooks.Config{BaseURL: w.Apple, Token: token.Bearer})
	if err != nil {
		t.Fatal(err)
	}
	read, err := c.WalkUsers(t.Context(), appsandbooks.UsersQuery{ActiveOnly: true}, func(*appsandbooks.UsersPage) error { return nil })
	if err != nil || read.Records != n {
		t.Fatal(read, err)
	}
	return time.Since(began)
}

// updateAlone writes what a read of everybody writes, page by page, from
// values that are there already.
func updateAlone(t *testing.T, db *store.DB, n int) time.Duration {
	const rows, page = 200, 1000
	statement := updateFacts(rows, db.Postgres() != nil)
	code, hash, now := strings.Repeat("c", 87), strings.Repeat("h", 28), time.Now().UnixMilli()
	args := func(from int) []any {
		list := make([]any, 0, 13*rows)
		for i := range rows {
			k := min(from+i, n-1)
			id, registered := fmt.Sprintf("019b0000-0000-7000-8000-%012x", k), any("Registered")
			if k%2 == 0 {
				list = append(list, id, "Associated", benchEmail(k), hash, "", "", now, now, 0, now, "", false, 0)
			} else {
				list = append(list, id, registered, benchEmail(k), "", code, "mark12345678", now, 0, 0, now, "", false, 0)
			}
		}
		return list
	}
	began := time.Now()
	for from := 0; from < n; from += page {
		inBenchTx(t, db, func(exec func(string, ...any)) {
			for some := 0; some < page; some += rows {
				exec(statement, args(from+some)...)
			}
		})
	}
	return time.Since(began)
}

func inBenchTx(t *testing.T, db *store.DB, fn func(exec func(string, ...any))) {
	t.Helper()
	if pool := db.Postgres(); pool != nil {
		tx, err := pool.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fn(func(statement string, args ...any) {
			if _, err := tx.Exec(t.Context(), statement, args...); err != nil {
				t.Fatal(err)
			}
		})
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		return
	}
	var tx *sql.Tx
	tx, err := db.SQLite().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	fn(func(statement string, args ...any) {
		if _, err := tx.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	// An act of the store's, of nothing: the log is copied beside as it is for the server.
	if _, err := db.Exec(t.Context(), "DELETE FROM locations WHERE FALSE"); err != nil {
		t.Fatal(err)
	}
}

// updateFacts is the statement of store.WriteFacts.
func updateFacts(rows int, postgres bool) string {
	var b strings.Builder
	casts := []string{"TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "BOOLEAN", "BIGINT"}
	for i := range rows {
		for j, cast := range casts {
			mark := "?"
			if postgres {
				mark = fmt.Sprintf("$%d", i*len(casts)+j+1)
			}
			if i == 0 {
				mark = "CAST(" + mark + " AS " + cast + ")"
			}
			b.WriteString(map[bool]string{true: "(", false: ","}[j == 0] + mark)
		}
		b.WriteString(map[bool]string{true: ")", false: "),"}[i == rows-1])
	}
	filed := ""
	if !postgres {
		filed = `, filed = CASE WHEN v.status = 'Associated' THEN 'registered' WHEN v.status = 'Registered' AND handed_over_at > 0 THEN 'invited'
			WHEN v.status IN ('Retired', 'Deleted') THEN 'removed' ELSE 'not_invited' END`
	}
	return `WITH v (id, status, email, hash, code, mark, created, associated, retired, read, confirms, differs, edited) AS (SELECT * FROM (VALUES ` + b.String() + `) x LIMIT ` + strconv.Itoa(rows) + `)
		UPDATE program_users SET apple_status = v.status, apple_email = v.email, account_hash = v.hash, code_sealed = v.code, code_mark = v.mark,
			created_at = v.created, associated_at = v.associated, retired_at = v.retired, read_at = v.read,
			apple_error = CASE WHEN v.confirms <> '' AND pending = v.confirms OR v.status = 'Associated' THEN 0 ELSE apple_error END,
			differs = CASE WHEN v.status NOT IN ('Registered', 'Associated') THEN FALSE WHEN edited_at = v.edited THEN v.differs ELSE TRUE END,
			batch_id = CASE WHEN v.confirms <> '' AND pending = v.confirms THEN '' ELSE batch_id END,
			pending_since = CASE WHEN v.confirms = '' OR pending <> v.confirms THEN pending_since WHEN v.confirms <> 'retire' AND edited_at > pending_since THEN edited_at ELSE 0 END,
			pending = CASE WHEN v.confirms = '' OR pending <> v.confirms THEN pending WHEN v.confirms <> 'retire' AND edited_at > pending_since THEN 'update' ELSE '' END` + filed + `
		FROM v WHERE program_users.id = v.id`
}
