package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

//go:embed migrations/*.sql
var migrations embed.FS

// dialect names one of the two databases.
type dialect string

const (
	sqliteDialect   dialect = "sqlite"
	postgresDialect dialect = "postgres"
)

// migrate brings the schema up to this program's. Several nodes may start at
// once: on PostgreSQL they take turns by a session lock.
func migrate(ctx context.Context, db *sql.DB, d dialect) error {
	steps, err := goMigrations(d)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true)}
	name := database.DialectSQLite3
	if d == postgresDialect {
		name = database.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(name, db, nil, options...)
	if err != nil {
		return err
	}
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return vpp.Wrap(vpp.Unavailable, err, "The database's version cannot be read.")
	}
	if newest := steps[len(steps)-1].Version; current > newest {
		return vpp.Errorf(vpp.Conflict, "The database is of a newer rsvpp (schema %d, this program knows %d): update the program.", current, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return vpp.Wrap(vpp.Internal, err, "The database cannot be brought up to date.")
	}
	return nil
}

// goMigrations reads the numbered files, each for the dialect asked.
func goMigrations(d dialect) ([]*goose.Migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []*goose.Migration
	last := 0
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		n, err := strconv.Atoi(number)
		if err != nil || n <= last {
			return nil, errors.New("store: migration " + name + " is out of order")
		}
		last = n
		query := forDialect(string(text), d)
		run := func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, query)
			return err
		}
		steps = append(steps, goose.NewGoMigration(int64(n), &goose.GoFunc{RunTx: run}, nil))
	}
	return steps, nil
}

// forDialect drops the stretches that are for the other database.
func forDialect(text string, d dialect) string {
	var out []string
	keep := true
	for line := range strings.SplitSeq(text, "\n") {
		switch line {
		case "--sqlite", "--postgres":
			keep = line == "--"+string(d)
		case "--end":
			keep = true
		default:
			if keep {
				out = append(out, line)
			}
		}
	}
	return strings.Join(out, "\n")
}
