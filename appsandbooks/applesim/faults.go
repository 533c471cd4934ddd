package applesim

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// Fault is one kind of thing that goes wrong.
type Fault string

// Faults of a call. Unless said otherwise the call is not processed.
const (
	Plain500         Fault = "500"              // HTTP 500 without a body
	Busy500          Fault = "500 seconds"      // HTTP 500 without a body and with Retry-After in seconds
	Busy500Date      Fault = "500 date"         // HTTP 500 without a body and with Retry-After as an HTTP date
	BadGateway502    Fault = "502"              // HTTP 502 with a page of HTML, as what stands in front of a service says it
	LateGateway504   Fault = "504"              // HTTP 504 likewise
	Redirect307      Fault = "307 seconds"      // HTTP 307 to where the call went already, with Retry-After
	Error9603        Fault = "9603"             // HTTP 500 with Apple's 9603
	Busy503          Fault = "503 seconds"      // HTTP 503 with 9729 and Retry-After in seconds
	Busy503Date      Fault = "503 date"         // HTTP 503 with Retry-After as an HTTP date
	TooMany429       Fault = "429"              // HTTP 429 with 9646, without Retry-After
	TooMany429In     Fault = "429 seconds"      // HTTP 429 with 9646 and Retry-After
	ErrorIn200       Fault = "error inside 200" // HTTP 200 with 9603
	HTMLIn200        Fault = "html inside 200"  // HTTP 200 with a page of HTML
	Hang             Fault = "hang"             // no answer until the client or Faults.Hang gives up
	CutBefore        Fault = "cut before"       // the connection is cut
	CutAfter         Fault = "cut after"        // processed, then the connection is cut: the answer is lost
	TruncatedJSON    Fault = "truncated"        // processed, half of the JSON arrives
	HTMLAfter        Fault = "html after"       // processed, but a page of HTML arrives
	LateAnswer       Fault = "late answer"      // processed at once, answered after Faults.Hang
	EventStuck       Fault = "event stuck"      // the work is done, but the status stays PENDING and nothing is notified
	EventLost        Fault = "event lost"       // never done, PENDING for ever
	EventForgotten   Fault = "event forgotten"  // never done, the eventId is unknown (9708)
	EventMaintenance Fault = "event 9644"       // the whole event fails with 9644; see EventFault for other numbers
	ItemFailed       Fault = "item 9603"        // one user, or one asset for one holder, fails with 9603; see ItemFault for other numbers
	NoteLost         Fault = "notification lost"
	NoteTwice        Fault = "notification twice"
	NoteLate         Fault = "notification late"
	NoteOvertakes    Fault = "notification overtakes" // delivered before older ones
)

func callFaults() []Fault {
	return []Fault{
		Plain500, Error9603, Busy503, Busy503Date, TooMany429, TooMany429In, ErrorIn200, HTMLIn200, Hang, CutBefore, CutAfter, TruncatedJSON, HTMLAfter, LateAnswer,
		Busy500, Busy500Date, BadGateway502, LateGateway504, Redirect307,
	}
}

func noteFaults() []Fault { return []Fault{NoteLost, NoteTwice, NoteLate, NoteOvertakes} }

// AllFaults lists every kind of thing that can go wrong, but for Apple's error numbers: see ErrorFault, ItemFault and EventFault.
func AllFaults() []Fault {
	return slices.Concat(callFaults(), eventFaults(), []Fault{ItemFailed}, noteFaults())
}

func (f Fault) ofNote() bool { return slices.Contains(noteFaults(), f) }

func eventFaults() []Fault { return []Fault{EventStuck, EventLost, EventForgotten, EventMaintenance} }

func (f Fault) ofEvent() bool {
	return f == EventStuck || f == EventLost || f == EventForgotten || f.event() != 0
}

// Faults say what goes wrong and how often. The zero value is a day without trouble.
type Faults struct {
	// Seed makes the draws repeatable (as far as the order of requests is).
	Seed uint64
	// Chance of each fault, 0 to 1: call faults per call, event faults per accepted event, ItemFailed per user or assignment,
	// notification faults per notification.
	Chance map[Fault]float64
	// Total caps the drawn faults. Zero: 1000. Scripted ones do not count. Negative: no cap.
	Total int
	// Run caps how often in a row an endpoint, the events, the items or the notifications may be struck, so that
	// whoever tries again gets through. Zero: 3. Negative: no cap.
	Run int
	// Hang is the longest that Hang and LateAnswer keep a client waiting. Zero: 30 seconds.
	Hang time.Duration
	// RetryAfter is what Retry-After says, rounded up to seconds. Zero: one second.
	RetryAfter time.Duration
	// Late is how late NoteLate is. Zero: five seconds.
	Late time.Duration
}

// FaultsNone is a day without trouble.
func FaultsNone() Faults { return Faults{} }

// FaultsSome is an ordinary bad day: about three calls in a hundred go wrong.
func FaultsSome(seed uint64) Faults { return spread(seed, 0.0015, 0.01, 0.001, 0.02, 200) }

