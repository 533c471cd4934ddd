package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Entries returns a stretch of the history, the newest first. "" and zero
// times narrow nothing; to is the first moment that is not meant.
func (db *DB) Entries(ctx context.Context, object, action, actor string, from, to time.Time, page vpp.Page) (vpp.List[vpp.Entry], error) {
	page = page.Clamp()
	var w entryWhere
	w.equal("object", object)
	w.equal("action", action)
	w.equal("actor", actor)
	if !from.IsZero() {
		w.add("at >= ?", ms(from))
	}
	if !to.IsZero() {
		w.add("at < ?", ms(to))
	}
	order := "at DESC, id DESC"
	if page.Before != "" {
		order = "at, id"
	}
	if err := w.cursor(page); err != nil {
		return vpp.List[vpp.Entry]{}, err
	}
	query := "SELECT id, at, actor, from_ip, action, object, summary, before, after FROM entries" + w.String() +
		" ORDER BY " + order + " LIMIT " + strconv.Itoa(page.Limit+1)
	entries, err := all(ctx, db, scanEntry, query, w.args...)
	return pageOf(entries, page, entryCursor), err
}

func entryCursor(e vpp.Entry) string { return strconv.FormatInt(ms(e.At), 36) + "." + e.ID }

// entryWhere collects conditions; only those that narrow stand in the query,
// so that each list is read by its index.
type entryWhere struct {
	terms []string
	args  []any
}

// add puts one condition in; every ? is the next argument.
func (w *entryWhere) add(term string, args ...any) {
	for _, arg := range args {
		w.args = append(w.args, arg)
		term = strings.Replace(term, "?", "$"+strconv.Itoa(len(w.args)), 1)
	}
	w.terms = append(w.terms, term)
}

func (w *entryWhere) equal(column, value string) {
	if value != "" {
		w.add(column+" = ?", value)
	}
}

func (w *entryWhere) cursor(page vpp.Page) error {
	cursor, term := page.After, "(at, id) < (?, ?)"
	if page.Before != "" {
		cursor, term = page.Before, "(at, id) > (?, ?)"
	}
	if cursor == "" {
		return nil
	}
	text, id, _ := strings.Cut(cursor, ".")
	at, err := strconv.ParseInt(text, 36, 64)
	if err != nil || id == "" {
		return vpp.Errorf(vpp.Invalid, "The cursor is not one of this list: begin again at the first page.")
	}
	w.add(term, at, id)
	return nil
}

func (w *entryWhere) String() string {
	if len(w.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.terms, " AND ")
}
