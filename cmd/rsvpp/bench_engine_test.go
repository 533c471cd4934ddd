package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/rsvpp/rsvpp/internal/invite"
	"github.com/rsvpp/rsvpp/internal/program"
	"github.com/rsvpp/rsvpp/internal/store/storetest"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// benchEngine is one of the two databases.
type benchEngine struct {
	name   string
	t      *testing.T // of the whole engine: what is made lasts as long
	folder string

	million string // the database after the million was read; list and start look into it
	data    string // and its folder, with the key
}

// empty names a new database.
func (e *benchEngine) empty() string {
	if e.name == "SQLite" {
		return filepath.Join(e.folder, uuid.NewString()+".db")
	}
	return storetest.Postgres(e.t)
}

// copyOf copies a database that nobody has open.
func (e *benchEngine) copyOf(t *testing.T, from string) string {
	t.Helper()
	if e.name == "SQLite" {
		to := e.empty()
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	u, err := url.Parse(from)
	if err != nil {
		t.Fatal(err)
	}
	name := u.Path[1:]
	copied := name + "_copy"
	admin := func(ctx context.Context, statement string) {
		c, err := pgx.Connect(ctx, os.Getenv(storetest.PostgresVariable))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close(ctx) }()
		if _, err := c.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	admin(t.Context(), "CREATE DATABASE "+copied+" TEMPLATE "+name)
	e.t.Cleanup(func() { admin(context.Background(), "DROP DATABASE "+copied+" WITH (FORCE)") })
	u.Path = "/" + copied
	return u.String()
}

// benchSettings are those of production.
func benchSettings(database, apple, data string) map[string]string {
	c := program.Apple
	return map[string]string{
		"database": database, "apple-url": apple, "data-dir": data, "first-look": c.FirstLook.String(), "look-every": c.LookEvery.String(),
		"resend-after": c.ResendAfter.String(), "settle": c.Settle.String(), "take-over-after": "1m15s", "sweep-every": "15s", "mail-retry": "1m",
	}
}

// benchServer is a whole server that works as in production.
func benchServer(t *testing.T, database, apple, data string) *testServer {
	t.Helper()
	return startServer(t, benchSettings(database, apple, data))
}

// seeded makes a database with n people, closed again.
func (e *benchEngine) seeded(t *testing.T, n int, known bool) (database, data string) {
	t.Helper()
	database, data = e.empty(), filepath.Join(e.folder, uuid.NewString())
	flags := benchSettings(database, "", data)
	flags["public-url"] = "http://127.0.0.1:1"
	settings, err := resolve(settingTable(), flags, func(string) (string, bool) { return "", false }, nil, os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	// It does not run: filling the tables keeps everybody else waiting.
	v, err := openServer(t.Context(), settings, serverOptions{logger: slog.New(slog.DiscardHandler), noWorkers: true})
	if err != nil {
		t.Fatal(err)
	}
	seedPeople(t, v.db, n, known)
	if err := v.db.Close(); err != nil {
		t.Fatal(err)
	}
	debug.FreeOSMemory()
	return database, data
}

// until waits for something and says how long it took.
func until(t *testing.T, most time.Duration, began time.Time, so func() bool) time.Duration {
	t.Helper()
	for !so() {
		if time.Since(began) > most {
			t.Fatalf("not done after %s", most)
		}
		_ = sleep(t.Context(), 25*time.Millisecond)
	}
	return time.Since(began)
}

// addSchool adds the pretend Apple's location and waits until it was read.
func (v *testServer) addSchool(t *testing.T, w *benchWorld) time.Duration {
	t.Helper()
	began := time.Now()
	l, err := v.locations.Add(t.Context(), vpp.Server, []byte(w.Token), true)
	if err != nil {
		t.Fatal(err)
	}
	return until(t, 30*time.Minute, began, func() bool {
		l, err = v.db.Location(t.Context(), l.ID)
		if err != nil || l.ReadProblem != "" {
			t.Fatal(err, l.ReadProblem)
		}
		return !l.FullReadAt.IsZero()
	})
}

func (v *testServer) useSink(t *testing.T, w *benchWorld) {
	t.Helper()
	err := v.invite.SaveMailSettings(t.Context(), vpp.Server, invite.MailSettings{
		Mode: "relay", Host: w.MailHost, Port: w.MailPort, Security: "none",
		FromName: "North School", FromAddress: "it@north.example", MaxConnections: benchConnections,
	})
	if err != nil {
		t.Fatal(err)
	}
}

const benchConnections = 8 // as the settings have it

// watchResident samples this process's memory until stop, which returns the peak.
func watchResident() (stop func() int) {
	debug.FreeOSMemory()
	end, peak := make(chan struct{}), 0
	var sampler sync.WaitGroup
	sampler.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			peak = max(peak, residentMiB("self"))
			select {
			case <-end:
				tick.Stop()
				return
			case <-tick.C:
			}
		}
	})
	return func() int {
		close(end)
		sampler.Wait()
		return peak
	}
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s" }

func million(n int) string {
	var b bytes.Buffer
	for i, r := range strconv.Itoa(n) {
		if i > 0 && (len(strconv.Itoa(n))-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}
