package applesim

import "time"

// past keeps what things were before they changed, for as long as readers lag behind. It costs what changed within that
// time, however many things there are. Guarded by Apple.mu.
type past[T any] struct {
	of    map[int32][]was[T] // oldest first
	order []stamp
}

type was[T any] struct {
	until int64 // Unix milliseconds: when it changed
	thing T
}

type stamp struct {
	at int64
	i  int32
}

// keep notes what a thing is just before it changes.
func (p *past[T]) keep(i int32, thing T, now int64) {
	if p.of == nil {
		p.of = map[int32][]was[T]{}
	}
	if older := p.of[i]; len(older) > 0 && older[len(older)-1].until == now {
		return // nobody reads between two changes of one moment
	}
	p.of[i] = append(p.of[i], was[T]{now, thing})
	p.order = append(p.order, stamp{now, i})
}

// forget drops what nobody asks for any more.
func (p *past[T]) forget(before int64) {
	for len(p.order) > 0 && p.order[0].at <= before {
		i := p.order[0].i
		p.order = p.order[1:]
		if p.of[i] = p.of[i][1:]; len(p.of[i]) == 0 {
			delete(p.of, i)
		}
	}
}

// asOf is what a thing was at a time; thing, which it is now, if it has not changed since.
func (p *past[T]) asOf(at int64, i int32, thing *T) *T {
	list := p.of[i]
	for k := range list {
		if list[k].until > at {
			return &list[k].thing
		}
	}
	return thing
}

// sight is how a reader sees a location: as it is, or as it was while ReadLag holds back what came since.
type sight struct {
	l    *location
	lags bool
	at   int64 // Unix milliseconds
	mark       // how far the logs and shelves are seen
}

// sight is what readers of lists see now.
func (a *Apple) sight(l *location, now time.Time) sight {
	if a.quirks.ReadLag <= 0 {
		return sight{l: l, mark: l.present()}
	}
	at := now.Add(-a.quirks.ReadLag)
	return sight{l: l, lags: true, at: at.UnixMilli(), mark: l.asOf(at)}
}

func (s sight) record(i int32) *record {
	if !s.lags {
		return s.l.at(i)
	}
	return s.l.were.asOf(s.at, i, s.l.at(i))
}

func (s sight) assignment(k int32) *assignment {
	if !s.lags {
		return s.l.assignments.at(k)
	}
	return s.l.had.asOf(s.at, k, s.l.assignments.at(k))
}

// edit is a record about to be changed.
func (a *Apple) edit(l *location, i int32, now time.Time) *record {
	a.beforeChange(l, now)
	if a.quirks.ReadLag > 0 {
		l.were.keep(i, *l.at(i), now.UnixMilli())
	}
	return l.at(i)
}

// editAssignment is an assignment about to be changed.
func (a *Apple) editAssignment(l *location, k int32, now time.Time) *assignment {
	a.beforeChange(l, now)
	if a.quirks.ReadLag > 0 {
		l.had.keep(k, *l.assignments.at(k), now.UnixMilli())
	}
	return l.assignments.at(k)
}
