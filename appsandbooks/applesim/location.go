package applesim

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Location is one library: Apple's organizational unit.
type Location struct {
	UID      string `json:"uId"`      // sixteen digits; empty: minted
	Name     string `json:"name"`     // locationName; default "Pretend Location"
	Country  string `json:"country"`  // ISO alpha-2; default "US"
	Platform string `json:"platform"` // PlatformBusiness (default) or PlatformEducation
	// ManagedDomains are the organization's own: every address in them is a usable Managed Apple Account.
	ManagedDomains []string `json:"managedDomains,omitempty"`
	// ManagedAccounts are single usable Managed Apple Accounts elsewhere.
	ManagedAccounts []string `json:"managedAccounts,omitempty"`
	// BlockedAccounts can not be associated (9635) although their domain is managed.
	BlockedAccounts []string `json:"blockedAccounts,omitempty"`
	// RequestsPerSecond overrides the enforced, not the announced, rate. Zero: Limits.MaxRequestPerSecond; negative: none.
	RequestsPerSecond int `json:"requestsPerSecond,omitempty"`
}

// The platforms of a location, as defaultPlatform says them.
const (
	PlatformBusiness  = "enterprisestore"
	PlatformEducation = "volumestore"
)

// ErrNoLocation means that no location has that uId.
var ErrNoLocation = errors.New("applesim: no location with this uId")

// location is a Location with everything that happened in it. Guarded by Apple.mu.
type location struct {
	Location
	index uint32
	shelf[record]
	licenses
	newest   map[string]int32   // clientUserId → its newest record; older ones by record.previous
	accounts map[[20]byte]int32 // account → its newest record; older ones by record.sameAccount
	log      []int32            // which record changed, in order; -1 where a snapshot forgot a superseded change
	retired  []int32            // records in the order they ended
	forgot   int                // versions below this position are unknown
	config   clientConfig
	post     postbox
	legacy   legacy
	bucket   bucket
	nextOpen int32 // where AcceptSome looks next
	walks    map[walk]*pages
	repeats  repeats
	reading  int              // page reads under way
	marks    []mark           // recent positions, kept while ReadLag or VersionTTL wants them
	were     past[record]     // records before their latest changes, while ReadLag wants them
	had      past[assignment] // likewise
}

// mark is where a location stood just before a change at that time.
type mark struct {
	at                        int64
	log, records, moves, held int
}

func newLocation(l Location, index uint32) *location {
	return &location{
		Location: l, index: index, licenses: newLicenses(), newest: map[string]int32{}, accounts: map[[20]byte]int32{},
		walks: map[walk]*pages{}, repeats: repeats{},
	}
}

// AddLocation adds a location and returns it with what was filled in.
func (a *Apple) AddLocation(l Location) (Location, error) {
	a.lock()
	defer a.unlock()
	if l.UID != "" && a.locations[l.UID] != nil {
		return Location{}, fmt.Errorf("applesim: location %s exists already", l.UID)
	}
	l = a.complete(l)
	a.put(line{Kind: lineLocation, Location: &l})
	return l, a.flush()
}

// complete fills in what a new location leaves open.
func (a *Apple) complete(l Location) Location {
	if l.UID == "" {
		l.UID = a.mint.uid(uint32(len(a.ordered)))
	}
	if l.Name == "" {
		l.Name = "Pretend Location"
	}
	if l.Country == "" {
		l.Country = "US"
	}
	if l.Platform == "" {
		l.Platform = PlatformBusiness
	}
	return l
}

// Locations lists the locations in the order they were added.
func (a *Apple) Locations() []Location {
	a.lock()
	defer a.unlock()
	out := make([]Location, 0, len(a.ordered))
	for _, l := range a.ordered {
		out = append(out, l.Location)
	}
	return out
}

