package applesim

import (
	"iter"
	"slices"
	"time"
)

// assignment is one license in somebody's hands, packed: there may be a million of them. One taken back stays here
// with held false, and is taken up again should the same asset go to the same holder once more.
type assignment struct {
	asset   int32  // in licenses.assets
	holder  int32  // a record, or a device
	older   int32  // older assignment of the same holder, or -1
	changed uint32 // position of its latest change in licenses.moves
	device  bool   // the holder is a device
	held    bool
}

// device is a serial number that ever had a license. Apple takes any.
type device struct {
	serial string
	holds  int32 // its newest assignment, or -1
}

// holder is who may hold a license: a user's record or a device.
type holder struct {
	i      int32
	device bool
}

// licenses is what a location owns and who holds it. Guarded by Apple.mu.
type licenses struct {
	assets       []*Asset
	assetAt      map[AssetKey]int32
	titles       map[string][]int32 // adamId → its assignments, oldest first
	assignments  shelf[assignment]
	devices      shelf[device]
	deviceAt     map[string]int32 // by serial number
	moves        []int32          // which assignment changed, in order; -1 where a snapshot forgot a superseded change
	movesForgot  int              // versions of the assignments below this position are unknown
	assetChanges int              // how often assets were added, bought or changed
}

func newLicenses() licenses {
	return licenses{assetAt: map[AssetKey]int32{}, titles: map[string][]int32{}, deviceAt: map[string]int32{}}
}

// asset is the location's asset, or nil.
func (l *location) asset(key AssetKey) *Asset {
	if i, ok := l.assetAt[key]; ok {
		return l.assets[i]
	}
	return nil
}

// first is where the chain of a holder's assignments begins.
func (l *location) first(h holder) *int32 {
	if h.device {
		return &l.devices.at(h.i).holds
	}
	return &l.at(h.i).holds
}

// chain runs over everything that a holder has or had, newest first.
func (l *location) chain(h holder) iter.Seq2[int32, *assignment] {
	return func(yield func(int32, *assignment) bool) {
		for k := *l.first(h); k >= 0; {
			g := l.assignments.at(k)
			older := g.older
			if !yield(k, g) {
				return
			}
			k = older
		}
	}
}

// held lists what a holder has now, oldest first.
func (l *location) held(h holder) []int32 {
	var out []int32
	for k, g := range l.chain(h) {
		if g.held {
			out = append(out, k)
		}
	}
	slices.Reverse(out)
	return out
}

// find is the assignment of an asset to a holder, held or taken back, or -1.
func (l *location) find(h holder, asset int32) int32 {
	for k, g := range l.chain(h) {
		if g.asset == asset {
			return k
		}
	}
	return -1
}

// serial is the device of a serial number, made when it is new.
func (l *location) serial(number string) holder {
	i, ok := l.deviceAt[number]
	if !ok {
		i = l.devices.add(device{serial: number, holds: -1})
		l.deviceAt[number] = i
	}
	return holder{i, true}
}

// place makes room for an assignment and chains it to its asset and its holder.
func (l *location) place(h holder, asset int32) int32 {
	head := l.first(h)
	k := l.assignments.add(assignment{asset: asset, holder: h.i, device: h.device, older: *head})
	*head = k
	adam := l.assets[asset].AdamID
	l.titles[adam] = append(l.titles[adam], k)
	return k
}

// tally counts an assignment in or out of its asset: what a retired user keeps counts as retired.
func (l *location) tally(g *assignment, d int) {
	s := l.assets[g.asset]
	if !g.device && !l.at(g.holder).living() {
		s.Retired += d
	} else {
		s.Assigned += d
	}
}

// assign hands a license to a holder who does not have it.
func (a *Apple) assign(l *location, h holder, asset int32, now time.Time) int32 {
	a.beforeChange(l, now)
	k := l.find(h, asset)
	if k < 0 {
		k = l.place(h, asset)
	} else {
		a.editAssignment(l, k, now)
	}
	g := l.assignments.at(k)
	g.held = true
	l.tally(g, 1)
	a.moved(l, k)
	return k
}

// unassign takes a held license back.
func (a *Apple) unassign(l *location, k int32, now time.Time) {
	g := a.editAssignment(l, k, now)
	l.tally(g, -1)
	g.held = false
	a.moved(l, k)
}

// moved puts a changed assignment at the end of the change log and notes its state: every write moves the version.
func (a *Apple) moved(l *location, k int32) {
	l.assignments.at(k).changed = uint32(len(l.moves))
	l.moves = append(l.moves, k)
	if a.file != nil {
		text := l.assignmentLine(k)
		a.note(line{Kind: lineAssignment, Assignment: &text})
	}
}

// release is what retiring does to licenses: revocable ones go back, books stay with the record as retired.
// Call before the record's state changes. It returns what went back.
func (a *Apple) release(l *location, i int32, now time.Time) []int32 {
	var back []int32
	for _, k := range l.held(holder{i: i}) {
		s := l.assets[l.assignments.at(k).asset]
		if s.Revocable {
			a.unassign(l, k, now)
			back = append(back, k)
			continue
		}
		s.Assigned--
		s.Retired++
	}
	return back
}

// reclaim undoes what release did to the counts: the record lives again. Call before its state changes.
func (l *location) reclaim(i int32) {
	for _, k := range l.held(holder{i: i}) {
		s := l.assets[l.assignments.at(k).asset]
		s.Retired--
		s.Assigned++
	}
}

// inherit hands what one record holds to another of the same person, who may have some of it already.
func (a *Apple) inherit(l *location, from, to int32, now time.Time) {
	for _, k := range l.held(holder{i: from}) {
		asset := l.assignments.at(k).asset
		a.unassign(l, k, now)
		if has := l.find(holder{i: to}, asset); has < 0 || !l.assignments.at(has).held {
			a.assign(l, holder{i: to}, asset, now)
		}
	}
}
