package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// caseColumns say in SQL what vpp.CaseOf says in Go.
func caseColumns() []string {
	return []string{
		"p.apple_status", "p.pending",
		"CASE WHEN p.handed_over_at > 0 THEN 1 ELSE 0 END",
		"CASE WHEN u.email = '' THEN 1 ELSE 0 END",
		"CASE WHEN u.managed_apple_id <> '' THEN 1 ELSE 0 END",
		"p.managed_error", "p.apple_error",
		"CASE WHEN p.apple_error <> 0 AND u.updated_at > p.apple_error_at THEN 1 ELSE 0 END",
		"CASE WHEN u.email <> '' AND u.email = u.bad_email THEN u.bad_email_why ELSE '' END",
		"u.device_reach",
		"CASE WHEN u.paused_at > 0 THEN 1 ELSE 0 END",
	}
}

func scanCase(s scanner) (c vpp.CaseCount, err error) {
	var handed, bare, managed, corrected, paused int
	err = s.Scan(&c.Case.AppleStatus, &c.Case.Pending, &handed, &bare, &managed, &c.Case.ManagedError, &c.Case.AppleError, &corrected, &c.Case.BadAddress, &c.Case.Reach, &paused, &c.N)
	c.Case.HandedOver, c.Case.NoAddress, c.Case.Managed, c.Case.Corrected, c.Case.Paused = handed == 1, bare == 1, managed == 1, corrected == 1, paused == 1
	return
}

// CountCases counts a selection by case.
func (db *DB) CountCases(ctx context.Context, s vpp.Selection) ([]vpp.CaseCount, error) {
	total := map[vpp.Case]int{}
	count := func(sign int, from, where string, args []any) error {
		columns := strings.Join(caseColumns(), ", ")
		counts, err := all(ctx, db, scanCase, "SELECT "+columns+", count(*) FROM "+from+" WHERE "+where+" GROUP BY "+columns, args...)
		for _, c := range counts {
			total[c.Case] += sign * c.N
		}
		return err
	}
	q, err := db.peopleQuery(ctx, db, s.Filter, vpp.SortName)
	if err != nil {
		return nil, err
	}
	sign := -1 // all that match, less those left out
	location, _ := q.args[0].(vpp.LocationID)
	if s.All {
		err = count(1, q.from, q.where, q.args)
	} else {
		q.from, q.where, q.args = "program_users p JOIN users u ON u.id = p.user_id", "p.location_id = $1", []any{location}
		sign = 1
	}
	for some := range slices.Chunk(s.IDs, vpp.MaxPage) {
		if err != nil {
			return nil, err
		}
		err = count(sign, q.from, q.where+" AND p.user_id IN ("+marks(len(q.args)+1, len(some))+")", append(slices.Clone(q.args), anys(some)...))
		if err == nil && !s.All {
			err = db.countPlaceless(ctx, total, location, some)
		}
	}
	var list []vpp.CaseCount
	for c, n := range total {
		if n > 0 {
			list = append(list, vpp.CaseCount{Case: c, N: n})
		}
	}
	return list, err
}

// countPlaceless adds those who exist and have no place at the location yet.
func (db *DB) countPlaceless(ctx context.Context, total map[vpp.Case]int, location vpp.LocationID, ids []vpp.UserID) error {
	people, err := db.placeless(ctx, db, location, ids)
	for _, u := range people {
		total[vpp.CaseOf(vpp.Person{User: u})]++
	}
	return err
}

func (db *DB) placeless(ctx context.Context, r querier, location vpp.LocationID, ids []vpp.UserID) ([]vpp.User, error) {
	return all(ctx, r, scanUser, "SELECT "+userColumns+` FROM users u WHERE u.id IN (`+marks(2, len(ids))+`)
		AND NOT EXISTS (SELECT 1 FROM program_users p WHERE p.user_id = u.id AND p.location_id = $1)`,
		append([]any{location}, anys(ids)...)...)
}

