package applesim

import "iter"

// Users runs over all records of a location as they truly are, oldest first, retired ones included. It takes the lock for
// a thousand records at a time, so a long look does not stop the service; records may change between.
func (a *Apple) Users(uID string) iter.Seq[User] {
	return func(yield func(User) bool) {
		for first := int32(0); ; first += boxSize {
			some := a.someUsers(uID, first)
			for _, u := range some {
				if !yield(u) {
					return
				}
			}
			if len(some) < boxSize {
				return
			}
		}
	}
}

func (a *Apple) someUsers(uID string, first int32) []User {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return nil
	}
	var out []User
	for i := first; i < min(first+boxSize, int32(l.n)); i++ {
		out = append(out, a.public(l, i))
	}
	return out
}

// User returns all records of one clientUserId, newest first: at most one lives.
func (a *Apple) User(uID, clientUserID string) []User {
	a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return nil
	}
	var out []User
	for i := range l.records(clientUserID) {
		out = append(out, a.public(l, i))
	}
	return out
}

// CountUsers is the number of records of a location by status.
func (a *Apple) CountUsers(uID string) map[Status]int {
	a.lock()
	defer a.unlock()
	out := map[Status]int{}
	if l := a.locations[uID]; l != nil {
		for i := range int32(l.n) {
			out[l.at(i).state.status()]++
		}
	}
	return out
}
