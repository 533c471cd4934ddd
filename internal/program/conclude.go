package program

import (
	"context"
	"errors"
	"slices"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// conclude closes the batches that a read was for. Whom the read did not show
// as wanted is sent again.
func (t *tender) conclude(ctx context.Context, settled []vpp.Batch) error {
	ids := make([]vpp.BatchID, len(settled))
	for i, b := range settled {
		ids[i] = b.ID
	}
	if err := t.store.FinishBatches(ctx, ids...); err != nil { // nearly all, at once
		return err
	}
	for _, b := range settled {
		if err := t.concludeOne(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// concludeOne deals with whom the read did not show. Those of whom Apple said
// that they are there already, or are not there at all, are asked for by name
// first.
func (t *tender) concludeOne(ctx context.Context, b vpp.Batch) error {
	members, err := t.store.BatchMembers(ctx, b.ID)
	if err != nil || len(members) == 0 {
		return err
	}
	doubtful := slices.DeleteFunc(slices.Clone(members), func(p vpp.Person) bool { return p.Program.AppleError == 0 })
	if len(doubtful) > 0 {
		if err := t.askAfter(ctx, doubtful); err != nil {
			return err
		}
		if members, err = t.store.BatchMembers(ctx, b.ID); err != nil {
			return err
		}
	}
	return t.missing(ctx, b, members)
}

// askAfter reads people by name, a few at a time. Of whom Apple answered is no
// longer in doubt, so that nobody is asked for again because others failed.
func (t *tender) askAfter(ctx context.Context, doubtful []vpp.Person) error {
	for some := range slices.Chunk(doubtful, t.config.Parallel) {
		names := make([]vpp.ClientUserID, len(some))
		for i, m := range some {
			names[i] = m.Program.ClientUserID
		}
		left, err := t.readNamed(ctx, names, map[string]int{})
		known := slices.DeleteFunc(slices.Clone(some), func(m vpp.Person) bool { return slices.Contains(left, m.Program.ClientUserID) })
		if err := errors.Join(err, t.store.Doubt(ctx, idsOf(known), 0)); err != nil {
			return err
		}
	}
	return nil
}

// missing sends people again whose write shows no result, or gives them up. An
// update or removal of somebody who is not there has nothing to wait for.
func (t *tender) missing(ctx context.Context, b vpp.Batch, members []vpp.Person) error {
	var again, gone []vpp.Person
	for _, m := range members {
		if b.Op == vpp.WriteCreate || m.Program.AppleStatus.Living() {
			again = append(again, m)
		} else {
			gone = append(gone, m)
		}
	}
	if len(gone) > 0 {
		if err := t.refuse(ctx, b, gone, vpp.AppleUserNotFound); err != nil {
			return err
		}
	}
	switch {
	case len(again) == 0:
		return t.store.FinishBatches(ctx, b.ID)
	case b.Attempts >= t.config.Attempts:
		return t.refuse(ctx, b, again, vpp.AppleNeverConfirmed)
	}
	return t.store.BatchAgain(ctx, b.ID, t.config.Now().Add(t.pause(b)))
}
