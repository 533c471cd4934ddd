package applesim

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// page is one page of a walk over numbered places.
// https://developer.apple.com/documentation/devicemanagement/using-paginated-endpoints
type page struct{ index, total, first, last int }

// evenly finds a page among n places; there is always a first one.
func (a *Apple) evenly(index, n int) (page, *wireError) {
	size := a.options.PageSize
	total := max(1, (n+size-1)/size)
	if index < 0 || index >= total {
		return page{}, fail(9650)
	}
	return page{index: index, total: total, first: index * size, last: min(n, (index+1)*size)}, nil
}

// view is a numbered list of candidates; keep decides which of them are seen. Places never shift while a client
// walks: things keep theirs, and a change adds one at the end.
type view[T any] struct {
	n     int
	at    func(place int) int32 // -1: nothing
	get   func(i int32) *T
	keep  func(place int, i int32, v *T) bool
	whole bool // keep keeps all
}

// listed is a view of things already found.
func listed[T any](found []int32, get func(int32) *T, keep func(int, int32, *T) bool) view[T] {
	return view[T]{n: len(found), at: func(place int) int32 { return found[place] }, get: get, keep: keep}
}

// numbered is a view of the first n things of a shelf.
func numbered[T any](n int, get func(int32) *T, keep func(int, int32, *T) bool) view[T] {
	return view[T]{n: n, at: func(place int) int32 { return int32(place) }, get: get, keep: keep}
}

// seen is what stands at a place, or false.
func (v view[T]) seen(place int) (i int32, x *T, ok bool) {
	if i = v.at(place); i < 0 {
		return i, nil, false
	}
	x = v.get(i)
	return i, x, v.keep(place, i, x)
}

// appendPageHead opens a page: everything but the records and their number.
func (a *Apple) appendPageHead(b []byte, c *call, p page, version string, now time.Time) []byte {
	b = append(b, `{"currentPageIndex":`...)
	b = strconv.AppendInt(b, int64(p.index), 10)
	if p.index+1 < p.total {
		b = appendInt(b, "nextPageIndex", p.index+1)
	}
	b = a.appendEnvelope(b, c, now)
	b = appendInt(b, "totalPages", p.total)
	return appendString(append(b, `,"versionId":`...), version)
}

// appendList writes a named list; add appends the elements, each with a comma behind it, and says how many.
func (a *Apple) appendList(b []byte, name string, add func(b []byte) ([]byte, int)) ([]byte, int) {
	mark := len(b)
	b = append(append(append(b, `,"`...), name...), `":[`...)
	b, n := add(b)
	switch {
	case n > 0:
		return append(b[:len(b)-1], ']'), n
	case a.quirks.EmptyListAbsent:
		return b[:mark], 0
	}
	return append(b, ']'), 0
}

// appendView writes the part of a view that is on the page.
func appendView[T any](b []byte, v view[T], p page, write func(b []byte, i int32, x *T) []byte) ([]byte, int) {
	n := 0
	for place := p.first; place < p.last; place++ {
		if i, x, ok := v.seen(place); ok {
			b = append(write(b, i, x), ',')
			n++
		}
	}
	return b, n
}

// position is what a versionId stands for; one that was never given out for this list, or too long ago, is unknown (9721).
func (a *Apple) position(p purpose, l *location, text string, newest, oldest int) (int, *wireError) {
	where, position, ok := a.mint.openUUID(p, text)
	if !ok || where != l.index || position > uint64(newest) || int(position) < oldest {
		return 0, fail(9721)
	}
	return int(position), nil
}

// oldest is where the location stood when the oldest version was given out that is still known.
func (a *Apple) oldest(l *location, now time.Time) mark {
	if a.quirks.VersionTTL == 0 {
		return mark{}
	}
	return l.asOf(now.Add(-a.quirks.VersionTTL))
}

// query reads the parameters of a list and remembers whether one was bad. An empty one counts as absent.
type query struct {
	url.Values
	bad bool
}

func (q *query) boolean(key string) (value, given bool) {
	text := q.Get(key)
	if text == "" {
		return false, false
	}
	value, err := strconv.ParseBool(text)
	q.bad = q.bad || err != nil
	return value, true
}

func (q *query) number(key string) (value int, given bool) {
	text := q.Get(key)
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 32)
	q.bad = q.bad || err != nil
	return int(n), true
}

func (q *query) word(key string, allowed ...string) string {
	text := q.Get(key)
	q.bad = q.bad || text != "" && !slices.Contains(allowed, text)
	return text
}
