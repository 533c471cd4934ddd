package store

import (
	"context"
	"slices"
	"strconv"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// ListTasks reads one page of tasks, the newest first.
func (db *DB) ListTasks(ctx context.Context, f vpp.TaskFilter, page vpp.Page) (vpp.List[vpp.Task], error) {
	where, args := "TRUE", []any(nil)
	and := func(column string, v any) {
		args = append(args, v)
		where += " AND " + column + " = $" + strconv.Itoa(len(args))
	}
	if f.Open {
		where += " AND finished_at = 0 AND canceled_at = 0"
	}
	if f.Kind != "" {
		and("kind", f.Kind)
	}
	if f.Location != "" {
		and("location_id", f.Location)
	}
	return byKey(ctx, db, keyed[vpp.Task]{
		"SELECT " + taskColumns + " FROM tasks WHERE " + where, args, "id", true,
		scanTask, func(t vpp.Task) string { return string(t.ID) },
	}, page)
}

// TaskItems reads one page of a task's people, of one state or all.
func (db *DB) TaskItems(ctx context.Context, id vpp.TaskID, state vpp.ItemState, page vpp.Page) (vpp.List[vpp.TaskItem], error) {
	if _, err := db.Task(ctx, id); err != nil {
		return vpp.List[vpp.TaskItem]{}, err
	}
	where, args := "i.task_id = $1", []any{id}
	if state != "" {
		where, args = where+" AND i.state = $2", append(args, state)
		if state != vpp.ItemDone {
			where += " AND i.state <> 'done'" // the index's condition, which a parameter cannot show
		}
	}
	// The person may have been removed since.
	return byKey(ctx, db, keyed[vpp.TaskItem]{
		`SELECT i.task_id, i.program_user_id, COALESCE(u.id, ''), COALESCE(u.full_name, ''), COALESCE(u.email, ''),
		i.state, i.detail, i.apple_error, i.updated_at FROM task_items i LEFT JOIN program_users p ON p.id = i.program_user_id
		LEFT JOIN users u ON u.id = p.user_id WHERE ` + where, args, "i.program_user_id", false,
		scanItem, func(i vpp.TaskItem) string { return string(i.ProgramUserID) },
	}, page)
}

func scanItem(s scanner) (i vpp.TaskItem, err error) {
	err = s.Scan(&i.TaskID, &i.ProgramUserID, &i.UserID, &i.FullName, &i.Email, &i.State, &i.Detail, &i.AppleError, timeAt{&i.UpdatedAt})
	return
}

// keyed is a list in the order of one unique text column.
type keyed[T any] struct {
	query  string // ends in a WHERE condition
	args   []any
	column string
	desc   bool
	scan   func(scanner) (T, error)
	key    func(T) string
}

// byKey reads one page of a keyed list; the key is the cursor.
func byKey[T any](ctx context.Context, q querier, k keyed[T], page vpp.Page) (list vpp.List[T], err error) {
	page = page.Clamp()
	cursor, back := turnOf(page)
	args := slices.Clone(k.args)
	direction, compare := "", " > $"
	if k.desc != back {
		direction, compare = " DESC", " < $"
	}
	query := k.query
	if cursor != "" {
		args = append(args, cursor)
		query += " AND " + k.column + compare + strconv.Itoa(len(args))
	}
	args = append(args, page.Limit+1)
	rows, err := all(ctx, q, k.scan, query+" ORDER BY "+k.column+direction+" LIMIT $"+strconv.Itoa(len(args)), args...)
	if err != nil {
		return list, err
	}
	return pageOf(rows, page, k.key), nil
}
