package program

import (
	"context"

	"github.com/rsvpp/rsvpp/appsandbooks"
	"github.com/rsvpp/rsvpp/internal/vpp"
)

// look asks how far an event is. An event that stays pending is given up and
// its people are sent again, as Apple asks.
func (t *tender) look(ctx context.Context, b vpp.Batch) error {
	status, err := t.apple.EventStatus(ctx, b.EventID)
	switch {
	case appsandbooks.IsNumber(err, appsandbooks.EventNotFound):
		return t.settled(ctx, b)
	case err != nil:
		return err
	case status.State == appsandbooks.Complete, status.State == appsandbooks.Failed:
		if err := t.failures(ctx, b, status.Failures); err != nil {
			return err
		}
		return t.settled(ctx, b)
	case t.config.Now().Sub(b.SentAt) >= t.config.Cadence.ResendAfter:
		return t.store.BatchAgain(ctx, b.ID, t.config.Now())
	}
	return t.store.BatchLater(ctx, b.ID, t.config.Now().Add(t.config.Cadence.LookEvery))
}

// settled lets a read show what came of a batch.
func (t *tender) settled(ctx context.Context, b vpp.Batch) error {
	if b.Op.OfLicenses() {
		return t.store.LicensesSettled(ctx, b)
	}
	return t.store.BatchSettled(ctx, b.ID)
}

// failures deals with the parts of an event that failed. Who is not named is
// found by the read that follows.
func (t *tender) failures(ctx context.Context, b vpp.Batch, failures []appsandbooks.Error) error {
	if b.Op.OfLicenses() {
		return t.licenseFailures(ctx, b, failures)
	}
	if len(failures) == 0 {
		return nil
	}
	members, err := t.store.BatchMembers(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, f := range failures {
		if named := pick(members, f.Info.ClientUserIDs); len(named) > 0 {
			if err := t.fail(ctx, b, named, int(f.Number)); err != nil {
				return err
			}
		}
	}
	return nil
}
