package applesim

import "time"

// ledger is what came of an event's tasks.
type ledger struct {
	done   []task
	failed map[int][]task // by error number
	order  []int          // error numbers as they came
}

func (b *ledger) enter(t task, number int) {
	if number == 0 {
		b.done = append(b.done, t)
		return
	}
	if b.failed == nil {
		b.failed = map[int][]task{}
	}
	if b.failed[number] == nil {
		b.order = append(b.order, number)
	}
	b.failed[number] = append(b.failed[number], t)
}

// finishAssets applies an event to every asset for every target, asset by asset, and returns how to tell of it.
func (a *Apple) finishAssets(l *location, e *event, now time.Time) (tell func()) {
	var b ledger
	if e.Type == eventRevoke {
		e.Completed = a.revokeAll(l, e, &b, now)
	} else {
		a.applyAssets(l, e, &b, now)
		e.Completed = len(b.done)
	}
	for _, number := range b.order {
		e.Failures = append(e.Failures, *blame(number, b.failed[number]))
	}
	return func() {
		a.notifyAssets(l, e, b.done)
		for _, number := range b.order {
			a.notifyAssetFailure(l, e, number, b.failed[number])
		}
	}
}

func (a *Apple) applyAssets(l *location, e *event, b *ledger, now time.Time) {
	one := a.associateOne
	if e.Type == eventDisassociate {
		one = a.disassociateOne
	}
	targets := a.targets(l, e.Work)
	for _, key := range e.Work.Assets {
		for _, t := range targets {
			b.enter(task{key, t.id, t.device}, one(l, e, key, t, now))
		}
	}
}

// revokeAll takes everything that can be taken from the targets, and says how much of what was requested is done.
func (a *Apple) revokeAll(l *location, e *event, b *ledger, now time.Time) int {
	completed := 0
	for _, t := range a.targets(l, e.Work) {
		if number := a.spoiled(e, t); number != 0 {
			b.enter(task{id: t.id, device: t.device}, number)
			continue
		}
		for _, k := range l.revocable(t.holder) {
			a.unassign(l, k, now)
			b.enter(l.taskOf(k), 0)
		}
		completed++
	}
	if a.quirks.RevokeCountsAssignments {
		completed = len(b.done)
	}
	return min(completed, e.Requested) // more may have been assigned since it was accepted
}
