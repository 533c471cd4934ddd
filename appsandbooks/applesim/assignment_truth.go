package applesim

import "iter"

// Assignment is one license in somebody's hands, as it truly is: exactly one of ClientUserID and SerialNumber is set.
type Assignment struct {
	AssetKey
	ClientUserID string
	SerialNumber string
	UserStatus   Status // of the record that holds it; empty for a device
}

// Assignments runs over all licenses of a location that somebody holds, oldest first, books of retired users included.
// It takes the lock for a thousand at a time; assignments may change between.
func (a *Apple) Assignments(uID string) iter.Seq[Assignment] {
	return func(yield func(Assignment) bool) {
		for first, more := int32(0), true; more; first += boxSize {
			var some []Assignment
			some, more = a.someAssignments(uID, first)
			for _, g := range some {
				if !yield(g) {
					return
				}
			}
		}
	}
}

func (a *Apple) someAssignments(uID string, first int32) (some []Assignment, more bool) {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return nil, false
	}
	n := int32(l.assignments.n)
	for k := first; k < min(first+boxSize, n); k++ {
		if g := l.assignments.at(k); g.held {
			some = append(some, l.truth(g))
		}
	}
	return some, first+boxSize < n
}

func (l *location) truth(g *assignment) Assignment {
	out := Assignment{AssetKey: l.assets[g.asset].AssetKey}
	if g.device {
		out.SerialNumber = l.devices.at(g.holder).serial
		return out
	}
	r := l.at(g.holder)
	out.ClientUserID, out.UserStatus = r.clientUserID, r.state.status()
	return out
}

// AssignmentsOf lists what a clientUserId holds, with all its records, oldest first.
func (a *Apple) AssignmentsOf(uID, clientUserID string) []Assignment {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return nil
	}
	return l.truths(l.everythingOf(clientUserID))
}

// AssignmentsOn lists what a serial number holds, oldest first.
func (a *Apple) AssignmentsOn(uID, serialNumber string) []Assignment {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return nil
	}
	return l.truths(l.everythingOn(serialNumber))
}

func (l *location) truths(chain []int32) []Assignment {
	var out []Assignment
	for _, k := range chain {
		if g := l.assignments.at(k); g.held {
			out = append(out, l.truth(g))
		}
	}
	return out
}

// CountAssignments is the number of held licenses of a location, and how many of them retired users keep.
func (a *Apple) CountAssignments(uID string) (held, retired int) {
	for _, s := range a.Assets(uID) {
		held += s.Assigned + s.Retired
		retired += s.Retired
	}
	return held, retired
}
