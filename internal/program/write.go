package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// send makes the call that a batch is for. Who is in the batch was stored
// before, under names that were stored before: after a crash the same people
// are sent again, and Apple's 9716 says who was there already.
func (t *tender) send(ctx context.Context, b vpp.Batch) error {
	if b.Op.OfLicenses() {
		return t.assign(ctx, b)
	}
	members, err := t.store.BatchMembers(ctx, b.ID)
	if err != nil {
		return err
	}
	if len(members) == 0 {
		return t.store.FinishBatches(ctx, b.ID)
	}
	if b.Size = len(members); b.Attempts >= t.config.Attempts {
		return t.refuse(ctx, b, members, vpp.AppleNeverConfirmed)
	}
	receipt, err := t.call(ctx, b.Op, members)
	switch {
	case errors.Is(err, errNotOurs): // it did not leave, and waits
		return nil
	case err == nil:
		return t.store.BatchSent(ctx, b.ID, receipt.EventID, t.config.Now().Add(t.config.Cadence.FirstLook))
	case errors.Is(err, appsandbooks.ErrOutcomeUnknown):
		// Apple may have done it: a read shows, and who is missing goes again.
		t.config.Logger.WarnContext(ctx, "the answer to a write was lost", "op", b.Op, "err", err)
		if err := t.store.BatchSent(ctx, b.ID, "", t.config.Now()); err != nil {
			return err
		}
		return t.store.BatchSettled(ctx, b.ID)
	}
	return t.refused(ctx, b, members, err)
}

func (t *tender) call(ctx context.Context, op vpp.Write, members []vpp.Person) (*appsandbooks.EventResponse, error) {
	if op == vpp.WriteRetire {
		ids := make([]string, len(members))
		for i, m := range members {
			ids[i] = string(m.Program.ClientUserID)
		}
		return t.apple.RetireUsers(ctx, ids)
	}
	users := make([]appsandbooks.RequestUser, len(members))
	for i, m := range members {
		users[i] = appsandbooks.RequestUser{ClientUserID: string(m.Program.ClientUserID), Email: m.Email}
		if m.Program.ManagedError == 0 && m.Program.AppleStatus != vpp.AppleAssociated {
			users[i].ManagedAppleID = m.ManagedAppleID
		}
	}
	if op == vpp.WriteUpdate {
		return t.apple.UpdateUsers(ctx, users)
	}
	return t.apple.CreateUsers(ctx, users)
}

// refused deals with a call that Apple refused whole. When one person is the
// reason, the others go on without them.
func (t *tender) refused(ctx context.Context, b vpp.Batch, members []vpp.Person, err error) error {
	number, word := aboutMembers(err)
	if !word {
		return err
	}
	var said *appsandbooks.Error
	errors.As(err, &said)
	switch said.Number {
	case appsandbooks.LegacyTokenNotSupported, appsandbooks.ManagedByAppleItself, appsandbooks.ServiceRemoved:
		return t.refuse(ctx, b, members, number)
	}
	named := pick(members, said.Info.ClientUserIDs)
	if b.Size == 1 {
		named = members
	}
	if number == vpp.AppleUserNotFound && len(named) > 0 { // a read shows what became of the records
		if err := t.fail(ctx, b, named, number); err != nil {
			return err
		}
		return t.store.BatchSettled(ctx, b.ID)
	}
	if len(named) > 0 && len(named) < len(members) {
		if err := t.fail(ctx, b, named, number); err != nil {
			return err
		}
		return t.store.BatchAgain(ctx, b.ID, t.config.Now())
	}
	if b.Size > 1 {
		return t.store.SplitBatch(ctx, b, vpp.BatchID(t.config.IDs()))
	}
	return t.fail(ctx, b, members, number)
}

// fail deals with people whom Apple named in a refusal: whose Managed Apple
// Account cannot be linked is invited instead, where there is an address;
// what passes by itself is sent again; the rest is refused.
func (t *tender) fail(ctx context.Context, b vpp.Batch, people []vpp.Person, number int) error {
	var again, refused []vpp.Person
	for _, p := range people {
		managed := p.ManagedAppleID != "" && p.Program.ManagedError == 0
		if (number == vpp.AppleAccountUnusable || number == vpp.AppleAccountTaken) && managed && p.Email != "" {
			again = append(again, p)
		} else {
			refused = append(refused, p)
		}
	}
	if len(again) > 0 {
		if err := t.store.Requeue(ctx, idsOf(again), t.config.Now(), number); err != nil {
			return err
		}
	}
	switch number {
	case vpp.AppleUserExists, vpp.AppleUserNotFound:
		return t.store.Doubt(ctx, idsOf(refused), number) // a read shows how it is
	case vpp.AppleInternal, 9644, vpp.AppleUnavailable:
		if b.Attempts < t.config.Attempts {
			return t.store.Requeue(ctx, idsOf(refused), t.config.Now().Add(t.pause(b)), 0)
		}
	}
	return t.refuse(ctx, b, refused, number)
}

// pause grows with the attempts.
func (t *tender) pause(b vpp.Batch) time.Duration {
	return t.config.Cadence.Settle << min(b.Attempts, 8)
}

// refuse ends the people's writes with Apple's number and its sentence.
func (t *tender) refuse(ctx context.Context, b vpp.Batch, people []vpp.Person, number int) error {
	if len(people) > 0 {
		p := vpp.ExplainApple(number)
		list := make([]vpp.Refusal, len(people))
		for i, m := range people {
			list[i] = vpp.Refusal{ID: m.Program.ID, Op: b.Op, Number: number, Sentence: p.Said()}
		}
		if err := t.store.RefusePeople(ctx, list); err != nil {
			return err
		}
	}
	return t.store.FinishBatches(ctx, b.ID)
}

// pick returns the members with the given names.
func pick(members []vpp.Person, names []string) []vpp.Person {
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = true
	}
	var picked []vpp.Person
	for _, m := range members {
		if wanted[string(m.Program.ClientUserID)] {
			picked = append(picked, m)
		}
	}
	return picked
}

func idsOf(people []vpp.Person) []vpp.ProgramUserID {
	ids := make([]vpp.ProgramUserID, len(people))
	for i, p := range people {
		ids[i] = p.Program.ID
	}
	return ids
}
