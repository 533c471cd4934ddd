package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ListPeople reads one page of the people of a location. Every filter and
// order seeks in an index, whatever the number of people; results of a search
// come in the order in which the people came.
func (db *DB) ListPeople(ctx context.Context, f vpp.Filter, sort vpp.Sort, page vpp.Page) (vpp.List[vpp.Person], error) {
	var list vpp.List[vpp.Person]
	q, err := db.peopleQuery(ctx, db, f, sort)
	if err != nil {
		return list, err
	}
	return db.readPage(ctx, q, page.Clamp())
}

// readPage reads one page of a query of people, as a list shows them.
func (db *DB) readPage(ctx context.Context, q peopleQuery, page vpp.Page) (list vpp.List[vpp.Person], err error) {
	cursor, back := turnOf(page)
	text, args, err := q.page(cursor, back, page.Limit+1)
	if err != nil {
		return list, err
	}
	rows, err := all(ctx, db, q.scan, text, args...)
	if err != nil {
		return list, err
	}
	found := pageOf(rows, page, personAt.cursor)
	list.Next, list.Prev = found.Next, found.Prev
	list.Items = slices.Grow(list.Items, len(found.Items))
	for _, r := range found.Items {
		list.Items = append(list.Items, r.Person)
	}
	if len(rows) == 0 || !rows[0].held {
		return list, nil
	}
	places := make([]*vpp.ProgramUser, len(list.Items))
	for i := range list.Items {
		places[i] = &list.Items[i].Program
	}
	return list, db.markRemoving(ctx, places)
}

// personAt is a person with the mark of the order and the place in it.
type personAt struct {
	vpp.Person
	key  []any
	held bool // a removal waits that can still be undone, of whomever
}

func (p personAt) cursor() string {
	text, _ := json.Marshal(p.key) // strings and numbers
	return base64.RawURLEncoding.EncodeToString(text)
}

// peopleQuery is a list query without its page.
type peopleQuery struct {
	from, where string
	args        []any
	order       []string // columns, all in one direction
	desc        bool
	textual     []bool // which of the order's columns are text
	first       string // what people are looked up by, in their order, before all else; "" leaves it to the planner
	filed       string // the status under which they are filed, by which SQLite looks them up; "" if by something else
}

// peopleQuery writes the query of a filter. CROSS JOIN keeps SQLite to the
// order of the tables; PostgreSQL's planner decides by itself.
func (db *DB) peopleQuery(ctx context.Context, r querier, f vpp.Filter, sort vpp.Sort) (peopleQuery, error) {
	location, err := db.locationOr(ctx, r, f.Location)
	if err != nil {
		return peopleQuery{}, err
	}
	q := peopleQuery{from: "program_users p CROSS JOIN users u", where: "p.location_id = $1 AND u.id = p.user_id", args: []any{location}}
	arg := func(v any) string {
		q.args = append(q.args, v)
		return "$" + strconv.Itoa(len(q.args))
	}
	q.order, q.textual, q.desc = orderOf(sort, f)
	filed := "p.vpp_status"
	if f.Status != "" {
		filed = arg(string(f.Status))
		q.where += " AND p.vpp_status = " + filed
	}
	byName := f.Status != "" && q.order[0] == "p.sort_key" || q.order[0] == "p.vpp_status"
	if byName && f.Group == "" && f.Search == "" && db.dialect() == sqliteDialect {
		q.filed = filed
	}
	switch f.Attention {
	case vpp.AttentionWaiting:
		q.where += " AND p.pending <> ''"
	case vpp.AttentionDiffers:
		q.where += " AND p.differs"
	case vpp.AttentionMail:
		q.where += " AND p.mail_problem <> ''"
	case vpp.AttentionRefused:
		q.where += " AND p.apple_error <> 0"
	case vpp.AttentionNoAddress:
		q.where += " AND p.no_address"
	case vpp.AttentionPaused:
		q.where += " AND p.paused"
	case vpp.AttentionStuck:
		q.where += " AND p.vpp_status = 'invited' AND p.since < " + arg(db.stuckBefore())
	}
	if f.Group != "" {
		q.from = "user_groups g CROSS JOIN " + q.from
		q.where += " AND p.user_id = g.user_id AND g.name = " + arg(f.Group)
	}
	needle := vpp.User{FullName: strings.TrimSpace(f.Search)}.SearchText()
	needle = strings.TrimSpace(needle)
	switch {
	case needle == "":
	case len([]rune(needle)) < 3: // too short for trigrams: the beginning of the sort key
		q.where += " AND p.sort_key >= " + arg(needle) + " AND p.sort_key < " + arg(needle+"\U0010FFFF")
	default:
		q.order, q.textual, q.desc = []string{"u.seq"}, []bool{false}, false
		text := "u.search_text"
		if db.dialect() == postgresDialect {
			rare, err := db.rareTrigrams(ctx, needle)
			if err != nil {
				return q, err
			}
			for _, g := range rare {
				q.first += "u.search_text LIKE " + arg("%"+g+"%") + " AND "
				text = "(u.search_text || '')" // the index is not asked for the whole needle as well
			}
		}
		matches := text + " LIKE " + arg("%"+likeEscape.Replace(needle)+"%") + ` ESCAPE '\'`
		q.where += " AND " + q.first + matches
		if q.first != "" {
			q.first += matches
		}
		if db.dialect() == sqliteDialect {
			q.from = "users_search s CROSS JOIN users u CROSS JOIN program_users p"
			if f.Group != "" {
				q.from += " CROSS JOIN user_groups g"
			}
			grams, err := db.trigramQuery(ctx, needle)
			if err != nil {
				return q, err
			}
			q.where += " AND u.seq = s.rowid AND users_search MATCH " + arg(grams)
			q.order[0] = "s.rowid"
		}
	}
	return q, nil
}

