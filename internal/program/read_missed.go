package program

import (
	"context"
	"slices"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// verifyLimit is how many people that a full read missed are asked for by name
// without ado. When there are as many, Apple's retired records are walked
// first: that is a page for each thousand, and not a call for each.
const verifyLimit = 1000

// findMissed finds out what became of everybody who lived here as far as we
// know and was not seen by a full read. Pages move while they are read, so
// nobody is gone because a page lacked them: Apple's word about them counts.
//
// Where most of those who were asked for live, it is the pages that were
// wrong, and the read ends with the others as they were: it was one in part,
// after which nothing is sent that waits for a whole one.
func (t *tender) findMissed(ctx context.Context, w *walk, was *imprint) error {
	for {
		if err := t.verify(ctx, w); err != nil {
			return err
		}
		some, err := t.livingUnseen(ctx, w, was)
		switch {
		case err != nil, len(some) == 0:
			return err
		case len(some) == verifyLimit && !w.Removed && w.Retired.IsZero():
			w.Retired, w.Next = t.config.Now(), 0
			if err := t.walkPages(ctx, w, was); err != nil {
				return err
			}
			continue
		case w.Named >= verifyLimit && 2*w.Gone < w.Named:
			w.Partly = true
			return nil
		}
		for _, p := range some {
			w.Verify, w.Checked = append(w.Verify, p.ClientUserID), p.Seq
		}
	}
}

// livingUnseen returns the next who were missed, in the order of their numbers.
func (t *tender) livingUnseen(ctx context.Context, w *walk, was *imprint) ([]vpp.Numbered, error) {
	if !was.there() {
		return t.store.LivingUnseen(ctx, t.l.ID, w.Checked, verifyLimit, func(seq int64) bool { return !w.seen.has(seq) })
	}
	rows := slices.DeleteFunc(was.unseen(w.seen), func(seq int64) bool { return seq <= w.Checked })
	slices.Sort(rows)
	return t.store.LivingAmong(ctx, t.l.ID, rows, verifyLimit)
}

// takeRetired compares a page of retired records with those alone whom the
// walk of the living missed. Where pages moved meanwhile, a retired record of
// somebody who had several says nothing of the last: they are asked for by name.
func (t *tender) takeRetired(ctx context.Context, w *walk, p *appsandbooks.UsersPage) (applied, error) {
	names := make([]vpp.ClientUserID, len(p.Users))
	for i, u := range p.Users {
		names[i] = vpp.ClientUserID(u.ClientUserID)
	}
	places, err := t.store.PlacesByClient(ctx, t.l.ID, names)
	if err != nil {
		return applied{}, err
	}
	moved := w.Moved || p.VersionID != w.Version
	var records []vpp.Record
	for i := range p.Users {
		r := recordOf(p.Users[i])
		now, ours := places[r.ClientUserID]
		missed := ours && now.AppleStatus.Living() && !w.seen.has(now.Seq)
		if missed && r.Status == vpp.AppleRetired && (!moved || now.Generation <= 1) {
			records = append(records, r)
		}
	}
	// Whoever was read since this walk began is known better by that.
	return t.compare(ctx, records, w.Retired, w.seen)
}

// verify asks Apple by name about those whose turn it is.
func (t *tender) verify(ctx context.Context, w *walk) error {
	for len(w.Verify) > 0 {
		n, were := min(len(w.Verify), t.config.Parallel), w.Changed["pulled_removed"]
		left, err := t.readNamed(ctx, w.Verify[:n], w.Changed)
		w.Named, w.Gone = w.Named+n-len(left), w.Gone+w.Changed["pulled_removed"]-were
		w.Verify = append(left, w.Verify[n:]...)
		if err != nil {
			return err
		}
		if t.config.Now().After(t.end) {
			return errSlice
		}
	}
	return nil
}
