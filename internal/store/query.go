package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// scanner is the part of Rows that one row needs.
type scanner interface{ Scan(dest ...any) error }

// all reads every row.
func all[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, readable(rows.Err())
}

// readable turns PostgreSQL's word about NUL and broken UTF-8 into ours: it was
// somebody's input.
func readable(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "22021" {
		return vpp.Wrap(vpp.Invalid, err, "What was sent holds a character that cannot be kept (NUL, or broken UTF-8): take it out.")
	}
	return err
}

// one reads the first row; without one the error is vpp.NotFound.
func one[T any](ctx context.Context, q querier, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	list, err := all(ctx, q, scan, query, args...)
	if err == nil && len(list) == 0 {
		err = errNone
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return list[0], nil
}

var errNone = vpp.Errorf(vpp.NotFound, "There is no such thing here.")

// missing turns "no row" into a sentence about what was looked for.
func missing(err error, sentence string) error {
	if errors.Is(err, errNone) {
		return vpp.Errorf(vpp.NotFound, "%s", sentence)
	}
	return err
}

func scanInt(s scanner) (n int, err error)       { err = s.Scan(&n); return }
func scanString(s scanner) (v string, err error) { err = s.Scan(&v); return }

// ms is how times are stored; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is the inverse of ms.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// timeAt scans a stored time into t.
type timeAt struct{ t *time.Time }

func into(t *time.Time) timeAt { return timeAt{t} }

// Scan implements sql.Scanner.
func (d timeAt) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return errors.New("a stored time is not a number")
	}
	*d.t = at(n)
	return nil
}

// rowsOf writes n rows of placeholders, "(…),(…)", for a list of casts, one
// per column: PostgreSQL cannot tell the types of bare placeholders in VALUES.
func rowsOf(n int, casts ...string) string { return rowsFrom(1, n, casts...) }

// rowsFrom is rowsOf with placeholders from a number on.
func rowsFrom(arg, n int, casts ...string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for j, cast := range casts {
			if j > 0 {
				b.WriteByte(',')
			}
			if i == 0 && cast != "" {
				b.WriteString("CAST($" + strconv.Itoa(arg) + " AS " + cast + ")")
			} else {
				b.WriteString("$" + strconv.Itoa(arg))
			}
			arg++
		}
		b.WriteByte(')')
	}
	return b.String()
}

// steps cuts a list into pieces of the given length; what is left over into
// halves of it, and halves of those. So statements of many rows come in few
// lengths, and stay prepared.
func steps[T any](list []T, most int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for size := most; len(list) > 0; list = list[size:] {
			for size > len(list) {
				size /= 2
			}
			if !yield(list[:size:size]) {
				return
			}
		}
	}
}

// given writes a WITH's table of n rows of placeholders. The LIMIT says the
// same as the rows, but SQLite's planner believes only it: without, tables
// that have statistics are read whole, to look for a few given rows.
func given(n int, casts ...string) string { return givenFrom(1, n, casts...) }

// givenFrom is given with placeholders from a number on.
func givenFrom(arg, n int, casts ...string) string {
	return "SELECT * FROM (VALUES " + rowsFrom(arg, n, casts...) + ") x LIMIT " + strconv.Itoa(n)
}

// marks writes "$from,$from+1,…" for n placeholders.
func marks(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// anys turns a list into query arguments.
func anys[T any](list []T) []any {
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return args
}

// isDuplicate says whether err is a broken uniqueness, on either database.
func isDuplicate(err error) bool {
	if p, ok := errors.AsType[*pgconn.PgError](err); ok {
		return p.Code == "23505"
	}
	if s, ok := errors.AsType[*sqlite.Error](err); ok {
		return s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || s.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// sqlRows makes database/sql's rows fit Rows.
type sqlRows struct{ *sql.Rows }

func (r sqlRows) Close() { _ = r.Rows.Close() }
