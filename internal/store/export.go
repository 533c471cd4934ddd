package store

import (
	"context"
	"strings"
)

// exportedTable is one table of an export.
type exportedTable struct {
	table   string
	people  bool   // holds something of people
	without string // columns that are left out
}

// exported says which tables an export holds, in their order, and which of
// their columns it leaves out: what is secret, sealed or not. Tables that are
// not named are left out whole; a test holds that each is decided on.
func exported() []exportedTable {
	return []exportedTable{
		{"locations", false, "token_sealed notify_sealed notify_before"},
		{"tenders", false, ""},
		{"status_counts", false, ""},
		{"batches", false, ""},
		{"tasks", false, ""},
		{"task_letters", false, ""},
		{"imports", false, ""},
		{"notices", false, ""},
		{"assets", false, ""},
		{"operators", true, "password"},
		{"api_keys", true, "hash"},
		{"users", true, ""},
		{"user_groups", true, ""},
		{"program_users", true, "code_sealed"},
		{"strangers", true, "code_sealed"},
		{"assignments", true, ""},
		{"license_wishes", true, ""},
		{"license_orders", false, ""},
		{"invitations", true, ""},
		{"visits", true, ""},
		{"deliveries", true, ""},
		{"task_items", true, ""},
		{"removal_licenses", true, ""},
		{"mdm_servers", false, "secret_sealed hook_sealed"},
		{"webhooks", false, "url secret_sealed before_sealed"}, // the address may hold a secret of the receiver's
		{"devices", true, ""},
		{"enrollments", true, ""},
		{"entries", true, ""},
	}
}

// Export calls fn with every row of every exported table: settings and data,
// no secrets. Settings are apart: see SettingsLike. Without people, tables that
// hold something of people are left out.
func (db *DB) Export(ctx context.Context, people bool, fn func(table string, row map[string]any) error) error {
	for _, e := range exported() {
		if e.people && !people {
			continue
		}
		if err := db.exportTable(ctx, e.table, strings.Fields(e.without), fn); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) exportTable(ctx context.Context, table string, without []string, fn func(string, map[string]any) error) error {
	columns, err := db.columns(ctx, table)
	if err != nil {
		return err
	}
	left := map[string]bool{}
	for _, c := range without {
		left[c] = true
	}
	var names []string
	for _, c := range columns {
		if !left[c] {
			names = append(names, `"`+c+`"`)
		}
	}
	rows, err := db.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := exportRow(rows, names)
		if err != nil {
			return err
		}
		if err := fn(table, row); err != nil {
			return err
		}
	}
	return rows.Err()
}

func exportRow(rows Rows, names []string) (map[string]any, error) {
	values, places := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		places[i] = &values[i]
	}
	if err := rows.Scan(places...); err != nil {
		return nil, err
	}
	row := map[string]any{}
	for i, name := range names {
		if raw, ok := values[i].([]byte); ok {
			values[i] = string(raw)
		}
		row[strings.Trim(name, `"`)] = values[i]
	}
	return row, nil
}

func (db *DB) columns(ctx context.Context, table string) ([]string, error) {
	query := "SELECT name FROM pragma_table_info($1)"
	if db.dialect() == postgresDialect {
		query = "SELECT column_name::text FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
	}
	return all(ctx, db, scanString, query, table)
}