// records runs over all records of a clientUserId, newest first.
func (l *location) records(clientUserID string) iter.Seq2[int32, *record] {
	return func(yield func(int32, *record) bool) {
		i, ok := l.newest[clientUserID]
		for ok && i >= 0 {
			r := l.at(i)
			if !yield(i, r) {
				return
			}
			i = r.previous
		}
	}
}

// live is the one living record of a clientUserId.
func (l *location) live(clientUserID string) (int32, *record, bool) {
	for i, r := range l.records(clientUserID) {
		if r.living() {
			return i, r, true
		}
	}
	return -1, nil, false
}

// boundRecords runs over all records that are or were bound to an account, newest first.
func (l *location) boundRecords(hash [20]byte) iter.Seq2[int32, *record] {
	return func(yield func(int32, *record) bool) {
		i, ok := l.accounts[hash]
		for ok && i >= 0 {
			r := l.at(i)
			if !yield(i, r) {
				return
			}
			i = r.sameAccount
		}
	}
}

// boundTo says whether a living record is bound to the account, other than except.
func (l *location) boundTo(hash [20]byte, except int32) bool {
	for i, r := range l.boundRecords(hash) {
		if i != except && r.state == stateAssociated {
			return true
		}
	}
	return false
}

// usable says whether a managedAppleId belongs to the location's organization.
func (l *location) usable(account string) bool {
	account = strings.ToLower(account)
	same := func(s string) bool { return strings.EqualFold(s, account) }
	if slices.ContainsFunc(l.BlockedAccounts, same) {
		return false
	}
	_, domain, ok := strings.Cut(account, "@")
	inside := ok && slices.ContainsFunc(l.ManagedDomains, func(d string) bool { return strings.EqualFold(d, domain) })
	return inside || slices.ContainsFunc(l.ManagedAccounts, same)
}

// add puts a new record on the shelf and returns its place.
func (l *location) add(r record) int32 {
	r.previous, r.sameAccount, r.holds = -1, -1, -1
	if older, ok := l.newest[r.clientUserID]; ok {
		r.previous = older
	}
	i := l.shelf.add(r)
	l.newest[r.clientUserID] = i
	return i
}

// bind notes which account a record belongs to, once and for all.
func (l *location) bind(i int32, hash [20]byte, account string) {
	r := l.at(i)
	if r.account != "" {
		return
	}
	r.account, r.hash, r.sameAccount = account, hash, -1
	if older, ok := l.accounts[hash]; ok {
		r.sameAccount = older
	}
	l.accounts[hash] = i
}

// revive takes a record out of the list of the retired; only some quirks ever do that.
func (l *location) revive(i int32) {
	if l.at(i).state < stateRetired {
		return
	}
	l.reclaim(i)
	for place, j := range l.retired {
		if j == i {
			l.retired[place] = -1
		}
	}
}

// keepMarks remembers the present position, and drops what is older than anybody asks for.
func (l *location) keepMarks(q Quirks, now time.Time) {
	keep := max(q.ReadLag, q.VersionTTL)
	if keep == 0 {
		l.marks, l.were, l.had = nil, past[record]{}, past[assignment]{}
		return
	}
	l.were.forget(now.Add(-q.ReadLag).UnixMilli())
	l.had.forget(now.Add(-q.ReadLag).UnixMilli())
	old := now.Add(-keep).UnixMilli()
	for len(l.marks) > 0 && l.marks[0].at <= old {
		l.marks = l.marks[1:]
	}
	m := l.present()
	m.at = now.UnixMilli()
	if n := len(l.marks); n > 0 && l.marks[n-1].at == m.at {
		return // nobody reads between two changes of one moment
	}
	l.marks = append(l.marks, m)
}

// present is where the location stands.
func (l *location) present() mark {
	return mark{log: len(l.log), records: l.n, moves: len(l.moves), held: l.assignments.n}
}

// asOf is where it stood at that time.
func (l *location) asOf(t time.Time) mark {
	for _, m := range l.marks {
		if m.at > t.UnixMilli() {
			return m
		}
	}
	return l.present()
}
