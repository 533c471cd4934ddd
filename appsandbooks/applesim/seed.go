package applesim

import (
	"fmt"
	"time"
)

// SeedOptions describe invented users.
type SeedOptions struct {
	// ClientUserID names the n-th user. Default: a UUID made from n.
	ClientUserID func(n int) string
	// Email is the n-th user's address. Default person-0000001@example.org and so on.
	Email func(n int) string
	// AssociatedEvery makes every k-th user Associated; RetiredEvery every k-th Retired. Zero: none.
	AssociatedEvery, RetiredEvery int
}

// Seed puts n users into a location at once, without events or notifications: a million take seconds.
func (a *Apple) Seed(uID string, n int, o SeedOptions) error {
	now := a.lock()
	defer a.unlock()
	l := a.locations[uID]
	if l == nil {
		return ErrNoLocation
	}
	if o.ClientUserID == nil {
		o.ClientUserID = seededID
	}
	if o.Email == nil {
		o.Email = func(n int) string { return fmt.Sprintf("person-%07d@example.org", n) }
	}
	for k := range n {
		a.seedOne(l, k, o, now)
		if len(a.unwritten) > 1<<20 {
			if err := a.flush(); err != nil {
				return err
			}
		}
	}
	return a.flush()
}

// seededID is version 8, "custom", of the UUIDs.
func seededID(n int) string { return fmt.Sprintf("5eeded00-0000-8000-8000-%012x", n) }

func (a *Apple) seedOne(l *location, k int, o SeedOptions, now time.Time) {
	id := o.ClientUserID(k)
	if _, _, lives := l.live(id); lives {
		return
	}
	ms := now.UnixMilli()
	i := l.add(record{clientUserID: id, email: o.Email(k), created: ms, invited: ms})
	r := l.at(i)
	if o.AssociatedEvery > 0 && k%o.AssociatedEvery == 0 {
		l.bind(i, a.mint.hash(l.Country, r.email), r.email)
		r.state, r.associated = stateAssociated, ms
	}
	if o.RetiredEvery > 0 && k%o.RetiredEvery == 0 {
		r.state, r.ended = stateRetired, ms
		l.retired = append(l.retired, i)
	}
	a.touch(l, i, now)
}
