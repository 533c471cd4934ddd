package program

import (
	"context"
	"errors"
	"time"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// licensing is about who is to have an app or book, and who is to give one
// back. What is asked of Apple is settled by reads of assignments alone.
type licensing interface {
	ClaimLicenses(ctx context.Context, location vpp.LocationID, id vpp.BatchID, limit int) (vpp.Batch, error)
	LicenseMembers(ctx context.Context, id vpp.BatchID) ([]vpp.Licensee, error)
	SplitLicenses(ctx context.Context, b vpp.Batch, id vpp.BatchID) error
	BackInLine(ctx context.Context, b vpp.Batch, users []vpp.UserID, short time.Time) error
	DoubtLicenses(ctx context.Context, b vpp.Batch, users []vpp.UserID, number int) error
	RefuseLicenses(ctx context.Context, b vpp.Batch, users []vpp.UserID, number int, sentence string) error
	FinishLicenses(ctx context.Context, id vpp.BatchID) error
	LicensesSettled(ctx context.Context, b vpp.Batch) error
	SettledLicenses(ctx context.Context, id vpp.LocationID, before time.Time) ([]vpp.Batch, error)
	WantLicenseLooks(ctx context.Context, id vpp.LocationID, before time.Time) error
}

// assign makes the call that a batch of licenses is for. Who was in it before
// a crash is asked for again: who has the license already is said so by Apple,
// and a read shows it.
func (t *tender) assign(ctx context.Context, b vpp.Batch) error {
	members, err := t.licensees(ctx, b)
	if err != nil {
		return err
	}
	if len(members) == 0 {
		return t.store.FinishLicenses(ctx, b.ID)
	}
	if b.Size = len(members); b.Attempts >= t.config.Attempts {
		return t.refuseLicenses(ctx, b, members, vpp.AppleNeverConfirmed)
	}
	receipt, err := t.callLicenses(ctx, b, members)
	switch {
	case errors.Is(err, errNotOurs): // it did not leave, and waits
		return nil
	case err == nil:
		return t.store.BatchSent(ctx, b.ID, receipt.EventID, t.config.Now().Add(t.config.Cadence.FirstLook))
	case errors.Is(err, appsandbooks.ErrOutcomeUnknown):
		t.config.Logger.WarnContext(ctx, "the answer to a write was lost", "op", b.Op, "err", err)
		if err := t.store.BatchSent(ctx, b.ID, "", t.config.Now()); err != nil {
			return err
		}
		return t.store.LicensesSettled(ctx, b)
	}
	return t.licensesRefused(ctx, b, members, err)
}

// licensees reads who is in a batch. Whoever may not get the license any more
// waits again: paused, or being removed, since the batch was filled.
func (t *tender) licensees(ctx context.Context, b vpp.Batch) ([]vpp.Licensee, error) {
	members, err := t.store.LicenseMembers(ctx, b.ID)
	if err != nil || b.Op != vpp.WriteAssociate {
		return members, err
	}
	var may []vpp.Licensee
	var not []vpp.UserID
	for _, m := range members {
		if m.MayStill {
			may = append(may, m)
		} else {
			not = append(not, m.UserID)
		}
	}
	if len(not) == 0 {
		return may, nil
	}
	return may, t.store.BackInLine(ctx, b, not, time.Time{})
}

func (t *tender) callLicenses(ctx context.Context, b vpp.Batch, members []vpp.Licensee) (*appsandbooks.EventResponse, error) {
	m := appsandbooks.ManageAssets{Assets: []appsandbooks.AssetKey{{AdamID: b.Asset.AdamID, PricingParam: b.Asset.PricingParam}}}
	for _, l := range members {
		m.ClientUserIDs = append(m.ClientUserIDs, string(l.ClientUserID))
	}
	if b.Op == vpp.WriteDisassociate {
		return t.apple.DisassociateAssets(ctx, m)
	}
	return t.apple.AssociateAssets(ctx, m)
}

// licensesRefused deals with a call that Apple refused whole; see refused.
func (t *tender) licensesRefused(ctx context.Context, b vpp.Batch, members []vpp.Licensee, err error) error {
	number, word := aboutMembers(err)
	if !word {
		return err
	}
	var said *appsandbooks.Error
	errors.As(err, &said)
	named := pickLicensees(members, said.Info.ClientUserIDs)
	switch {
	case len(named) > 0 && len(named) < len(members):
		if err := t.failLicenses(ctx, b, named, number); err != nil {
			return err
		}
		return t.store.BatchAgain(ctx, b.ID, t.config.Now())
	case b.Size > 1 && len(named) == 0 && !aboutAsset(number):
		return t.store.SplitLicenses(ctx, b, vpp.BatchID(t.config.IDs()))
	}
	if err := t.failLicenses(ctx, b, members, number); err != nil {
		return err
	}
	return t.store.LicensesSettled(ctx, b)
}

// aboutMembers returns Apple's number when a refusal is about who or what is in
// the call; otherwise the location pauses, and the batch stays.
func aboutMembers(err error) (number int, word bool) {
	var said *appsandbooks.Error
	if !errors.As(err, &said) || said.Number == 0 || said.HTTPStatus >= 500 || said.HTTPStatus == 429 || tokenProblem(err) != 0 {
		return 0, false
	}
	if _, ok := errors.AsType[*appsandbooks.WaitError](err); ok {
		return 0, false
	}
	return int(said.Number), said.Number != appsandbooks.NotAllowed
}

// aboutAsset says that a refusal is the same for everybody.
func aboutAsset(number int) bool {
	switch appsandbooks.ErrorNumber(number) {
	case appsandbooks.NotEnoughLicenses, appsandbooks.AssetNotRevocable, appsandbooks.LegacyTokenNotSupported,
		appsandbooks.ManagedByAppleItself, appsandbooks.ServiceRemoved:
		return true
	}
	return false
}

// failLicenses deals with people whom Apple named in a refusal. Where none is
// left, they wait again, and the next location of the order is tried; where
// Apple says that it is so already, or does not find the person, a read shows
// what is true; what passes by itself is sent again; the rest is refused.
func (t *tender) failLicenses(ctx context.Context, b vpp.Batch, members []vpp.Licensee, number int) error {
	switch number {
	case vpp.AppleNoLicenses:
		if b.Op == vpp.WriteAssociate {
			return t.store.BackInLine(ctx, b, usersOf(members), t.config.Now().Add(t.config.Cadence.ReadEvery))
		}
	case vpp.AppleHasLicense, vpp.AppleLicenseAbsent, vpp.AppleUserNotFound:
		return t.store.DoubtLicenses(ctx, b, usersOf(members), number)
	case vpp.AppleInternal, 9644, vpp.AppleUnavailable:
		return nil // they stay in the batch, and go again when the read shows nothing
	}
	return t.store.RefuseLicenses(ctx, b, usersOf(members), number, vpp.ExplainApple(number).Said())
}

func (t *tender) refuseLicenses(ctx context.Context, b vpp.Batch, members []vpp.Licensee, number int) error {
	if err := t.store.RefuseLicenses(ctx, b, usersOf(members), number, vpp.ExplainApple(number).Said()); err != nil {
		return err
	}
	return t.store.FinishLicenses(ctx, b.ID)
}

// licenseFailures deals with the parts of an event that failed.
func (t *tender) licenseFailures(ctx context.Context, b vpp.Batch, failures []appsandbooks.Error) error {
	if len(failures) == 0 {
		return nil
	}
	members, err := t.store.LicenseMembers(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, f := range failures {
		if named := pickLicensees(members, f.Info.ClientUserIDs); len(named) > 0 {
			if err := t.failLicenses(ctx, b, named, int(f.Number)); err != nil {
				return err
			}
		}
	}
	return nil
}

// concludeLicenses closes the batches of licenses that a read was for. Whose
// license it did not show as wanted is asked of again, or given up.
func (t *tender) concludeLicenses(ctx context.Context, began time.Time) error {
	settled, err := t.store.SettledLicenses(ctx, t.l.ID, began)
	if err != nil {
		return err
	}
	for _, b := range settled {
		members, err := t.store.LicenseMembers(ctx, b.ID)
		if err != nil {
			return err
		}
		if err := t.missingLicenses(ctx, b, members); err != nil {
			return err
		}
	}
	return nil
}

func (t *tender) missingLicenses(ctx context.Context, b vpp.Batch, members []vpp.Licensee) error {
	doubted := map[int][]vpp.Licensee{}
	again := 0
	for _, m := range members {
		if m.AppleError != 0 {
			doubted[m.AppleError] = append(doubted[m.AppleError], m)
		} else {
			again++
		}
	}
	for number, some := range doubted { // what Apple said is not what it shows
		if err := t.store.RefuseLicenses(ctx, b, usersOf(some), number, vpp.ExplainApple(number).Said()); err != nil {
			return err
		}
	}
	if len(doubted[vpp.AppleUserNotFound]) > 0 {
		if err := t.store.WantRead(ctx, t.l.ID, false); err != nil {
			return err
		}
	}
	if again == 0 {
		return t.store.FinishLicenses(ctx, b.ID)
	}
	return t.store.BatchAgain(ctx, b.ID, t.config.Now().Add(t.pause(b)))
}

func pickLicensees(members []vpp.Licensee, names []string) []vpp.Licensee {
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = true
	}
	var picked []vpp.Licensee
	for _, m := range members {
		if wanted[string(m.ClientUserID)] {
			picked = append(picked, m)
		}
	}
	return picked
}

func usersOf(members []vpp.Licensee) []vpp.UserID {
	ids := make([]vpp.UserID, len(members))
	for i, m := range members {
		ids[i] = m.UserID
	}
	return ids
}
