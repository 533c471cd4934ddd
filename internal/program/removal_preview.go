package program

import (
	"context"
	"time"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// Removal is what Delete from VPP would do to a selection.
type Removal struct {
	Retired    int // records that end at Apple
	Registered int // of these, people whose Apple Account is linked
	Taken      int // people whose creation is taken back before Apple is asked
	Nothing    int // people without a living record at Apple
	Busy       int // people who have to wait for an earlier request to Apple; they are in no other number

	Undo time.Duration // nothing is sent before; 0 when it is sent at once

	// What becomes of licenses, from the last read of assignments; never
	// having read them says nothing about licenses.
	LicensesReadAt time.Time
	vpp.Holdings
}

// ComeBack and Stay add up the licenses that come back, and that never do.
func (r Removal) ComeBack() int { return r.add(true) }

// Stay adds up the licenses that never come back.
func (r Removal) Stay() int { return r.add(false) }

// Serves adds up the people in line for whom the licenses that come back are
// enough. Somebody who waits for two apps counts twice.
func (r Removal) Serves() (n int) {
	for _, h := range r.Each {
		n += h.Serves
	}
	return n
}

func (r Removal) add(revocable bool) (n int) {
	for _, h := range r.Each {
		if h.Revocable == revocable {
			n += h.Licenses
		}
	}
	return n
}

// namedKeepers is how many people with books a preview names.
const namedKeepers = 20

// PreviewDelete counts what StartDelete would do, and writes nothing.
func (s *Service) PreviewDelete(ctx context.Context, sel vpp.Selection) (Removal, error) {
	l, err := s.store.Location(ctx, sel.Filter.Location)
	if err != nil {
		return Removal{}, err
	}
	counts, err := s.store.CountRemovals(ctx, sel)
	if err != nil {
		return Removal{}, err
	}
	r := Removal{Undo: s.config.Undo, LicensesReadAt: l.AssignmentsReadAt}
	for _, c := range counts {
		r.count(c)
	}
	if r.LicensesReadAt.IsZero() || r.Retired+r.Busy == 0 {
		return r, nil
	}
	r.Holdings, err = s.store.CountHoldings(ctx, sel, namedKeepers)
	return r, err
}

func (r *Removal) count(c vpp.RemovalCount) {
	p := planRemoval(c.Case.Person().Program)
	switch {
	case p.Wait:
		r.Busy += c.N
	case p.State == vpp.ItemQueued:
		r.Retired += c.N
		if c.Case.AppleStatus == vpp.AppleAssociated {
			r.Registered += c.N
		}
	case p.Drop:
		r.Taken += c.N
	default:
		r.Nothing += c.N
	}
}

// HeldBefore sums up what the removed people of a selection held when they
// were removed, for those who think of registering them again.
func (s *Service) HeldBefore(ctx context.Context, sel vpp.Selection) (vpp.HeldByAll, error) {
	return s.store.CountHeldBefore(ctx, sel)
}