// FaultsMany is a very bad day: about one call in four goes wrong, and a third of the notifications.
func FaultsMany(seed uint64) Faults { return spread(seed, 0.0135, 0.04, 0.01, 0.08, 2000) }

func spread(seed uint64, call, event, item, note float64, total int) Faults {
	chance := map[Fault]float64{ItemFailed: item, NoteLost: note, NoteTwice: note, NoteLate: note, NoteOvertakes: note}
	for _, f := range callFaults() {
		chance[f] = call
	}
	for _, f := range eventFaults() {
		chance[f] = event
	}
	return Faults{Seed: seed, Chance: chance, Total: total, Hang: 2 * time.Second, Late: 2 * time.Second}
}

// faultBox draws faults. Guarded by Apple.mu.
type faultBox struct {
	Faults
	rng    *rand.Rand
	script map[Endpoint][]Fault
	notes  []Fault        // scripted for the next notifications
	items  []Fault        // scripted for the next users and assignments
	run    map[string]int // faults in a row, by endpoint or kind
	drawn  int
	struck map[Fault]int
}

func newFaultBox(f Faults) faultBox {
	f.Chance = maps.Clone(f.Chance)
	f.Total, f.Run = orDefault(f.Total, 1000), orDefault(f.Run, 3)
	return faultBox{Faults: f, rng: rand.New(rand.NewPCG(f.Seed, 0xfa17)), script: map[Endpoint][]Fault{}, run: map[string]int{}, struck: map[Fault]int{}}
}

// SetFaults replaces all faults, scripted ones included.
func (a *Apple) SetFaults(f Faults) {
	a.lock()
	defer a.unlock()
	struck := a.faults.struck
	a.faults = newFaultBox(f)
	a.faults.struck = struck
}

// Inject scripts the next calls of an endpoint: each takes the next fault from the queue, "" for a good call.
// Event faults belong on the endpoints that answer with an eventId.
func (a *Apple) Inject(e Endpoint, faults ...Fault) {
	a.lock()
	defer a.unlock()
	a.faults.script[e] = append(a.faults.script[e], faults...)
}

// InjectNotes scripts the next notifications of any location: each takes the next fault from the queue, "" for a good one.
// TEST_NOTIFICATION is never struck.
func (a *Apple) InjectNotes(faults ...Fault) {
	a.lock()
	defer a.unlock()
	a.faults.notes = append(a.faults.notes, faults...)
}

// InjectItems scripts the next users and assignments that events, or calls of version 1, are about: each takes the next
// ItemFault from the queue, "" for a good one.
func (a *Apple) InjectItems(faults ...Fault) {
	a.lock()
	defer a.unlock()
	a.faults.items = append(a.faults.items, faults...)
}

// drawItem is the error number that befalls a user or an assignment, 0 for none: the script first, then chance.
func (b *faultBox) drawItem() int {
	if len(b.items) == 0 {
		return b.chance("item", b.numbered(Fault.item)).item()
	}
	f := b.items[0]
	b.items = b.items[1:]
	if f != "" {
		b.struck[f]++
	}
	return f.item()
}

// drawNote decides what befalls a notification: the script first, then chance.
func (b *faultBox) drawNote() Fault {
	if len(b.notes) == 0 {
		return b.chance("notification", noteFaults())
	}
	f := b.notes[0]
	b.notes = b.notes[1:]
	if f != "" {
		b.struck[f]++
	}
	return f
}

// draw decides what befalls a call: the script first, then chance.
func (b *faultBox) draw(e Endpoint) Fault {
	if queue := b.script[e]; len(queue) > 0 {
		b.script[e] = queue[1:]
		if queue[0] != "" {
			b.struck[queue[0]]++
		}
		return queue[0]
	}
	if f := b.chance(string(e), slices.Concat(callFaults(), b.numbered(Fault.call))); f != "" {
		return f
	}
	if e.accepts() {
		others := slices.DeleteFunc(b.numbered(Fault.event), func(f Fault) bool { return f == EventMaintenance })
		return b.chance("event", slices.Concat(eventFaults(), others))
	}
	return ""
}

// numbered lists the faults with Apple's numbers that have a chance, always in the same order.
func (b *faultBox) numbered(number func(Fault) int) []Fault {
	if len(b.Chance) == 0 {
		return nil
	}
	var out []Fault
	for f := range b.Chance {
		if number(f) != 0 {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// chance draws at most one of the faults, within the caps.
func (b *faultBox) chance(run string, faults []Fault) Fault {
	if len(b.Chance) == 0 {
		return ""
	}
	u := b.rng.Float64()
	for _, f := range faults {
		if u -= b.Chance[f]; u >= 0 {
			continue
		}
		if b.Total >= 0 && b.drawn >= b.Total || b.Run >= 0 && b.run[run] >= b.Run {
			break
		}
		b.drawn++
		b.run[run]++
		b.struck[f]++
		return f
	}
	b.run[run] = 0
	return ""
}

func (b *faultBox) hang() time.Duration {
	if b.Hang == 0 {
		return 30 * time.Second
	}
	return b.Hang
}

func (b *faultBox) late() time.Duration {
	if b.Late == 0 {
		return 5 * time.Second
	}
	return b.Late
}
