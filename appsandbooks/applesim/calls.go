package applesim

import "maps"

// Calls counts what was asked and how it was answered, since the start or the last ResetCalls.
type Calls struct {
	ByStatus         map[Endpoint]map[int]int // HTTP status; 0: no answer left (cut or hung)
	ByError          map[int]int              // Apple's error numbers
	ByFault          map[Fault]int            // faults that struck
	RateRejected     int                      // answered 9646 because of the requests per second
	MaxParallelReads int                      // most page reads (users, assets, assignments) under way at once in one location
	ParallelExceeded int                      // page reads that began as a sixth or later
	Notifications    map[string]int           // deliveries attempted by type, TEST_NOTIFICATION included
	Accepted         int                      // invitations accepted
}

func newCalls() Calls {
	return Calls{ByStatus: map[Endpoint]map[int]int{}, ByError: map[int]int{}, ByFault: map[Fault]int{}, Notifications: map[string]int{}}
}

// Of is the number of calls of an endpoint, whatever came of them.
func (c Calls) Of(e Endpoint) int {
	n := 0
	for _, k := range c.ByStatus[e] {
		n += k
	}
	return n
}

// Total is the number of all calls.
func (c Calls) Total() int {
	n := 0
	for e := range c.ByStatus {
		n += c.Of(e)
	}
	return n
}

// Calls returns a copy of the counts.
func (a *Apple) Calls() Calls {
	a.lock()
	defer a.unlock()
	out := a.calls
	out.ByStatus = map[Endpoint]map[int]int{}
	for e, m := range a.calls.ByStatus {
		out.ByStatus[e] = maps.Clone(m)
	}
	out.ByError, out.Notifications = maps.Clone(a.calls.ByError), maps.Clone(a.calls.Notifications)
	out.ByFault = maps.Clone(a.faults.struck)
	return out
}

// ResetCalls sets all counts to zero.
func (a *Apple) ResetCalls() {
	a.lock()
	defer a.unlock()
	a.calls = newCalls()
	clear(a.faults.struck)
}

func (a *Apple) count(e Endpoint, status, number int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.calls.ByStatus[e] == nil {
		a.calls.ByStatus[e] = map[int]int{}
	}
	a.calls.ByStatus[e][status]++
	if number != 0 {
		a.calls.ByError[number]++
	}
}
