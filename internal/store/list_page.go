package store

import (
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// turnOf says from where a page is read, and whether backwards.
func turnOf(page vpp.Page) (cursor string, back bool) {
	if page.Before != "" {
		return page.Before, true
	}
	return page.After, false
}

// pageOf makes a page of rows as they were read, one more than it holds when
// more follow, with the cursors of its neighbors.
func pageOf[T any](rows []T, page vpp.Page, cursorOf func(T) string) (list vpp.List[T]) {
	cursor, back := turnOf(page)
	more := len(rows) > page.Limit
	list.Items = rows[:min(len(rows), page.Limit)]
	if back {
		slices.Reverse(list.Items)
	}
	if n := len(list.Items); n > 0 {
		if more || back {
			list.Next = cursorOf(list.Items[n-1])
		}
		if cursor != "" && (!back || more) {
			list.Prev = cursorOf(list.Items[0])
		}
	}
	return list
}
