package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// selectPeople reads the next stretch of a selection, by name: every filter
// has an index in that order, and work on people does not move them in it.
// Everybody comes in the order of the table. The
// cursor is "" at the beginning, and "" is returned at the end.
func (db *DB) selectPeople(ctx context.Context, r querier, s vpp.Selection, cursor string, limit int) ([]vpp.Person, string, error) {
	if s.All {
		return db.selectFiltered(ctx, r, s, cursor, limit)
	}
	from, _ := strconv.Atoi(cursor)
	ids := s.IDs[min(from, len(s.IDs)):min(from+limit, len(s.IDs))]
	if len(ids) == 0 {
		return nil, "", nil
	}
	location, err := db.locationOr(ctx, r, s.Filter.Location)
	if err != nil {
		return nil, "", err
	}
	people, err := all(ctx, r, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
		WHERE p.location_id = $1 AND p.user_id IN (`+marks(2, len(ids))+") ORDER BY p.seq",
		append([]any{location}, anys(ids)...)...)
	if from+limit >= len(s.IDs) {
		return people, "", err
	}
	return people, strconv.Itoa(from + limit), err
}

func (db *DB) selectFiltered(ctx context.Context, r querier, s vpp.Selection, cursor string, limit int) ([]vpp.Person, string, error) {
	q, err := db.peopleQuery(ctx, r, s.Filter, vpp.SortName)
	if err != nil {
		return nil, "", err
	}
	if s.Filter == (vpp.Filter{Location: s.Filter.Location}) {
		q.asTheyCame(db.dialect())
	}
	text, args, err := q.page(cursor, false, limit)
	if err != nil {
		return nil, "", err
	}
	rows, err := all(ctx, r, q.scan, text, args...)
	if err != nil {
		return nil, "", err
	}
	var people []vpp.Person
	for _, p := range rows {
		if !slices.Contains(s.IDs, p.ID) {
			people = append(people, p.Person)
		}
	}
	if len(rows) < limit {
		return people, "", nil
	}
	return people, rows[len(rows)-1].cursor(), nil
}

// asTheyCame orders a list of everybody by their numbers: rows that follow each
// other in the tables are written together then. The empty text keeps SQLite
// off the location's indexes, which are not in this order; PostgreSQL knows what
// share of the people a location has.
func (q *peopleQuery) asTheyCame(d dialect) {
	if d == sqliteDialect {
		q.where = strings.Replace(q.where, "p.location_id = ", "p.location_id || '' = ", 1)
	}
	q.order, q.textual, q.desc = []string{"p.seq"}, []bool{false}, false
}

// EachPerson calls fn with every person of a selection, stretch by stretch,
// without holding a transaction open.
func (db *DB) EachPerson(ctx context.Context, s vpp.Selection, fn func([]vpp.Person) error) error {
	for cursor := ""; ; {
		people, next, err := db.selectPeople(ctx, db, s, cursor, vpp.MaxPage)
		if err != nil {
			return err
		}
		if err := fn(people); err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}