// ListCases lists the people of a selection who are in one of the cases.
func (db *DB) ListCases(ctx context.Context, s vpp.Selection, cases []vpp.Case, page vpp.Page) (vpp.List[vpp.Person], error) {
	var list vpp.List[vpp.Person]
	page = page.Clamp()
	if s.All {
		return db.listMatching(ctx, s, cases, page)
	}
	// Chosen one by one: go through them from where the last page ended.
	from, err := strconv.Atoi("0" + page.After)
	if err != nil || from < 0 {
		return list, vpp.Errorf(vpp.Invalid, "This page does not belong to the list any more: begin at its first page.")
	}
	location, err := db.locationOr(ctx, db, s.Filter.Location)
	if err != nil {
		return list, err
	}
	for from < len(s.IDs) && len(list.Items) < page.Limit {
		some := s.IDs[from:min(from+page.Limit-len(list.Items), len(s.IDs))]
		from += len(some)
		people, err := db.chosen(ctx, location, some)
		if err != nil {
			return list, err
		}
		for _, p := range people {
			if slices.Contains(cases, vpp.CaseOf(p)) {
				list.Items = append(list.Items, p)
			}
		}
	}
	if from < len(s.IDs) {
		list.Next = strconv.Itoa(from)
	}
	return list, nil
}

// chosen reads people by id, with or without a place at the location.
func (db *DB) chosen(ctx context.Context, location vpp.LocationID, ids []vpp.UserID) ([]vpp.Person, error) {
	placed, err := all(ctx, db, scanPerson, "SELECT "+personColumns+` FROM program_users p JOIN users u ON u.id = p.user_id
		WHERE p.location_id = $1 AND p.user_id IN (`+marks(2, len(ids))+") ORDER BY p.seq", append([]any{location}, anys(ids)...)...)
	if err != nil || len(placed) == len(ids) {
		return placed, err
	}
	others, err := db.placeless(ctx, db, location, ids)
	for _, u := range others {
		placed = append(placed, vpp.Person{User: u, Program: vpp.ProgramUser{UserID: u.ID, LocationID: location}})
	}
	return placed, err
}

func (db *DB) listMatching(ctx context.Context, s vpp.Selection, cases []vpp.Case, page vpp.Page) (vpp.List[vpp.Person], error) {
	var list vpp.List[vpp.Person]
	q, err := db.peopleQuery(ctx, db, s.Filter, vpp.SortName)
	if err != nil {
		return list, err
	}
	q.matchCases(cases)
	cursor := page.After
	for len(list.Items) < page.Limit {
		text, args, err := q.page(cursor, false, page.Limit)
		if err != nil {
			return list, err
		}
		rows, err := all(ctx, db, q.scan, text, args...)
		if err != nil {
			return list, err
		}
		for _, p := range rows {
			cursor = p.cursor()
			if slices.Contains(s.IDs, p.ID) {
				continue
			}
			if list.Items = append(list.Items, p.Person); len(list.Items) == page.Limit {
				break
			}
		}
		if len(rows) < page.Limit {
			return list, nil
		}
	}
	list.Next = cursor
	return list, nil
}

// matchCases narrows a query to people in one of the cases.
func (q *peopleQuery) matchCases(cases []vpp.Case) {
	var either []string
	columns := caseColumns()
	for _, c := range cases {
		var each []string
		for i, v := range []any{c.AppleStatus, c.Pending, bit(c.HandedOver), bit(c.NoAddress), bit(c.Managed), c.ManagedError, c.AppleError, bit(c.Corrected), c.BadAddress, c.Reach, bit(c.Paused)} {
			q.args = append(q.args, v)
			each = append(each, columns[i]+" = $"+strconv.Itoa(len(q.args)))
		}
		either = append(either, "("+strings.Join(each, " AND ")+")")
	}
	q.where += " AND (" + strings.Join(either, " OR ") + ")"
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
