package mailtest

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"
)

// Faults say what goes wrong on purpose. Shares lie between 0 (never) and 1
// (always). Who is struck depends on the seed and on the address (or, for
// HangUp and Busy, on the number of the connection), not on the order in which
// letters arrive: the same seed strikes the same people.
type Faults struct {
	Seed uint64

	HangUp     float64       // share of connections that are greeted and cut
	Busy       float64       // share of letters answered 421 at MAIL
	Greylist   float64       // share of recipients answered 450 the first time
	Refuse     float64       // share of recipients answered 550, always
	RefuseData float64       // share of recipients whose letters get 554 after DATA, always
	LoseAnswer float64       // share of recipients whose first letter is taken and the answer lost
	Slow       float64       // share of recipients whose letters take SlowBy longer
	SlowBy     time.Duration //

	RefuseSender bool     // 553 at MAIL
	DropAfter    int      // hang up on a client that begins one letter more on the same connection; 0: never
	Unknown      []string // these addresses get 550
}

// None is a server on its best day.
func None() Faults { return Faults{} }

// Some is a usual day.
func Some(seed uint64) Faults {
	return Faults{
		Seed: seed, HangUp: 0.01, Busy: 0.01, Greylist: 0.05, Refuse: 0.01,
		RefuseData: 0.005, LoseAnswer: 0.002, Slow: 0.01, SlowBy: 20 * time.Millisecond, DropAfter: 50,
	}
}

// Many is the worst day of the year.
func Many(seed uint64) Faults {
	return Faults{
		Seed: seed, HangUp: 0.1, Busy: 0.05, Greylist: 0.3, Refuse: 0.05,
		RefuseData: 0.03, LoseAnswer: 0.02, Slow: 0.05, SlowBy: 50 * time.Millisecond, DropAfter: 7,
	}
}

// Unreachable reports whether no letter ever gets through to the address.
func (f Faults) Unreachable(address string) bool {
	return f.refusesRecipient(address) || f.refusesLetter(address)
}

func (f Faults) refusesRecipient(address string) bool {
	named := slices.ContainsFunc(f.Unknown, func(one string) bool { return sameAddress(one, address) })
	return named || f.hits(refuse, address, f.Refuse)
}

func (f Faults) refusesLetter(address string) bool { return f.hits(refuseData, address, f.RefuseData) }

type faultKind string

const (
	hangUp     faultKind = "hang up"
	busy       faultKind = "busy"
	greylist   faultKind = "greylist"
	refuse     faultKind = "refuse"
	refuseData faultKind = "refuse data"
	loseAnswer faultKind = "lose answer"
	slow       faultKind = "slow"
)

// hits throws a die that falls the same for the same seed, kind and key.
func (f Faults) hits(kind faultKind, key string, share float64) bool {
	if share <= 0 {
		return false
	}
	sum := fnv.New64a()
	_ = binary.Write(sum, binary.LittleEndian, f.Seed) // a hash never fails
	_, _ = sum.Write([]byte(string(kind) + "\x00" + strings.ToLower(key)))
	return float64(stir(sum.Sum64())>>11)/(1<<53) < share
}

// stir spreads FNV's weak high bits (the finalizer of SplitMix64).
func stir(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// tries remembers who was struck already by faults that strike once.
type tries struct {
	mu   sync.Mutex
	seen map[string]struct{}
}

func (t *tries) first(kind faultKind, address string) bool {
	key := string(kind) + "\x00" + strings.ToLower(address)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = make(map[string]struct{})
	}
	_, seen := t.seen[key]
	t.seen[key] = struct{}{}
	return !seen
}