// stuckBefore is when an invitation must have been handed over to be stuck now.
func (db *DB) stuckBefore() int64 { return ms(db.now().Add(-vpp.StuckAfter)) }

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func orderOf(sort vpp.Sort, f vpp.Filter) (columns []string, textual []bool, desc bool) {
	name, desc := strings.CutPrefix(string(sort), "-")
	switch {
	case vpp.Sort(name) == vpp.SortSince, f.Attention == vpp.AttentionStuck:
		return []string{"p.since", "p.seq"}, []bool{false, false}, desc
	case vpp.Sort(name) == vpp.SortStatus && f.Status == "":
		return []string{"p.vpp_status", "p.sort_key", "p.seq"}, []bool{true, true, false}, desc
	}
	return []string{"p.sort_key", "p.seq"}, []bool{true, false}, desc
}

// page completes the query with a cursor and a limit.
func (q peopleQuery) page(cursor string, back bool, limit int) (string, []any, error) {
	args := slices.Clone(q.args)
	direction, after := "", " > "
	if q.desc != back {
		direction, after = " DESC", " < "
	}
	if cursor == "" {
		after = ""
	} else {
		key, err := q.decode(cursor)
		if err != nil {
			return "", nil, err
		}
		after += "(" + marks(len(args)+1, len(key)) + ")"
		args = append(args, key...)
	}
	order := make([]string, len(q.order))
	for i := range order {
		order[i] = "o" + strconv.Itoa(i) + direction
	}
	text := q.rows(q.order, "", after, direction)
	if q.filed != "" { // and those who wait to be filed under another status, merged into them
		columns := slices.Clone(q.order)
		if columns[0] == "p.vpp_status" {
			columns[0] = "p.filed"
		}
		text = q.rows(columns, " AND p.filed = "+q.filed, after, direction) +
			" UNION ALL " + q.rows(q.order, " AND p.filed <> p.vpp_status", after, direction)
	}
	// The limit is written out: PostgreSQL plans a statement whose limit it does
	// not know anew each time, which takes it a third as long as the page.
	return text + " ORDER BY " + strings.Join(order, ", ") + " LIMIT " + strconv.Itoa(limit), args, nil
}

// rows is the query after a place in the order, "" for the beginning, still
// without order and limit. Its last columns, o0 and on, are those of the order.
func (q peopleQuery) rows(order []string, more, after, direction string) string {
	from, where, first := q.from, q.where+more, q.first
	if after != "" {
		after = " AND (" + strings.Join(order, ", ") + ")" + after
		where, first = where+after, first+after
	}
	if q.first != "" { // the rest is read of those on the page alone
		from = "(SELECT u.seq FROM users u WHERE " + first + " ORDER BY u.seq" + direction + ") f CROSS JOIN " + from
		where += " AND f.seq = u.seq"
	}
	named := make([]string, len(order))
	for i, column := range order {
		named[i] = column + " AS o" + strconv.Itoa(i)
	}
	return "SELECT " + personColumns + ", EXISTS (SELECT 1 FROM tasks WHERE " + heldRemovals + "), " + strings.Join(named, ", ") + " FROM " + from + " WHERE " + where
}

func (q peopleQuery) scan(s scanner) (p personAt, err error) {
	var groups string
	fields := append(append(userFields(&p.User, &groups), placeFields(&p.Program)...), &p.held)
	texts, numbers := make([]string, len(q.order)), make([]int64, len(q.order))
	for i, textual := range q.textual {
		if textual {
			fields = append(fields, &texts[i])
		} else {
			fields = append(fields, &numbers[i])
		}
	}
	err = s.Scan(fields...)
	p.Groups = splitGroups(groups)
	p.key = append(p.key, q.mark())
	for i, textual := range q.textual {
		if textual {
			p.key = append(p.key, texts[i])
		} else {
			p.key = append(p.key, numbers[i])
		}
	}
	return
}

// mark tells one order from another: a cursor belongs to the order it came from.
func (q peopleQuery) mark() string {
	mark := strings.Join(q.order, " ")
	if q.desc {
		return "-" + mark
	}
	return mark
}

// decode reads a cursor; one of another order is refused.
func (q peopleQuery) decode(cursor string) ([]any, error) {
	wrong := vpp.Errorf(vpp.Invalid, "This page does not belong to the list any more: begin at its first page.")
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, wrong
	}
	var parts []json.RawMessage
	var mark string
	if json.Unmarshal(text, &parts) != nil || len(parts) != len(q.order)+1 || json.Unmarshal(parts[0], &mark) != nil || mark != q.mark() {
		return nil, wrong
	}
	parts = parts[1:]
	key := make([]any, len(parts))
	for i, textual := range q.textual {
		var s string
		var n int64
		if textual {
			err = json.Unmarshal(parts[i], &s)
			key[i] = s
		} else {
			err = json.Unmarshal(parts[i], &n)
			key[i] = n
		}
		if err != nil {
			return nil, wrong
		}
	}
	return key, nil
}

// locationOr resolves "" to the default location.
func (db *DB) locationOr(ctx context.Context, r querier, id vpp.LocationID) (vpp.LocationID, error) {
	query, args := "SELECT id FROM locations WHERE is_default", []any(nil)
	if id != "" {
		query, args = "SELECT id FROM locations WHERE id = $1", []any{id}
	}
	found, err := one(ctx, r, scanString, query, args...)
	return vpp.LocationID(found), missing(err, "There is no such location.")
}
