package applesim

import (
	"container/heap"
	"time"
)

// agenda is what is to be done when, soonest first, in the order it was added.
type agenda struct {
	items []appointment
	added uint64
}

type appointment struct {
	at  time.Time
	seq uint64
	do  func(now time.Time) // with Apple.mu held
}

func (g *agenda) Len() int { return len(g.items) }
func (g *agenda) Less(i, j int) bool {
	if c := g.items[i].at.Compare(g.items[j].at); c != 0 {
		return c < 0
	}
	return g.items[i].seq < g.items[j].seq
}
func (g *agenda) Swap(i, j int) { g.items[i], g.items[j] = g.items[j], g.items[i] }
func (g *agenda) Push(x any)    { g.items = append(g.items, x.(appointment)) }
func (g *agenda) Pop() any {
	last := g.items[len(g.items)-1]
	g.items[len(g.items)-1] = appointment{}
	g.items = g.items[:len(g.items)-1]
	return last
}

// plan puts something on the agenda and tells the clerk.
func (a *Apple) plan(at time.Time, do func(now time.Time)) {
	a.agenda.added++
	heap.Push(&a.agenda, appointment{at: at, seq: a.agenda.added, do: do})
	a.wakeClerk()
}

// settle does what is due. Everybody who takes the lock settles first, so that time passes the same for all.
func (a *Apple) settle(now time.Time) {
	for a.agenda.Len() > 0 && !a.agenda.items[0].at.After(now) {
		heap.Pop(&a.agenda).(appointment).do(now)
	}
}

func (a *Apple) wakeClerk() {
	select {
	case a.wake <- struct{}{}:
	default: // it has been told already
	}
}

// clerk is the one background worker: it wakes for the agenda, hands out notifications and tells listeners.
func (a *Apple) clerk() {
	for {
		next := a.round()
		timer := time.NewTimer(next)
		select {
		case <-timer.C:
		case <-a.wake:
		case <-a.ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// round does one round of the clerk's work and says how long it may sleep.
func (a *Apple) round() time.Duration {
	now := a.lock()
	out, news, listeners := a.collect(), a.news, a.listening()
	a.news = nil
	next := time.Hour
	if a.agenda.Len() > 0 {
		next = max(time.Millisecond, a.agenda.items[0].at.Sub(now))
	}
	a.unlock()
	for _, n := range news {
		for _, tell := range listeners {
			tell(n)
		}
	}
	for _, d := range out {
		a.dispatch(d)
	}
	return next
}
