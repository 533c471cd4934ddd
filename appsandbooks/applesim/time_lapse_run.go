package applesim

import (
	"fmt"
	"slices"
	"time"
)

// lapse is a time-lapse under way. Guarded by Apple.mu.
type lapse struct {
	TimeLapse
	going   int // schedules that have not come to their end
	stopped bool
}

// StartTimeLapse begins a time-lapse: each first event comes after one interval. stop ends it, and may be called twice.
func (a *Apple) StartTimeLapse(t TimeLapse) (stop func(), err error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	now := a.lock()
	defer a.unlock()
	l := &lapse{TimeLapse: t, going: len(t.Invitations) + len(t.Purchases)}
	if l.going > 0 {
		a.lapses = append(a.lapses, l)
	}
	for _, i := range t.Invitations {
		a.repeat(l, now, i.Pace, func(now time.Time) { a.acceptEverywhere(i, now) })
	}
	for _, p := range t.Purchases {
		a.repeat(l, now, p.Pace, func(time.Time) { a.buyEverywhere(p) })
	}
	return func() {
		a.lock()
		defer a.unlock()
		a.endLapse(l)
	}, nil
}

// StopTimeLapses ends all time-lapses that are under way.
func (a *Apple) StopTimeLapses() {
	a.lock()
	defer a.unlock()
	for _, l := range slices.Clone(a.lapses) {
		a.endLapse(l)
	}
}

// TimeLapses lists what is under way.
func (a *Apple) TimeLapses() []TimeLapse {
	a.lock()
	defer a.unlock()
	out := make([]TimeLapse, 0, len(a.lapses))
	for _, l := range a.lapses {
		out = append(out, l.TimeLapse)
	}
	return out
}

func (a *Apple) endLapse(l *lapse) {
	l.stopped = true
	a.lapses = slices.DeleteFunc(a.lapses, func(x *lapse) bool { return x == l })
}

// maxBehind is how many events are made up for when the clock leaps.
const maxBehind = 10_000

// repeat plans an event after one interval, which plans the next.
func (a *Apple) repeat(l *lapse, last time.Time, p Pace, do func(now time.Time)) {
	interval := time.Duration(p.Interval)
	at := last.Add(interval)
	a.plan(at, func(now time.Time) {
		if l.stopped {
			return
		}
		do(now)
		if p.MaximumEvents == 1 {
			if l.going--; l.going == 0 {
				a.endLapse(l)
			}
			return
		}
		p.MaximumEvents = max(0, p.MaximumEvents-1)
		if behind := now.Sub(at) / interval; behind > maxBehind {
			at = at.Add((behind - maxBehind) * interval)
		}
		a.repeat(l, at, p, do)
	})
}

// startOptions begins what Options.TimeLapse asks for. Called with nobody else about.
func (a *Apple) startOptions() error {
	_, err := a.StartTimeLapse(a.options.TimeLapse)
	return err
}

// everywhere lists the location, or all if none is named.
func (a *Apple) everywhere(uID string) []*location {
	if uID == "" {
		return a.ordered
	}
	if l := a.locations[uID]; l != nil {
		return []*location{l}
	}
	return nil
}

func (a *Apple) acceptEverywhere(i Acceptances, now time.Time) {
	for _, l := range a.everywhere(i.UID) {
		a.acceptSome(l, max(1, i.UsersPerEvent), now)
	}
}

// AcceptSome lets n people of a location accept their invitations, as a time-lapse does, and says how many there were.
func (a *Apple) AcceptSome(uID string, n int) (int, error) {
	now := a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return 0, ErrNoLocation
	}
	return a.acceptSome(l, n, now), a.flush()
}

// acceptSome goes round the records, so that nobody waits for ever.
func (a *Apple) acceptSome(l *location, n int, now time.Time) int {
	done := 0
	for range l.n {
		if done >= n {
			break
		}
		if int(l.nextOpen) >= l.n {
			l.nextOpen = 0
		}
		i := l.nextOpen
		l.nextOpen++
		r := l.at(i)
		if r.state != stateRegistered || a.tooLate(r, now) {
			continue
		}
		account := r.email
		if account == "" {
			account = fmt.Sprintf("person-%d@people.example", i+1)
		}
		a.accepted(l, i, account, now)
		done++
	}
	return done
}

// buyEverywhere buys, and begins with an asset that the location does not have. What can not be sold is not.
func (a *Apple) buyEverywhere(p Purchases) {
	n := p.LicensesPerEvent
	if n == 0 {
		n = 1
	}
	for _, l := range a.everywhere(p.UID) {
		if l.asset(p.key()) == nil && n > 0 {
			s := App(p.AdamID, 0)
			s.AssetKey = p.key()
			a.putAsset(l, s)
		}
		_ = a.buy(l, p.key(), n) // too few are left: nothing happens
	}
}
